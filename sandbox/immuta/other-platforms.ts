import type { Integration, JsonObject, ValidationTest } from "./model";

/** A Snowflake and a Databricks integration, so that the list of a tenant holds more than one platform. */
export function otherPlatforms(nextId: () => number): Integration[] {
  return [
    passed(
      nextId(),
      "Snowflake",
      [
        { name: "Initial Validation: Basic Connection Test", status: "passed" },
        { name: "Initial Validation: Default Warehouse Access Test", status: "passed", result: [] },
        { name: "Initial Validation: Validate access to Privileged Role", status: "passed", result: [] },
        { name: "Validate Automatic: Database Does Not Exist", status: "passed" },
        { name: "Validate Automatic: Impersonation Role Does Not Exist", status: "skipped" },
        { name: "Validate Automatic Bootstrap User Grants", status: "passed" },
      ],
      {
        host: "organization.us-east-1.snowflakecomputing.com",
        warehouse: "SAMPLE_WAREHOUSE",
        database: "SNOWFLAKE_SAMPLE_DATA",
        port: 443,
        audit: { enabled: false },
        workspaces: { enabled: false },
        impersonation: { enabled: false },
        lineage: { enabled: false },
        authenticationType: "userPassword",
        username: "<REDACTED>",
        password: "<REDACTED>",
        role: "ACCOUNTADMIN",
      },
    ),
    passed(
      nextId(),
      "Databricks",
      [
        { name: "Metastore validation", status: "passed" },
        { name: "Basic Connection Test", result: [{ "1": 1 }], status: "passed" },
      ],
      {
        workspaceUrl: "www.example-workspace.cloud.databricks.com",
        httpPath: "sql/protocolv1/o/0/0000-00000-abc123",
        token: "REDACTED",
        audit: { enabled: false },
        catalog: "immuta",
      },
    ),
  ];
}

const passed = (
  id: number,
  type: string,
  validationTests: ValidationTest[],
  config: JsonObject,
): Integration => ({
  id,
  type,
  autoBootstrap: true,
  status: "enabled",
  validationResults: { status: "passed", validationTests },
  details: { platform: "other", config },
});
