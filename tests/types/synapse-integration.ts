/**
 * What compiles and what does not; nothing here is run. `npm run lint:types` checks it: a line under @ts-expect-error
 * that compiles is an error.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import {
  SynapseIntegration,
  type AutomaticSetupArgs,
  type EitherSetupArgs,
  type ManualSetupArgs,
  type PasswordReferenceArgs,
  type SynapseIntegrationArgs,
} from "../../sdk";
import * as onPlugin from "../../sdk/plugin";

const place = { host: "claims.sql.azuresynapse.net", database: "claims", schema: "governed" };
const account = { username: "immuta_system_account", password: "placeholder" };
const administrator = { username: "sqladmin", password: "placeholder" };

/** Automatic setup: with and without the privileged account, which may come from the environment. */
export const automatic: AutomaticSetupArgs[] = [
  { ...place, autoBootstrap: true },
  { ...place, autoBootstrap: true, ...administrator },
  { ...place, autoBootstrap: true, username: undefined, password: undefined },
];

/** Manual setup: with the login that runs the scripts, which may come from the environment. */
export const manual: ManualSetupArgs[] = [
  { ...place, autoBootstrap: false, ...account, bootstrap: administrator },
  { ...place, autoBootstrap: false, ...account, bootstrap: {} },
  { ...place, autoBootstrap: false, ...account, bootstrap: { server: "10.0.0.4", port: 1433 } },
];

/** Everything is an input: plain, a promise or an output. */
export const lifted: SynapseIntegrationArgs = {
  host: pulumi.output(place.host),
  port: Promise.resolve(1433),
  database: pulumi.interpolate`claims`,
  schema: place.schema,
  autoBootstrap: false,
  username: pulumi.output(account.username),
  password: pulumi.secret(account.password),
  bootstrap: { username: administrator.username, password: pulumi.secret(administrator.password) },
  impersonation: pulumi.output({ enabled: true, role: "IMMUTA_IMPERSONATION" }),
  metadataDelimiters: { hashDelimiter: pulumi.output("#"), arrayDelimiter: undefined },
  timeouts: { create: "30m" },
  onCreateFailure: "keep",
  onDisabled: "recreate",
  retainPoolObjects: true,
};

/** As `pulumi import` writes it, with what Immuta does not tell added. */
export const imported: SynapseIntegrationArgs = {
  ...place,
  authenticationType: onPlugin.AuthenticationType.UserPassword,
  autoBootstrap: false,
  ...account,
  bootstrap: {},
};

declare const isAutomatic: boolean;
declare const automaticOrNot: Output<boolean>;

/** Which setup it is may be a variable or an output. */
export const either: EitherSetupArgs[] = [
  { ...place, autoBootstrap: isAutomatic, ...account, bootstrap: isAutomatic ? undefined : administrator },
  {
    ...place,
    autoBootstrap: automaticOrNot,
    ...account,
    bootstrap: automaticOrNot.apply((automatically) => (automatically ? undefined : {})),
  },
];

/** What has a default may be left out. */
export const role: SynapseIntegrationArgs = { ...place, autoBootstrap: true, impersonation: { role: "R" } };

/** One way to the password. */
export const references: PasswordReferenceArgs[] = [
  { env: "PASSWORD" },
  { file: pulumi.output("/run/secrets/password") },
  { keyVault: "https://v.vault.azure.net/secrets/s/0", env: undefined },
];

export const integration = new SynapseIntegration("claims", lifted, { protect: true });
export const status: Output<string> = integration.status;
export const port: Output<number> = integration.port;
export const impersonation: Output<{ enabled: boolean; role?: string }> = integration.impersonation;
export const hash: Output<string> = integration.metadataDelimiters.hashDelimiter;
export const username: Output<string | undefined> = integration.username;
export const setup: Output<boolean> = integration.autoBootstrap;
export const failed: Output<string[]> = integration.validation.failed;

