import { randomBytes } from "node:crypto";
import { type Phase, phases, type Immuta } from "../../provider/immuta/types";
import { reviewable } from "../../provider/pool/script-identity";
import { type BootstrapScript, generateScripts } from "../../provider/bootstrap-scripts";

/** What the scripts are generated from; a review's folder keeps it. No secret is among it. */
export interface Setup {
  host: string;
  port?: number;
  database: string;
  schema: string;
  username: string;
  /** Impersonation role; absent where impersonation is off. */
  role?: string;
  /** Immuta's id: then there are edit and delete scripts too. */
  integrationId?: string;
  hashDelimiter?: string;
  hashKeyDelimiter?: string;
  arrayDelimiter?: string;
}

export interface ReviewedScript {
  phase: Phase;
  /** SHA-256 of `script` as it is here. */
  identity: string;
  batches: number;
  runIn: string;
  /** With every credential replaced. */
  script: string;
}

/** The tenant's scripts of today, masked, in the order of the phases. */
export async function review(immuta: Immuta, setup: Setup): Promise<ReviewedScript[]> {
  const { role, hashDelimiter, hashKeyDelimiter, arrayDelimiter, integrationId, ...place } = setup;
  const given = process.env["IMMUTA_SYSTEM_PASSWORD"];
  // Identities are the same for every password, so any will do. It never leaves but to Immuta.
  const password = given === undefined || given === "" ? `Aa1-${randomBytes(24).toString("hex")}` : given;
  const scripts = await generateScripts(immuta, {
    ...place,
    password,
    impersonation: role === undefined ? { enabled: false } : { enabled: true, role },
    metadataDelimiters: { hashDelimiter, hashKeyDelimiter, arrayDelimiter },
    ...(integrationId === undefined ? {} : { integrationId }),
  });
  const byPhase = new Map<string, BootstrapScript>(
    Object.entries(scripts).map(([name, script]) => [
      name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`),
      script as BootstrapScript,
    ]),
  );
  return phases.flatMap((phase) => {
    const one = byPhase.get(phase);
    return one === undefined ? [] : [{ phase, ...one, script: reviewable(one.script, password) }];
  });
}
