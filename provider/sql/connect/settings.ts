import type { Socket } from "node:net";
import type { config as MssqlConfig } from "mssql";
import type { Connection, ConnectionConfiguration } from "tedious";
import { lengthOf } from "../../core/rules";
import { azureIdentity } from "./lazy-identity";
import { type Authentication, defaultTimes, type PoolLogin } from "./login";

export const defaultConnectTimeout = lengthOf(defaultTimes.connectTimeout);

/** What mssql takes beside what its types know. */
export type Settings = MssqlConfig & {
  beforeConnect: (connection: Connection) => void;
  validateConnection: false;
};

/** What mssql and tedious are told: how to log in, how long to wait, how the session is to be. */
export function settingsFor(
  login: PoolLogin,
  database: string,
  dialled: () => Promise<Socket>,
  beforeConnect: Settings["beforeConnect"],
): Settings {
  const connectionTimeout = login.connectTimeout ?? defaultConnectTimeout;
  return {
    server: login.host,
    ...credentials(login.authentication),
    database,
    connectionTimeout,
    // Its clock stops at the first packet of an answer; batch.ts has one of its own.
    requestTimeout: 0,
    // The pool's own clocks only have to be slower than those of the connection.
    pool: {
      max: 1,
      min: 0,
      idleTimeoutMillis: 24 * 3_600_000,
      createTimeoutMillis: connectionTimeout + 5000,
      acquireTimeoutMillis: connectionTimeout + 5000,
    },
    // mssql's `SELECT 1` before each request turns a paused pool into a storm of logins.
    validateConnection: false,
    options: {
      encrypt: login.encrypt === "strict" ? "strict" : true,
      trustServerCertificate: login.trustServerCertificate,
      appName: login.applicationName,
      // What may be tried again is decided in one place, by trouble.ts.
      maxRetriesOnTransientErrors: 0,
      ...sessionOptions,
      // The host name stays in TLS and login whatever address is dialled, so that certificate and gateway agree.
      connector: dialled,
    } as unknown as NonNullable<MssqlConfig["options"]>,
    beforeConnect,
  };
}

/** A dedicated pool's own level; tedious always sends one, and its default READ COMMITTED would be refused. */
const readUncommitted = 1;

/**
 * What sqlcmd and SSMS set. The rest of tedious' options is not sent: the server's own values are right, and a
 * dedicated pool knows no cursors.
 */
const sessionOptions = {
  enableQuotedIdentifier: true,
  enableAnsiNull: true,
  enableAnsiPadding: true,
  enableAnsiWarnings: true,
  enableArithAbort: true,
  enableConcatNullYieldsNull: true,
  enableAnsiNullDefault: null,
  enableCursorCloseOnCommit: null,
  enableImplicitTransactions: null,
  enableNumericRoundabort: null,
  connectionIsolationLevel: readUncommitted,
  datefirst: null,
  dateFormat: null,
  language: null,
  // As SSMS; tedious makes 0, which means 4 KB, of null.
  textsize: 2_147_483_647,
  abortTransactionOnError: null,
} as const;

function credentials(authentication: Authentication): Partial<MssqlConfig> {
  const entra = (value: ConnectionConfiguration["authentication"]): Partial<MssqlConfig> => ({
    authentication: value as NonNullable<MssqlConfig["authentication"]>,
  });
  switch (authentication.type) {
    case "sql":
      return { user: authentication.username, password: authentication.password };
    case "entra-access-token":
      return entra({
        type: "azure-active-directory-access-token",
        options: { token: authentication.accessToken },
      });
    case "entra-service-principal": {
      const { tenantId, clientId } = authentication;
      if ("clientSecret" in authentication)
        return entra({
          type: "azure-active-directory-service-principal-secret",
          options: { tenantId, clientId, clientSecret: authentication.clientSecret },
        });
      const { ClientCertificateCredential } = azureIdentity();
      const credential = new ClientCertificateCredential(
        tenantId,
        clientId,
        authentication.clientCertificatePath,
      );
      return entra({ type: "token-credential", options: { credential } });
    }
    default: {
      const { type, clientId } = authentication;
      const options = clientId === undefined ? {} : { clientId };
      return entra(
        type === "entra-default"
          ? { type: "azure-active-directory-default", options }
          : { type: "azure-active-directory-msi-vm", options },
      );
    }
  }
}
