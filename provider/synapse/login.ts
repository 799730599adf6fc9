import { type Configuration, ConfigurationError } from "../core/configuration";
import { milliseconds } from "../core/rules";
import type { Authentication, PoolLogin } from "../sql/connect/login";
import { type Bootstrap, type Inputs, table } from "./inputs/table";
import type { Credentials } from "./payload";
import type { Ports } from "./ports";

/** Who logs in where: from the program, else from the provider's configuration. All throw ConfigurationError. */

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
export function bootstrapLogin(inputs: Inputs, ports: Ports): PoolLogin {
  const bootstrap = inputs.bootstrap ?? {};
  const route = ports.configuration.sqlRoute();
  const server = bootstrap.server ?? route.server;
  const port = bootstrap.port ?? route.port;
  return {
    host: inputs.host,
    port: inputs.port,
    authentication: authenticationOf(bootstrap, ports.configuration),
    route: { ...(server === undefined ? {} : { server }), ...(port === undefined ? {} : { port }) },
    trustServerCertificate: bootstrap.trustServerCertificate ?? defaults.trustServerCertificate.whenUnset,
    ...(bootstrap.encrypt === undefined ? {} : { encrypt: bootstrap.encrypt }),
    applicationName: ports.applicationName,
    ...limit("connectTimeout", bootstrap.connectTimeout),
    ...limit("requestTimeout", bootstrap.requestTimeout),
    ...limit("waitForPool", bootstrap.waitForPool),
    pauseIsAwaited: bootstrap.waitForPool !== undefined,
    ...(ports.interruption === undefined ? {} : { interruption: ports.interruption }),
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
