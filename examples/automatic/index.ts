import * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";

const config = new pulumi.Config();
const impersonationRole = config.get("impersonationRole");

const integration = new immuta.SynapseIntegration("sales", {
  host: config.require("host"),
  database: config.require("database"),
  schema: "governed",
  autoBootstrap: true,
  username: config.require("sqlAdminUsername"),
  password: config.requireSecret("sqlAdminPassword"),
  impersonation: { enabled: impersonationRole !== undefined, role: impersonationRole },
  metadataDelimiters: { hashDelimiter: config.get("hashDelimiter") },
});

export const integrationId = integration.integrationId;
export const status = integration.status;
