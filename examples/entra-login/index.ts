import * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";

const config = new pulumi.Config();

const integration = new immuta.SynapseIntegration("claims", {
  host: config.require("host"),
  database: config.require("database"),
  schema: "governed",
  autoBootstrap: false,
  // Immuta's own account stays a SQL login: Immuta knows no other.
  username: "immuta_claims",
  password: config.requireSecret("immutaPassword"),
  bootstrap: {
    // `az login`, a workload identity, a managed identity: whatever this machine has. With "entra-access-token" a token
    // from IMMUTA_SQL_ACCESS_TOKEN.
    authentication: config.get<"entra-default" | "entra-access-token">("authentication") ?? "entra-default",
  },
});

export const integrationId = integration.integrationId;
export const status = integration.status;