// @ts-expect-error manual setup needs `bootstrap`
new SynapseIntegration("claims", { ...place, autoBootstrap: false, ...account });

// @ts-expect-error automatic setup has no `bootstrap`
new SynapseIntegration("claims", { ...place, autoBootstrap: true, bootstrap: administrator });

// @ts-expect-error automatic setup has no `bootstrap`, not even an empty one
new SynapseIntegration("claims", { ...place, autoBootstrap: true, bootstrap: {} });

// @ts-expect-error manual setup needs the system account's password
new SynapseIntegration("claims", { ...place, autoBootstrap: false, username: "immuta", bootstrap: {} });

// @ts-expect-error manual setup needs the system account's name
new SynapseIntegration("claims", { ...place, autoBootstrap: false, password: "placeholder", bootstrap: {} });

// @ts-expect-error a password that may be missing is none
new SynapseIntegration("claims", {
  ...place,
  autoBootstrap: false,
  ...account,
  password: process.env["PASSWORD"],
  bootstrap: {},
});

// @ts-expect-error `autoBootstrap` says which setup it is
new SynapseIntegration("claims", { ...place, ...administrator });

// @ts-expect-error a setup that an output decides may be a manual one, and is given all that one needs
new SynapseIntegration("claims", { ...place, autoBootstrap: pulumi.output(true) });

// @ts-expect-error and so is one that a variable decides
new SynapseIntegration("claims", { ...place, autoBootstrap: isAutomatic, ...account });

// @ts-expect-error neither setup does without a host
new SynapseIntegration("claims", { database: "claims", schema: "governed", autoBootstrap: true });

// @ts-expect-error a port is a number
new SynapseIntegration("claims", { ...place, autoBootstrap: true, port: "1433" });

// @ts-expect-error a time is text with its unit
new SynapseIntegration("claims", { ...place, autoBootstrap: true, timeouts: { create: 900 } });

new SynapseIntegration("claims", {
  ...place,
  autoBootstrap: false,
  username: "immuta",
  // @ts-expect-error two ways to the password
  passwordFrom: { env: "A", file: "B" },
  bootstrap: {},
});

// @ts-expect-error no way to the password
export const noReference: PasswordReferenceArgs = {};

// @ts-expect-error a misspelt field of an object
new SynapseIntegration("claims", { ...place, autoBootstrap: true, impersonation: { rolle: "R" } });

// @ts-expect-error no such input, and so no such output
export type UnheardOf = SynapseIntegration["colour"];

// @ts-expect-error no such choice
new SynapseIntegration("claims", { ...place, autoBootstrap: true, onCreateFailure: "retry" });

// @ts-expect-error no such way to log in
new SynapseIntegration("claims", { ...place, autoBootstrap: true, authenticationType: "oAuthM2M" });

// @ts-expect-error a misspelt name
new SynapseIntegration("claims", { ...place, autoBootstrap: true, poolidentity: "claims" });

// @ts-expect-error outputs cannot be written
integration.status = pulumi.output("enabled");

/** The plugin's takes the same, and its outputs are the same. */
const tenant = new onPlugin.Provider("europe", { url: "https://eu.example", sqlPort: pulumi.output(1433) });
export const served = new onPlugin.SynapseIntegration("claims", lifted, { provider: tenant });
export const servedStatus: Output<string> = served.status;
export const known: onPlugin.SynapseIntegration = onPlugin.SynapseIntegration.get("claims", "3");
export const listed: Output<string[]> = onPlugin
  .getIntegrationsOutput({ status: pulumi.output("enabled") }, { provider: tenant })
  .apply((integrations) => integrations.map(({ id }) => id));

// @ts-expect-error manual setup needs `bootstrap`, on the plugin too
new onPlugin.SynapseIntegration("claims", { ...place, autoBootstrap: false, ...account });

// @ts-expect-error no such setting
new onPlugin.Provider("europe", { uri: "https://eu.example" });
