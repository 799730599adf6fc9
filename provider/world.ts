import type { Configuration } from "./configuration";
import { ConfigurationError } from "./configuration";
import type { Credentials } from "./immuta/payload";
import type { Immuta } from "./immuta/types";
import type { Clock } from "./immuta/wait";
import type { PoolLogin } from "./pool/connection";
import type { PhaseRun } from "./pool/run";
import type { Inputs } from "./properties";
import type { Reporter } from "./reporter";

/** The outside world of one operation: one seam per side, so that tests can stand in for either. */
export interface World {
  immuta: Immuta;
  /** Runs one phase's batches in the pool. */
  runPhase(login: PoolLogin, run: PhaseRun, reporter: Reporter): Promise<void>;
  configuration: Configuration;
  reporter: Reporter;
  /** Sent to the servers as User-Agent and TDS application name. */
  applicationName: string;
  clock?: Clock;
}

/** The account that goes into payloads: the system account, in automatic setup the privileged one. */
export function payloadCredentials(inputs: Inputs, configuration: Configuration): Credentials {
  const fallback = inputs.autoBootstrap ? configuration.sqlAdministrator : {};
  const username = inputs.username ?? fallback.username;
  const password = inputs.password ?? fallback.password;
  if (username === undefined || password === undefined)
    throw new ConfigurationError(
      `No ${username === undefined ? "username" : "password"} of the privileged SQL account for automatic setup. ` +
        `Give it in the program, or set ${username === undefined ? "IMMUTA_SQL_ADMIN_USERNAME" : "IMMUTA_SQL_ADMIN_PASSWORD"}.`,
    );
  return { username, password };
}

/** The login that runs the scripts in manual setup. */
export function bootstrapLogin(inputs: Inputs, world: World): PoolLogin {
  const { configuration } = world;
  const bootstrap = inputs.bootstrap ?? {};
  const username = bootstrap.username ?? configuration.sqlAdministrator.username;
  const password = bootstrap.password ?? configuration.sqlAdministrator.password;
  if (username === undefined || password === undefined)
    throw new ConfigurationError(
      `No ${username === undefined ? "user name" : "password"} of the login that runs Immuta's scripts. ` +
        (username === undefined
          ? "Give bootstrap.username in the program, or set IMMUTA_SQL_ADMIN_USERNAME."
          : "Give bootstrap.password in the program, or set IMMUTA_SQL_ADMIN_PASSWORD."),
    );
  const route = configuration.sqlRoute();
  const server = bootstrap.server ?? route.server;
  const port = bootstrap.port ?? route.port;
  return {
    host: inputs.host,
    port: inputs.port,
    username,
    password,
    route: { ...(server === undefined ? {} : { server }), ...(port === undefined ? {} : { port }) },
    trustServerCertificate: bootstrap.trustServerCertificate ?? false,
    applicationName: world.applicationName,
  };
}
