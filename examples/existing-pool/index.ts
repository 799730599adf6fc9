import * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";

const config = new pulumi.Config();
const host = config.require("host");
const database = config.require("database");
const impersonationRole = config.get("impersonationRole");

const integration = new immuta.SynapseIntegration(
  "claims",
  {
    host,
    database,
    schema: config.get("schema") ?? "governed",
    autoBootstrap: false,
    username: config.require("systemAccount"),
    // Needed from the first change on that runs a script; adopting does without.
    password: config.getSecret("immutaPassword"),
    bootstrap: {},
    impersonation: { enabled: impersonationRole !== undefined, role: impersonationRole },
    // The one on this host, database and schema. What differs from this program is an error that lists it.
    adopt: true,
  },
  { protect: true },
);

export const integrationId = integration.integrationId;
export const status = integration.status;
