/** What an endpoint, its listeners and its sessions share. */
import type { SecureContext } from "node:tls";
import type { Faults } from "./faults";
import type { Journal, SynapseJournalEntry } from "./journal";
import type { Limits } from "./limits";
import type { SessionState } from "./tsql/session-state";
import type { Database, Login, Workspace } from "./workspace";

/** What all sessions of an endpoint share. */
export interface Endpoint {
  workspaces: readonly Workspace[];
  faults: Faults;
  journal: Journal;
  isLoggedIn: (login: Login) => boolean;
  /** The sessions that are open in the database. */
  sessionsIn: (database: Database) => SessionState[];
  limits: Limits;
  /** The port of the node to which the gateway sends this login; undefined where it lets the login in itself. */
  route: (workspace: Workspace, database: string) => Promise<number> | undefined;
  spoof: Spoof;
}

/** Where a client has connected to. */
export interface Place {
  at: "gateway" | "node";
  /** Whose the listener is; undefined where clients have to say it. */
  workspace: Workspace | undefined;
  /** For TDS 8, and for TLS inside PRELOGIN: there only up to TLS 1.2, whose handshake has a clear end. */
  secureContexts: { strict: SecureContext; prelogin: SecureContext };
}

/** A server in between that talks clients out of encryption. */
export interface Spoof {
  /** What PRELOGIN is answered there; undefined where nobody is in between. */
  encryption: Record<Place["at"], number | undefined>;
  /** How many clients were answered so. */
  answered: number;
  /** Each LOGIN7 and token that was heard unencrypted (hex). */
  heard: string[];
}

/** What every entry of a session in the journal says. */
export type JournalBase = Pick<SynapseJournalEntry, "host" | "database" | "login" | "applicationName">;
