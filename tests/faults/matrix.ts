import type { FaultRule } from "../../sandbox/immuta";
import type { Fault } from "../../sandbox/synapse";
import { byHand, inputsWith, personDoes } from "./by-hand";
import { batchFaults, immutaFaults, poolFaults, spoofs } from "./faults";
import { left, missed } from "./goal";
import { endFaults, type Ground, type Life } from "./ground";
import { type Call, type Operation, pathOf, prepared, runOf, type Steps, titleOf } from "./operations";

/** One fault at one step of one operation. */
export interface Case {
  operation: Operation;
  /** The step, as campaign.md names it. */
  step: string;
  fault: string;
  /** Gives whether it happened, to be asked when the run has ended. */
  place(life: Life): () => boolean;
  /** Nothing comes, and somebody has to give up: with the timeouts of this case after a second. */
  silent?: true | undefined;
  /** The run that meets it ends well. */
  passes?: true | undefined;
  /** The provider's process is ended with kill -9 when the fault has happened. */
  kills?: true;
  /**
   * What a person may do afterwards besides `up`, as the error and docs/runbook.md say: "cleans" up what scripts made
   * and no state knows, or "adopts" what a process registered that could not tell anybody.
   */
  person?: "cleans" | "cleans or adopts";
}

export const titleOfCase = ({ operation, step, fault }: Case): string =>
  `${titleOf(operation)}: ${step}: ${fault}`;

/** Every fault at every step. */
export function casesOf(operation: Operation, steps: Steps): Case[] {
  return [
    ...atCalls(operation, steps),
    ...atDatabases(operation, steps),
    ...inBetween(operation, steps),
    ...kills(operation, steps),
  ];
}

const stepOf = ({ method, path, nth }: Call): string => `${method} ${path}${nth === 1 ? "" : `, ${nth}`}`;

function atCalls(operation: Operation, { calls }: Steps): Case[] {
  return calls.flatMap((call) =>
    immutaFaults.flatMap(({ name, when, answer, lasting, silent, passes }) =>
      when.map((moment): Case => {
        const posts = call.method === "POST" && call.path === "/integrations";
        return {
          operation,
          step: stepOf(call),
          fault: when.length === 1 ? name : `${name}, ${moment} it is carried out`,
          silent,
          passes,
          // Immuta says that somebody else's integration is there: then nothing is taken back.
          ...(name.startsWith("409") && posts ? { person: "cleans" as const } : {}),
          place: ({ ground }) => {
            const rule: FaultRule = { when: moment, answer: answer(ground.elsewhere), path: /^/ };
            ground.sandbox.immuta.fault(
              lasting === true
                ? { ...rule, nth: call.index, times: Infinity }
                : { ...rule, method: call.method, path: pathOf(call), nth: call.nth },
            );
            return () => ground.sandbox.immuta.journal.some((entry) => entry.fault !== undefined);
          },
        };
      }),
    ),
  );
}

/** The process is killed before and after each call to Immuta, and before each batch. */
function kills(operation: Operation, { calls, batches }: Steps): Case[] {
  const killed = { operation, kills: true, person: "cleans or adopts" } as const;
  const atCall = calls.flatMap((call) =>
    (["before", "after"] as const).map((when): Case => ({
      ...killed,
      step: stepOf(call),
      fault: `provider killed, ${when} it is carried out`,
      place: ({ ground: { sandbox } }) => {
        const { method, nth } = call;
        sandbox.immuta.fault({ method, path: pathOf(call), nth, when, answer: "hang" });
        return () => sandbox.immuta.journal.some(({ fault }) => fault === "hang");
      },
    })),
  );
  const ours = batches.filter(({ by }) => by === "provider");
  const atBatch = ours.map(({ database, batch }): Case => ({
    ...killed,
    step: `batch ${batch} in ${named(database)}`,
    fault: "provider killed, before it is carried out",
    place: ({ ground: { sandbox }, host }) => {
      sandbox.synapse.setFault(host, database, { kind: "slow", batch });
      return () => sandbox.synapse.faultOf(host, database) === undefined;
    },
  }));
  return [...atCall, ...atBatch];
}

const named = (database: string): string => (database === "master" ? "master" : "the pool");

function atDatabases(operation: Operation, { databases, batches }: Steps): Case[] {
  const at = (database: string, fault: Fault) => (life: Life) => {
    const { synapse } = life.ground.sandbox;
    synapse.setFault(life.host, database, fault);
    const before = synapse.journal.length;
    return () =>
      synapse.faultOf(life.host, database) === undefined ||
      synapse.journal.slice(before).some(({ kind, errors }) => kind === "redirected" || errors.length > 0);
  };
  return [
    ...databases.flatMap((database) =>
      poolFaults
        .filter(({ silent, ours }) => (silent ?? ours) !== true || operation.setup === "manual")
        .map(({ name, fault, silent }) => ({
          operation,
          step: named(database),
          fault: name,
          place: at(database, fault),
          silent,
        })),
    ),
    ...batches.flatMap(({ database, batch, by }) =>
      batchFaults
        // Immuta's own patience with a pool that says nothing is not ours to shorten.
        .filter(({ silent, ours }) => (silent ?? ours) !== true || by === "provider")
        .map(({ name, fault, silent }) => ({
          operation,
          step: `batch ${batch} in ${named(database)}`,
          fault: name,
          place: at(database, fault(batch)),
          silent,
        })),
    ),
  ];
}

