import { expect } from "chai";
import type { Integration } from "../../../provider/synapse/api";
import {
  findIntegration,
  findIntegrations,
  type GetIntegrationArgs,
  type GetIntegrationsArgs,
} from "../../../provider/synapse/lookups";
import { claims, failureOf, Tenant } from "../sdk/support";

const snowflake: Integration = {
  id: "1",
  type: "Snowflake",
  status: "enabled",
  autoBootstrap: true,
  config: { host: "contoso.snowflakecomputing.com", port: 443, database: "IMMUTA" },
};
const databricks: Integration = {
  id: "2",
  type: "Databricks",
  status: "recurringValidationError",
  config: {},
};
const unheardOf: Integration = { id: "3", type: "Something New", status: "pondering", config: {} };
const sales: Integration = { ...claims, id: "8", config: { ...claims.config, database: "sales" } };
const disabled: Integration = { ...claims, id: "9", status: "disabled" };
const deleted: Integration = { ...claims, id: "5", status: "deleted" };

const place = { host: "contoso.sql.azuresynapse.net", database: "claims", schema: "governed" };

const flat = {
  id: "7",
  type: "Azure Synapse Analytics",
  status: "enabled",
  autoBootstrap: false,
  validation: { status: "passed", tests: [{ name: "Initial Validation: Connect", status: "passed" }] },
  host: "contoso.sql.azuresynapse.net",
  port: 1433,
  database: "claims",
  schema: "governed",
  impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },
  metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
};

describe("getIntegration", () => {
  it("asks for one by its id", async () => {
    const tenant = new Tenant([snowflake, claims]);
    expect(await findIntegration(tenant, { id: "7" })).to.deep.equal(flat);
    expect(tenant.calls).to.deep.equal(["get 7"]);
  });

  it("gives what Immuta says of a platform that it knows nothing of", async () => {
    expect(await findIntegration(new Tenant([unheardOf]), { id: "3" })).to.deep.equal({
      id: "3",
      type: "Something New",
      status: "pondering",
    });
  });

  const same: [what: string, by: Partial<typeof place>][] = [
    ["written the same", {}],
    ["in other letters", { host: "Contoso.SQL.AzureSynapse.net", database: "CLAIMS", schema: "Governed" }],
    ["with a trailing dot", { host: `${place.host}.` }],
  ];
  for (const [what, by] of same)
    it(`finds one by host, database and schema, ${what}`, async () => {
      const tenant = new Tenant([snowflake, databricks, sales, deleted, claims]);
      expect(await findIntegration(tenant, { ...place, ...by })).to.deep.equal(flat);
      expect(tenant.calls).to.deep.equal(["list"]);
    });

  const missing: [what: string, there: Integration[], args: GetIntegrationArgs, sentence: string][] = [
    [
      "an unknown id",
      [snowflake, databricks],
      { id: "7" },
      "Immuta tenant.example has no integration with id 7. It has 1 (Snowflake, enabled, contoso.snowflakecomputing.com/IMMUTA); " +
        "2 (Databricks, recurringValidationError).",
    ],
    [
      "an id that was deleted",
      [deleted],
      { id: "5" },
      "Immuta tenant.example has no integration with id 5. It has no integrations at all.",
    ],
    [
      "another schema, naming those on the host first",
      [snowflake, sales],
      { ...place, schema: "other" },
      "Immuta tenant.example has no integration on host contoso.sql.azuresynapse.net, database claims, schema other. " +
        "It has 8 (Azure Synapse Analytics, enabled, contoso.sql.azuresynapse.net/sales/governed); " +
        "1 (Snowflake, enabled, contoso.snowflakecomputing.com/IMMUTA).",
    ],
    [
      "several on one place",
      [claims, disabled],
      place,
      "Immuta tenant.example has 2 integrations on host contoso.sql.azuresynapse.net, database claims, schema governed: " +
        "7 (Azure Synapse Analytics, enabled, contoso.sql.azuresynapse.net/claims/governed); " +
        "9 (Azure Synapse Analytics, disabled, contoso.sql.azuresynapse.net/claims/governed). " +
        "Look the one you mean up by its id.",
    ],
  ];
  for (const [what, there, args, sentence] of missing)
    it(`refuses ${what}`, async () => {
      expect(await failureOf(findIntegration(new Tenant(there), args))).to.equal(sentence);
    });

  it("names ten of what there is and counts the rest", async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ ...databricks, id: String(i) }));
    const text = await failureOf(findIntegration(new Tenant(many), { id: "x" }));
    expect(text.match(/Databricks/g)).to.have.length(10);
    expect(text).to.match(/; and 2 more\.$/);
  });

  const incomplete: [what: string, args: object, sentence: string][] = [
    ["nothing", {}, "Missing: host, database, schema."],
    ["a place in part", { host: "h", database: "" }, "Missing: database, schema."],
    ["an empty id", { id: "" }, "The id is empty."],
    ["both", { id: "7", ...place }, "Both were given."],
  ];
  for (const [what, args, sentence] of incomplete)
    it(`refuses ${what}, and asks nobody`, async () => {
      const tenant = new Tenant([claims]);
      expect(await failureOf(findIntegration(tenant, args as GetIntegrationArgs))).to.equal(
        `give either id, or host, database and schema, none of them empty. ${sentence}`,
      );
      expect(tenant.calls).to.deep.equal([]);
    });
});

describe("getIntegrations", () => {
  const tenant = new Tenant([snowflake, databricks, unheardOf, claims, sales, disabled, deleted]);
  const cases: [what: string, args: GetIntegrationsArgs, ids: string[]][] = [
    ["all that are there", {}, ["1", "2", "3", "7", "8", "9"]],
    ["those of a type", { type: "Azure Synapse Analytics" }, ["7", "8", "9"]],
    ["those in a status", { status: "enabled" }, ["1", "7", "8"]],
    ["those of a type in a status", { type: "Azure Synapse Analytics", status: "disabled" }, ["9"]],
    ["deleted ones where they are asked for", { status: "deleted" }, ["5"]],
    ["those of a type that is new", { type: "Something New" }, ["3"]],
    ["none", { type: "Redshift" }, []],
    [
      "all for filters that are not set",
      { type: undefined, status: undefined },
      ["1", "2", "3", "7", "8", "9"],
    ],
  ];
  for (const [what, args, ids] of cases)
    it(`gives ${what}`, async () => {
      expect((await findIntegrations(tenant, args)).map(({ id }) => id)).to.deep.equal(ids);
    });
});
