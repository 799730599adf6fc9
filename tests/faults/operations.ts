import { type PropertyMap, CallFailed } from "./driver/host";
import type { Declared } from "./driver/stack";
import { inputsWith } from "./by-hand";
import { type Ground, Life, secrets, type Setup, setups } from "./ground";

/** What is interrupted: a run that changes one thing. */
export interface Operation {
  name: string;
  setup: Setup;
  run: "up" | "refresh";
  before(life: Life): Declared[];
  after(life: Life): Declared[];
}

const claims = (life: Life, setup: Setup, changes: PropertyMap = {}): Declared[] => [
  { name: "claims", inputs: { ...life.inputs(setup), ...changes } },
];

const changed = {
  impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },
  metadataDelimiters: { hashDelimiter: "#" },
};

const changing = (setup: Setup, name: string, changes: PropertyMap): Operation => ({
  name,
  setup,
  run: "up",
  before: (life) => claims(life, setup),
  after: (life) => claims(life, setup, changes),
});

export const operations: readonly Operation[] = [
  ...setups.flatMap((setup): Operation[] => [
    {
      name: "create",
      setup,
      run: "up",
      before: () => [],
      after: (life) => claims(life, setup),
    },
    changing(setup, "update", changed),
    changing(setup, "replacement", { schema: "another" }),
    {
      name: "refresh",
      setup,
      run: "refresh",
      before: (life) => claims(life, setup),
      after: (life) => claims(life, setup),
    },
    { name: "delete", setup, run: "up", before: (life) => claims(life, setup), after: () => [] },
  ]),
  changing("manual", "rotation", { password: secrets.rotated }),
];

export const titleOf = ({ name, setup }: Operation): string => `${name}, ${setup} setup`;

/** A life right before the operation. `changes`: inputs that its integrations have besides their own. */
export async function prepared(
  ground: Ground,
  operation: Operation,
  changes: PropertyMap = {},
): Promise<Life> {
  const life = new Life(ground);
  life.program = operation.before(life).map((declared) => inputsWith(declared, changes));
  if (life.program.length > 0) await life.up();
  life.ground.sandbox.immuta.clearJournal();
  life.ground.sandbox.synapse.clearJournal();
  return life;
}

export function runOf(operation: Operation, life: Life): Promise<unknown> {
  return operation.run === "refresh" ? life.stack.refresh() : life.up();
}

/** One call to Immuta that an operation makes. */
export interface Call {
  method: string;
  /** With {id} in place of the integration's. */
  path: string;
  /** Which of those with this method and path, from 1. */
  nth: number;
  /** Which of all, from 1. */
  index: number;
}

/** One batch that reaches a database while an operation runs, whoever sends it. */
export interface Batch {
  database: string;
  batch: number;
  /** Immuta validates what the scripts made, and runs them itself in automatic setup. */
  by: "provider" | "Immuta";
}

export interface Steps {
  calls: Call[];
  /** Databases that somebody logs in to. */
  databases: string[];
  batches: Batch[];
}

export const pathOf = ({ path }: Pick<Call, "path">): RegExp =>
  new RegExp(`^${path.replace("{id}", "\\d+")}$`);

/** What an operation does when all is well; of several looks at the status the first. */
export async function stepsOf(ground: Ground, operation: Operation): Promise<Steps> {
  const life = await prepared(ground, operation);
  life.program = operation.after(life);
  await runOf(operation, life).catch((error: unknown) => {
    throw error instanceof CallFailed ? new Error(error.shown) : error;
  });
  const { immuta, synapse } = ground.sandbox;
  const seen = new Map<string, number>();
  const calls: Call[] = [];
  for (const [at, entry] of immuta.journal.entries()) {
    const path = entry.path.replace(/\/integrations\/\d+/, "/integrations/{id}");
    const key = `${entry.method} ${path}`;
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    if (!path.endsWith("/status") || nth === 1)
      calls.push({ method: entry.method, path, nth, index: at + 1 });
  }
  const here = synapse.journal.filter(({ host }) => host === life.host);
  const databases = [...new Set(here.map(({ database }) => database))];
  const batches = databases.flatMap((database) => {
    const sent = here.filter((entry) => entry.database === database && entry.kind === "batch");
    return sent.map(({ applicationName }, index): Batch => {
      const by = applicationName.startsWith("pulumi-immuta") ? "provider" : "Immuta";
      return { database, batch: index + 1, by };
    });
  });
  await life.end();
  return { calls, databases, batches };
}
