import type { Configuration } from "./configuration";
import { ConfigurationError } from "./configuration";
import type { Credentials } from "./immuta/payload";
import type { Immuta } from "./immuta/types";
import type { Clock } from "./immuta/wait";
import type { Interruption } from "./interruption";
import type { Authentication, PoolLogin } from "./pool/login";
import type { PhaseRun } from "./pool/run";
import type { Sought } from "./pool/survey";
import { type Bootstrap, type Inputs, table } from "./properties";
import type { Reporter } from "./reporter";
import type { PasswordSource } from "./password-reference";
import type { Trail } from "./trail";
import { milliseconds } from "./validation";

/** The outside world of one operation: one seam per side, so that tests can stand in for either. */
export interface World {
  immuta: Immuta;
  /** Runs one phase's batches in the pool. */
  runPhase(login: PoolLogin, run: PhaseRun, reporter: Reporter): Promise<void>;
  /** Looks for what the scripts would make; see pool/survey.ts. */
  survey(login: PoolLogin, sought: Sought, reporter: Reporter, trail: Trail): Promise<string[]>;
  /** Fetches what a reference names. */
  password: PasswordSource;
  configuration: Configuration;
  reporter: Reporter;
  /** The audit log. */
  trail: Trail;
  /** Sent to the servers as User-Agent and TDS application name. */
  applicationName: string;
  clock?: Clock;
  /** Tells the operation to stop before its end. */
  interruption?: Interruption;
}

/** The account that goes into payloads: the system account, in automatic setup the privileged one. */
export function payloadCredentials(inputs: Inputs, configuration: Configuration): Credentials {
  const fallback = inputs.autoBootstrap ? configuration.sqlAdministrator : {};
  const username = inputs.username ?? fallback.username;
  const password = inputs.password ?? fallback.password;
  if (!inputs.autoBootstrap && (username === undefined || password === undefined))
    throw new ConfigurationError("No password of Immuta's system account. Give `password` in the program.");
  if (username === undefined || password === undefined)
    throw new ConfigurationError(
      `No ${username === undefined ? "username" : "password"} of the privileged SQL account for automatic setup. ` +
        `Give it in the program, or set ${username === undefined ? "IMMUTA_SQL_ADMIN_USERNAME" : "IMMUTA_SQL_ADMIN_PASSWORD"}.`,
    );
  return { username, password };
}

const defaults = table.bootstrap.fields;

/** The connection over which the scripts run in manual setup. */
export function bootstrapLogin(inputs: Inputs, world: World): PoolLogin {
  const bootstrap = inputs.bootstrap ?? {};
  const route = world.configuration.sqlRoute();
  const server = bootstrap.server ?? route.server;
  const port = bootstrap.port ?? route.port;
  return {
    host: inputs.host,
    port: inputs.port,
    authentication: authenticationOf(bootstrap, world.configuration),
    route: { ...(server === undefined ? {} : { server }), ...(port === undefined ? {} : { port }) },
    trustServerCertificate: bootstrap.trustServerCertificate ?? defaults.trustServerCertificate.whenUnset,
    ...(bootstrap.encrypt === undefined ? {} : { encrypt: bootstrap.encrypt }),
    applicationName: world.applicationName,
    ...limit("connectTimeout", bootstrap.connectTimeout),
    ...limit("requestTimeout", bootstrap.requestTimeout),
    ...limit("waitForPool", bootstrap.waitForPool),
    pauseIsAwaited: bootstrap.waitForPool !== undefined,
    ...(world.interruption === undefined ? {} : { interruption: world.interruption }),
  };
}

function limit<Name extends string>(name: Name, duration: string | undefined): Partial<Record<Name, number>> {
  const value = duration === undefined ? undefined : milliseconds(duration);
  return value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
}

function authenticationOf(bootstrap: Bootstrap, configuration: Configuration): Authentication {
  const { clientId, tenantId, clientSecret, clientCertificatePath } = bootstrap;
  switch (bootstrap.authentication ?? defaults.authentication.whenUnset) {
    case "entra-default":
      return { type: "entra-default", ...(clientId === undefined ? {} : { clientId }) };
    case "entra-managed-identity":
      return { type: "entra-managed-identity", ...(clientId === undefined ? {} : { clientId }) };
    case "entra-service-principal": {
      // Check has seen to it that they are there.
      const principal = {
        type: "entra-service-principal",
        tenantId: tenantId ?? "",
        clientId: clientId ?? "",
      } as const;
      return clientSecret === undefined
        ? { ...principal, clientCertificatePath: clientCertificatePath ?? "" }
        : { ...principal, clientSecret };
    }
    case "entra-access-token": {
      const accessToken = bootstrap.accessToken ?? configuration.sqlAccessToken;
      if (accessToken === undefined)
        throw new ConfigurationError(
          "No access token for the login that runs Immuta's scripts. Set IMMUTA_SQL_ACCESS_TOKEN, or give bootstrap.accessToken.",
        );
      return { type: "entra-access-token", accessToken };
    }
    case "sql": {
      const username = bootstrap.username ?? configuration.sqlAdministrator.username;
      const password = bootstrap.password ?? configuration.sqlAdministrator.password;
      if (username === undefined)
        throw new ConfigurationError(
          "No user name of the login that runs Immuta's scripts. Give bootstrap.username in the program, or set IMMUTA_SQL_ADMIN_USERNAME.",
        );
      if (password === undefined)
        throw new ConfigurationError(
          "No password of the login that runs Immuta's scripts. Give bootstrap.password in the program, or set IMMUTA_SQL_ADMIN_PASSWORD.",
        );
      return { type: "sql", username, password };
    }
  }
}
