import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretsFoundIn } from "../../engine/canaries";
import { byHand } from "../by-hand";
import type { PropertyMap } from "../driver/host";
import type { Declared } from "../driver/stack";
import { integrationsOn, left, missed, settingsOf } from "../goal";
import { endFaults, type Ground, Life, secrets } from "../ground";
import { anyFault } from "./any-fault";
import { edits, inSetup, type Supplies } from "./edits";
import { type Expected, expectedOf, type Known, type Trace, wholeOf } from "./oracle";
import { Random } from "./random";
import { traced } from "./trace";

/** A walk that went wrong: its seed, what was done, and what was otherwise than it has to be. */
export class WalkFailed extends Error {
  override readonly name = "WalkFailed";
}

export interface Walked {
  steps: number;
  /** Steps by what was done. */
  done: Map<string, number>;
  /** Faults that really happened. */
  faults: number;
}

const databases = ["claims", "sales"] as const;
const mostUps = 2;

/**
 * A seeded sequence of edits, drifts, refreshes, adoptions and faults. After each step the calls and the end state are
 * compared with the oracle. Throws WalkFailed.
 */
export async function walk(ground: Ground, seed: number, length: number): Promise<Walked> {
  const one = new Walk(ground, seed);
  try {
    await one.run(length);
    return one.walked;
  } catch (error) {
    throw new WalkFailed(
      `seed ${seed}, after:\n  ${one.told.join("\n  ")}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  } finally {
    await one.end();
  }
}

class Walk {
  readonly told: string[] = [];
  readonly walked: Walked = { steps: 0, done: new Map(), faults: 0 };
  private readonly random: Random;
  private readonly life: Life;
  private readonly folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-walk-"));
  /** What the state says of each integration, by name. */
  private readonly known = new Map<string, Known>();
  private readonly accounts: string[] = [];
  private readonly passwords: string[] = [];
  private names = 0;

  constructor(
    private readonly ground: Ground,
    private readonly seed: number,
  ) {
    this.random = new Random(seed);
    this.life = new Life(ground, databases, 2);
  }

  async run(length: number): Promise<void> {
    await this.add();
    for (let step = 1; step < length; step++) await this.step();
    await this.finish();
  }

  async end(): Promise<void> {
    await this.life.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async step(): Promise<void> {
    const steps: [number, string, () => Promise<void>][] = [
      [10, "edit", () => this.edit()],
      [2, "add", () => this.add()],
      [2, "remove", () => this.remove()],
      [2, "rename", () => this.rename()],
      [2, "renamed without alias", () => this.renameWithoutAlias()],
      [1, "replacement failed and reverted", () => this.revert()],
      [1, "nothing", () => this.up("nothing changed")],
      [2, "refresh", () => this.refresh("nothing drifted")],
      [2, "settings drifted", () => this.drift()],
      [1, "integration forgotten", () => this.forget()],
      [1, "state lost and adopted", () => this.adopt()],
      [8, "fault", () => this.fault()],
    ];
    const total = steps.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.random.below(total);
    for (const [weight, name, work] of steps) {
      at -= weight;
      if (at >= 0) continue;
      this.walked.done.set(name, (this.walked.done.get(name) ?? 0) + 1);
      await work();
      this.walked.steps += 1;
      return;
    }
  }

  private get supplies(): Supplies {
    const { random, life } = this;
    return {
      random,
      hosts: life.hosts,
      databases,
      free: (host) =>
        databases.filter(
          (database) =>
            !life.program.some(({ inputs }) => inputs["host"] === host && inputs["database"] === database),
        ),
      password: () => {
        const made = `c4nary-${this.seed}-${this.passwords.length}'Pa]ss"W0rd`;
        this.passwords.push(made);
        return made;
      },
      account: () => {
        const made = `immuta ${this.accounts.length}'s account]`;
        this.accounts.push(made);
        return made;
      },
      folder: this.folder,
    };
  }

  private async add(): Promise<void> {
    const { supplies, random } = this;
    const hosts = this.life.hosts.filter((host) => supplies.free(host).length > 0);
    if (hosts.length === 0 || this.life.program.length >= 2) return this.up("no room for another");
    const host = random.pick(hosts);
    const place = { host, database: random.pick(supplies.free(host)), schema: "governed" };
    const inputs = inSetup(random.chance(0.6), place, supplies);
    this.life.program = [...this.life.program, { name: `it${++this.names}`, inputs }];
    await this.up(`added ${describe(inputs)}`);
  }

  private async remove(): Promise<void> {
    if (this.life.program.length === 0) return this.add();
    const gone = this.random.pick(this.life.program);
    this.life.program = this.life.program.filter((one) => one !== gone);
    await this.up(`removed ${gone.name}`);
  }

  private async rename(): Promise<void> {
    if (this.life.program.length === 0) return this.add();
    const old = this.random.pick(this.life.program);
    const name = `it${++this.names}`;
    this.life.program = this.life.program.map((one) =>
      one === old ? { ...old, name, aliases: [old.name, ...(old.aliases ?? [])] } : one,
    );
    const known = this.known.get(old.name);
    this.known.delete(old.name);
    if (known !== undefined) this.known.set(name, known);
    await this.up(`renamed ${old.name} to ${name}`);
  }

  /**
   * A name changes, and nobody gives the old one in `aliases`: the run fails and nothing is lost, whichever of the two
   * ways that the error names is taken then.
   */
  private async renameWithoutAlias(): Promise<void> {
    const { life, random } = this;
    const [old] = life.program.filter(({ inputs }) => inputs["adopt"] === undefined);
    const found = integrationsOn(life).find((one) => old !== undefined && stands(one, old.inputs));
    if (old === undefined || found === undefined) return this.up("nothing to rename");
    const name = `it${++this.names}`;
    const renamed = (changes: Partial<Declared>): void => {
      life.program = life.program.map((one) =>
        one.name === old.name || one.name === name ? { name, inputs: old.inputs, ...changes } : one,
      );
    };
    renamed({});
    this.told.push(`renamed ${old.name} to ${name} without an alias`);
    await this.fails(["GET /integrations"], /resource option aliases/);
    if (random.chance(0.5)) {
      const known = this.known.get(old.name);
      this.known.delete(old.name);
      if (known !== undefined) this.known.set(name, known);
      renamed({ aliases: [old.name] });
      return this.up("the alias given");
    }
    const adopt = String(found["id"]);
    renamed({ inputs: { ...old.inputs, adopt } });
    this.told.push(`adopted as ${name} with ${adopt}, and removed as ${old.name}`);
    await this.fails(["GET /integrations/{id}"], /aliases/);
    await life.stack.forget(old.name);
    this.known.delete(old.name);
    this.compare({ calls: [], looks: [], ran: [] }, await traced(life, () => life.up()));
    await this.hasGoal();
    this.isAdopted(name);
    renamed({});
    await this.up("adopt taken out again");
  }

  /** A run that must fail, and leave Immuta and the pools as they are. */
  private async fails(calls: string[], words: RegExp): Promise<void> {
    const { life } = this;
    const before = JSON.stringify(integrationsOn(life));
    let ok = false;
    const trace = await traced(life, async () => {
      ok = await life.succeeds(() => life.up());
    });
    this.equal("a run that has to fail succeeds", ok, false);
    this.compare({ calls, looks: [], ran: [] }, trace);
    this.equal("integrations after it", JSON.stringify(integrationsOn(life)), before);
    const said = life.failures.at(-1) ?? "";
    if (!words.test(said)) throw new Error(`the failure does not say ${String(words)}: ${said}`);
  }

  /** A replacement whose create is refused, and a program that is taken back: one run makes all well. */
  private async revert(): Promise<void> {
    const { life, random } = this;
    if (life.program.length === 0) return this.add();
    const before = life.program;
    const target = random.pick(before);
    const replaced = { ...target.inputs, poolIdentity: `reverted ${this.names++}` };
    life.program = before.map((one) => (one === target ? { ...one, inputs: replaced } : one));
    this.told.push(`${target.name}: a replacement whose POST is refused, and reverted`);
    life.ground.sandbox.immuta.fault({
      method: "POST",
      path: /^\/integrations$/,
      when: "before",
      answer: { status: 422, body: { statusCode: 422, error: "Unprocessable Entity", message: "Refused." } },
    });
    this.equal("a refused replacement succeeds", await life.succeeds(() => life.up()), false);
    endFaults(life);
    life.program = before;
    const trace = await traced(life, () => life.up());
    const kept = target.inputs["onCreateFailure"] === "keep";
    const known = kept ? { inputs: replaced, missing: true } : undefined;
    this.compare(expectedOf(known, target.inputs).trace, trace);
    this.known.delete(target.name);
    await this.hasGoal();
  }

  /** Changes one integration of the program in one to three ways. */
  private edited(): string | undefined {
    if (this.life.program.length === 0) return undefined;
    const target = this.random.pick(this.life.program);
    const names: string[] = [];
    let { inputs } = target;
    for (let count = 1 + this.random.below(3); count > 0; count--) {
      const [name, edit] = this.random.pick(Object.entries(edits));
      const next = edit(inputs, this.supplies);
      if (next === undefined) continue;
      inputs = next;
      names.push(name);
    }
    this.life.program = this.life.program.map((one) => (one === target ? { ...target, inputs } : one));
    return `${target.name}: ${names.join(", ")}`;
  }

  private async edit(): Promise<void> {
    await this.up(this.edited() ?? "nothing to edit");
  }

  /** Somebody changes settings in Immuta. A refresh finds it, and the next up takes it back. */
  private async drift(): Promise<void> {
    const [found] = integrationsOn(this.life);
    const target = this.life.program.find(({ inputs }) => found !== undefined && stands(found, inputs));
    const known = target === undefined ? undefined : this.known.get(target.name);
    if (found === undefined || target === undefined || known === undefined) return this.refresh("no drift");
    const settings = {
      impersonation: this.random.pick([
        { enabled: false } as const,
        { enabled: true, role: "DRIFTED" } as const,
      ]),
      metadataDelimiters: { hashDelimiter: this.random.pick(["^", "|"]), hashKeyDelimiter: "-" },
    };
    this.ground.sandbox.immuta.edit(String(found["id"]), settings);
    const { metadataDelimiters } = (
      integrationsOn(this.life).find(({ id }) => id === found["id"]) as { config: PropertyMap }
    ).config;
    this.known.set(target.name, {
      ...known,
      inputs: { ...known.inputs, ...settings, metadataDelimiters },
    });
    // Immuta's own settings are other ones than the pool's now; the state is Immuta's again after the next PUT.
    await this.refresh(`${target.name}: settings drifted`);
    const same = JSON.stringify(settingsOf(this.known.get(target.name)?.inputs ?? {}));
    if (same === JSON.stringify(settingsOf(target.inputs))) await this.force(target);
    await this.up("the drift taken back");
  }

  /** What drifted to where the program is already is no change; a change makes pool and Immuta one again. */
  private force(target: Declared): Promise<void> {
    this.life.program = this.life.program.map((one) =>
      one === target
        ? { ...one, inputs: { ...one.inputs, metadataDelimiters: { hashDelimiter: "!" } } }
        : one,
    );
    return Promise.resolve();
  }

  /** Immuta forgets an integration of manual setup; what the scripts made stays in the pool. */
  private async forget(): Promise<void> {
    const target = this.life.program.find(({ inputs }) => inputs["autoBootstrap"] === false);
    const found = integrationsOn(this.life).find((one) => target !== undefined && stands(one, target.inputs));
    const known = target === undefined ? undefined : this.known.get(target.name);
    if (target === undefined || found === undefined || known === undefined)
      return this.refresh("nothing to forget");
    this.ground.sandbox.immuta.remove(String(found["id"]));
    this.known.set(target.name, { ...known, missing: true });
    await this.refresh(`${target.name}: forgotten by Immuta`);
    await this.up("registered anew");
  }

  /** The state of an integration is lost; the program says which one it is. */
  private async adopt(): Promise<void> {
    const [target] = this.life.program;
    const found = integrationsOn(this.life).find((one) => target !== undefined && stands(one, target.inputs));
    if (target === undefined || found === undefined) return this.up("nothing to adopt");
    const adopt = this.random.chance(0.5) ? String(found["id"]) : true;
    await this.life.stack.forget(target.name);
    this.life.program = this.life.program.map((one) =>
      one === target ? { ...one, inputs: { ...one.inputs, adopt } } : one,
    );
    this.told.push(`${target.name}: state lost, adopted with ${JSON.stringify(adopt)}`);
    const call = adopt === true ? "GET /integrations" : "GET /integrations/{id}";
    const trace = await traced(this.life, () => this.life.up());
    this.compare({ calls: [call], looks: [], ran: [] }, trace);
    await this.hasGoal();
    this.isAdopted(target.name);
    this.life.program = this.life.program.map((one) =>
      one.name === target.name ? { ...one, inputs: target.inputs } : one,
    );
    await this.up("adopt taken out again");
  }

  private async refresh(what: string): Promise<void> {
    this.told.push(`refresh: ${what}`);
    const reads = this.life.stack.resources.size;
    const trace = await traced(this.life, () => this.life.stack.refresh());
    this.equal(
      "reads of a refresh",
      trace.calls.filter((call) => !call.startsWith("GET ")),
      [],
    );
    this.equal("pools met by a refresh", [trace.looks, trace.ran], [[], []]);
    // The list, and for an id that is missing there its own GET and another look at what stands in its place.
    if (trace.calls.length > 3 * reads) throw new Error(`a refresh calls ${trace.calls.join(", ")}`);
  }

  /** `up` without faults: exactly the calls of the table. */
  private async up(what: string): Promise<void> {
    this.told.push(`up: ${what}`);
    const parts = this.expected();
    const preview = await traced(this.life, async () => {
      const operations = await this.life.stack.preview(this.life.program);
      for (const [name, { operation }] of parts)
        this.equal(`the preview of ${name}`, operations.get(name), operation);
    });
    this.compare({ calls: [], looks: [], ran: [] }, preview);
    const trace = await traced(this.life, () => this.life.up());
    this.compare(wholeOf([...parts.values()]), trace);
    await this.hasGoal();
  }

  private expected(): Map<string, Expected> {
    const { program } = this.life;
    const gone = [...this.known.keys()].filter((name) => !program.some((one) => one.name === name));
    return new Map([
      ...program.map(({ name, inputs }) => [name, expectedOf(this.known.get(name), inputs)] as const),
      ...gone.reverse().map((name) => [name, expectedOf(this.known.get(name), undefined)] as const),
    ]);
  }

  /** The program changes, and a fault happens while it is brought about. */
  private async fault(): Promise<void> {
    const { random, life } = this;
    const what = this.edited() ?? "nothing to edit";
    const placed = anyFault(life, random);
    this.told.push(`fault: ${placed.name}, while ${what}`);
    let ok = await life.succeeds(() => life.up());
    if (placed.happened()) this.walked.faults += 1;
    if (!ok) this.told.push(`failed: ${(life.failures.at(-1) ?? "").slice(0, 300)}`);
    endFaults(life);
    if (random.chance(0.2)) await life.stack.refresh();
    // What a person does about a conflict is in the runbook.
    const conflict =
      placed.name.startsWith("409") && /Nothing was cleaned up/.test(life.failures.at(-1) ?? "");
    if (!ok && conflict) await byHand(life);
    for (let ups = 1; !ok && ups <= mostUps; ups++) ok = await life.succeeds(() => life.up());
    if (!ok) throw new Error(`up still fails: ${life.failures.at(-1) ?? ""}`);
    await this.hasGoal();
  }

  /** Everybody has what the program says, and nothing else is there. */
  private async hasGoal(): Promise<void> {
    this.equal("what is otherwise", await missed(this.life), []);
    const before = new Map(this.known);
    this.known.clear();
    for (const { name, inputs } of this.life.program) {
      const known = before.get(name);
      const ran = expectedOf(known, inputs).trace.ran.length > 0;
      this.known.set(name, { inputs, adopted: known?.adopted === true && !ran });
    }
    this.secretsKept();
  }

  private isAdopted(name: string): void {
    const known = this.known.get(name);
    if (known !== undefined) this.known.set(name, { ...known, adopted: true });
  }

  private async finish(): Promise<void> {
    this.told.push("destroy");
    await this.life.stack.destroy();
    this.ground.sandbox.immuta.settle();
    this.life.program = [];
    this.equal("left", left(this.life, this.accounts), []);
    this.secretsKept();
  }

  private secretsKept(): void {
    const all = Object.fromEntries(this.passwords.map((password, index) => [`password ${index}`, password]));
    this.equal(
      "secrets written",
      secretsFoundIn(this.life.written(), {
        ...all,
        administrator: secrets.administrator,
        apiKey: this.ground.sandbox.apiKey,
      }),
      [],
    );
    this.equal("requests to another host", this.ground.strayed, []);
    this.equal("the sandbox's own mistakes", this.ground.sandbox.immuta.problems, []);
  }

  private compare(expected: Trace, trace: Trace): void {
    this.equal("calls to Immuta", trace.calls, expected.calls);
    this.equal("databases looked into", trace.looks, expected.looks);
    this.equal("databases with scripts", trace.ran, expected.ran);
  }

  private equal(what: string, is: unknown, wanted: unknown): void {
    const [found, expected] = [JSON.stringify(is, null, 1), JSON.stringify(wanted, null, 1)];
    if (found !== expected) throw new Error(`${what}: ${found}\nexpected: ${expected}`);
  }
}

const stands = (integration: PropertyMap, inputs: PropertyMap): boolean => {
  const config = integration["config"] as PropertyMap;
  return config["host"] === inputs["host"] && config["database"] === inputs["database"];
};

const describe = (inputs: PropertyMap): string =>
  `${inputs["autoBootstrap"] === true ? "automatic" : "manual"} setup on ${String(inputs["database"])} of ${String(inputs["host"])}`;
