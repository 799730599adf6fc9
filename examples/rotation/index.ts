import * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";

const config = new pulumi.Config();

const integration = new immuta.SynapseIntegration("claims", {
  host: config.require("host"),
  database: config.require("database"),
  schema: "governed",
  autoBootstrap: false,
  username: "immuta_claims",
  // Read when an operation needs it; the state keeps the variable's name.
  passwordFrom: { env: "IMMUTA_CLAIMS_PASSWORD" },
  // Another text here is the rotation: initial-create script, edit script, PUT.
  passwordVersion: config.require("passwordVersion"),
  bootstrap: {},
});

export const integrationId = integration.integrationId;
export const status = integration.status;
