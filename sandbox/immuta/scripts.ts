import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { splitBatches } from "./batches";
import type { Account, Settings } from "./model";
import { render, type Values } from "./template";

/** The scripts of a setup, named as in their endpoints. */
export type Phase = "initial-create" | "create" | "edit" | "delete" | "cleanup" | "post-cleanup";

/** What a script is generated from. */
export interface ScriptSource {
  settings: Settings;
  account: Account;
  fingerprint: string;
  /** What the pool was set up with so far; only an edit has it. */
  former?: { settings: Settings; account?: Account };
  /** System accounts the integration had before this one. */
  formerAccounts?: readonly string[];
  /** Roles in master that edit scripts have left there (only where edit scripts run in master). */
  markers?: readonly string[];
}

const folder = join(__dirname, "scripts");
const templates = new Map<string, string>();

function template(name: string): string {
  const known = templates.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(join(folder, `${name}.sql`), "utf8");
  templates.set(name, text);
  return text;
}

/** The text of a phase's script. The same source always gives the same text. */
export const renderScript = (phase: Phase, source: ScriptSource): string =>
  render(template(phase), valuesOf(source), template);

/** The edit script for the assumption that it is written for master: it only leaves a marker and sets the password. */
export const renderEditInMaster = (source: ScriptSource): string =>
  render(template("edit-in-master"), valuesOf(source), template);

export const scriptBatches = (phase: Phase, source: ScriptSource): string[] =>
  splitBatches(renderScript(phase, source));

/** The role in master by which Immuta knows that the edit script for this payload has run. */
export function editMarker({
  settings,
  fingerprint,
}: Pick<ScriptSource, "settings" | "fingerprint">): string {
  const pool = `${settings.host.toLowerCase()}/${settings.database}/${fingerprint}`;
  return `immuta_edit_${createHash("sha256").update(pool).digest("hex").slice(0, 32)}`;
}

function valuesOf(source: ScriptSource): Values {
  const { settings, account, former } = source;
  const { impersonation, metadataDelimiters } = settings;
  const role = impersonation.enabled ? impersonation.role : "";
  const formerRole =
    former?.settings.impersonation.enabled === true ? former.settings.impersonation.role : "";
  const formerUsername = former?.account?.username ?? "";
  return {
    database: settings.database,
    schema: settings.schema,
    username: account.username,
    password: account.password,
    fingerprint: source.fingerprint,
    ...metadataDelimiters,
    impersonation: impersonation.enabled,
    role,
    roleDropped: formerRole !== "" && formerRole !== role,
    formerRole,
    accountChanged: formerUsername !== "" && formerUsername !== account.username,
    formerUsername,
    accounts: [...new Set([account.username, ...(source.formerAccounts ?? [])])],
    markers: source.markers ?? [],
    marker: editMarker(source),
  };
}
