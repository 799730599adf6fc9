import type { Interruption } from "../../core/interruption";
import type { Address } from "./dial";

/** What holds where a login says nothing else. */
export const defaultTimes = { connectTimeout: "30s", requestTimeout: "10m", waitForPool: "20m" } as const;

/** How to reach and enter a pool. */
export interface PoolLogin {
  /** The endpoint's own name: what the certificate and the gateway go by. */
  host: string;
  port: number;
  authentication: Authentication;
  /** Where to connect instead, such as a private endpoint. */
  route: { server?: string; port?: number };
  trustServerCertificate: boolean;
  /** TLS inside PRELOGIN (default), or before it: TDS 8. */
  encrypt?: "mandatory" | "strict";
  /** Sent in the login, so that the server's audit shows who called. */
  applicationName: string;
  /** Milliseconds, as the next two; see defaultTimes. */
  connectTimeout?: number;
  /** For one batch. */
  requestTimeout?: number;
  /** For a pool that may yet come. */
  waitForPool?: number;
  /** A paused pool is waited for like a warming one. */
  pauseIsAwaited: boolean;
  /** Tells an attempt to connect, and then a batch, to stop. */
  interruption?: Interruption;
}

/** A SQL login, or one of Microsoft Entra's ways, as tedious and @azure/identity do them. */
export type Authentication =
  | { type: "sql"; username: string; password: string }
  | { type: "entra-default"; clientId?: string }
  | { type: "entra-managed-identity"; clientId?: string }
  | { type: "entra-service-principal"; tenantId: string; clientId: string; clientSecret: string }
  | { type: "entra-service-principal"; tenantId: string; clientId: string; clientCertificatePath: string }
  | { type: "entra-access-token"; accessToken: string };

/** What is dialled, whatever name is said there. */
export const routeOf = ({ host, port, route }: PoolLogin): Address => ({
  server: route.server ?? host,
  port: route.port ?? port,
});

/** Who logs in, for messages; never a secret. */
export function nameOfLogin(authentication: Authentication): string {
  switch (authentication.type) {
    case "sql":
      return authentication.username;
    case "entra-service-principal":
      return `service principal ${authentication.clientId}`;
    case "entra-access-token":
      return "the access token's identity";
    default:
      return authentication.clientId === undefined
        ? authentication.type
        : `${authentication.type} ${authentication.clientId}`;
  }
}