/** Somebody between the provider and all pools; Immuta's own way to them is TDS 8's. */
function inBetween(operation: Operation, { batches }: Steps): Case[] {
  if (!batches.some(({ by }) => by === "provider")) return [];
  return spoofs.map(({ name, value }) => ({
    operation,
    step: "the way to the pools",
    fault: name,
    place: ({ ground: { sandbox } }) => {
      const before = sandbox.synapse.spoofedPrelogins;
      sandbox.synapse.setEncryption(value);
      return () => sandbox.synapse.spoofedPrelogins > before;
    },
  }));
}

export interface Outcome {
  /** What is otherwise than it has to be; empty when all is well. */
  problems: string[];
  /** Whether the fault happened at all. */
  happened: boolean;
  /** Whether the run that it happened in failed. */
  failed: boolean;
  /** Runs of `up` after it. */
  ups: number;
}

/** Manual setup is told to wait less for a pool that says nothing. */
const impatient = { bootstrap: { connectTimeout: "1s", requestTimeout: "1s" } };

/** How often `up` may be run after the fault is over. */
const mostUps = 2;

/** Plays a case to its end: the fault, the runs after it, and the destroy. */
export async function play(ground: Ground, one: Case): Promise<Outcome> {
  const life = await prepared(ground, one.operation, one.silent === true ? impatient : {});
  try {
    return await played(life, one);
  } finally {
    await life.end();
  }
}

async function played(life: Life, one: Case): Promise<Outcome> {
  const { operation } = one;
  const goal = operation.after(life);
  life.program = one.silent === true ? goal.map((declared) => inputsWith(declared, impatient)) : goal;
  if (one.silent === true) life.config["immuta:requestTimeout"] = "1s";
  const kept = life.stack.text;
  const happened = one.place(life);
  const run = life.succeeds(() => runOf(operation, life));
  if (one.kills === true) await killed(life, run, happened);
  const failed = !(await run);
  const outcome: Outcome = { problems: [], happened: happened(), failed, ups: 0 };
  if (failed && operation.run === "refresh" && life.stack.text !== kept)
    outcome.problems.push("a refresh that failed changed the state");
  if (failed && one.passes === true)
    outcome.problems.push(`a passing failure fails the run: ${life.failures.at(-1) ?? ""}`);
  endFaults(life);
  outcome.ups = await recovered(life, one, failed || operation.run === "refresh", outcome.problems);
  if (outcome.ups <= mostUps) outcome.problems.push(...(await missed(life)));
  await ends(life, outcome.problems);
  return outcome;
}

async function killed(life: Life, run: Promise<unknown>, happened: () => boolean): Promise<void> {
  const ended = run.then(() => "over" as const);
  const tick = (): Promise<"not yet"> =>
    new Promise((resolve) =>
      setTimeout(() => {
        resolve("not yet");
      }, 5),
    );
  while (!happened()) if ((await Promise.race([ended, tick()])) === "over") return;
  await life.stack.kill();
}

/** Runs `up` until it succeeds, and gives how often that was, without those that stopped to ask a person. */
async function recovered(life: Life, one: Case, needed: boolean, problems: string[]): Promise<number> {
  if (!needed) return 0;
  if (one.kills === true) await life.stack.unlock();
  if (one.person === "cleans") await byHand(life);
  let asked = 0;
  for (let ups = 1; ups <= mostUps; ups++) {
    if (await life.succeeds(() => life.up())) return ups;
    if (one.person !== "cleans or adopts" || ++asked > 1 || !(await personDoes(life))) continue;
    ups--;
  }
  problems.push(
    `\`up\` still fails: ${life.failures.at(-1) ?? ""}\nThe run before it: ${life.failures[0] ?? ""}`,
  );
  return mostUps + 1;
}

/** `destroy` leaves nothing anywhere, and nothing that was written holds a secret. */
export async function ends(life: Life, problems: string[]): Promise<void> {
  life.program = [];
  if (!(await life.succeeds(() => life.stack.destroy())))
    problems.push(`destroy fails: ${life.failures.at(-1) ?? ""}`);
  life.ground.sandbox.immuta.settle();
  problems.push(
    ...left(life).map((thing) => `left after destroy: ${thing}`),
    ...life.secretsWritten().map((name) => `written down: the secret ${name}`),
    ...life.loginsHeard().map(() => "a login was sent in clear"),
    ...life.ground.strayed.splice(0).map((request) => `sent to another host: ${request}`),
    ...life.ground.sandbox.immuta.problems.map((problem) => `the sandbox's own mistake: ${String(problem)}`),
  );
}
