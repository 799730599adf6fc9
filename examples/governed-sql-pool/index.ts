import * as pulumi from "@pulumi/pulumi";
import { GovernedSqlPool } from "pulumi-immuta/azure";

const config = new pulumi.Config();

const claims = new GovernedSqlPool("claims", {
  schema: "governed",
  administrator: { password: config.requireSecret("sqlAdminPassword") },
  systemAccount: { password: config.requireSecret("immutaPassword") },
  network: {
    immutaAddresses: config.requireObject<string[]>("immutaAddresses"),
    runnerAddresses: config.requireObject<string[]>("runnerAddresses"),
  },
  tags: { owner: "claims" },
});

export const { host, database, schema, integrationId, status } = claims;
