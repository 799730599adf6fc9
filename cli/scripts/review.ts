import {
  type Contract,
  type Phase,
  phases,
  type Immuta,
  reviewable,
  type Inputs,
  type BootstrapScript,
  generateScripts,
} from "../../provider";
import { madeUpPassword } from "../made-up-password";

/** What the scripts are generated from; a review's folder keeps it. No secret is among it. */
export type Setup = Pick<Inputs, "host" | "database" | "schema"> &
  Required<Pick<Inputs, "username">> &
  Partial<Pick<Inputs, "port">> &
  /** Absent where impersonation is off. */
  Pick<Inputs["impersonation"], "role"> &
  Partial<Inputs["metadataDelimiters"]> & {
    /** Immuta's id: then there are edit and delete scripts too. */
    integrationId?: string;
  };

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
export async function review(immuta: Immuta, setup: Setup, contract: Contract): Promise<ReviewedScript[]> {
  const { role, host, port, database, schema, username, integrationId, ...metadataDelimiters } = setup;
  const given = process.env["IMMUTA_SYSTEM_PASSWORD"];
  // Identities are the same for every password, so any will do. It never leaves but to Immuta.
  const password = given === undefined || given === "" ? madeUpPassword() : given;
  const scripts = await generateScripts(
    immuta,
    {
      ...{ host, port, database, schema, username },
      password,
      impersonation: role === undefined ? { enabled: false } : { enabled: true, role },
      metadataDelimiters,
      ...(integrationId === undefined ? {} : { integrationId }),
    },
    contract,
  );
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
