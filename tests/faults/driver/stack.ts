import type { Calls, Face } from "./face";
import { type PropertyMap, CallFailed, HostDied } from "./host";

/** One integration of a program. */
export interface Declared {
  name: string;
  /** Names that it had before. */
  aliases?: readonly string[];
  inputs: PropertyMap;
}

/** What the engine keeps of a resource. */
export interface Kept {
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  /** The last operation failed half way. A refresh clears it. */
  initErrors: boolean;
  /** Its old one was deleted, and the new one could not be created: nothing is there any more. */
  pendingReplacement: boolean;
}

export type Operation = "create" | "update" | "replace" | "delete" | "same";

/** A run that failed, with everything that the engine would print of it. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
}

/** A stack of integrations, whoever keeps it. */
export interface PulumiStack {
  readonly resources: ReadonlyMap<string, Kept>;
  /** Replaced, and not deleted yet. */
  readonly condemned: readonly { name: string; kept: Kept }[];
  /** `pulumi preview`: what would be done to each resource. Throws RunFailed. */
  preview(program: readonly Declared[]): Promise<Map<string, Operation>>;
  /**
   * `pulumi up`, without the preview before it. Throws RunFailed; what succeeded before is kept. `order`: as with
   * `--parallel 1`, or with a number beyond that of the integrations.
   */
  up(program: readonly Declared[], order?: "one by one" | "all at once"): Promise<Map<string, Operation>>;
  /** `pulumi refresh`. Throws RunFailed. */
  refresh(): Promise<void>;
  /** `pulumi destroy`. Throws RunFailed. */
  destroy(): Promise<void>;
  /** The state of a resource is lost. */
  forget(name: string): Promise<void>;
  /** kill -9 of what runs now. */
  kill(): Promise<void>;
  /** What docs/runbook.md has a person do first after that. */
  unlock(): Promise<void>;
  /** Everything that is kept, as text that can be compared. */
  readonly text: string;
  /** What lies on the disk, without what is encrypted there. */
  readonly stored: string;
  /** What was printed since the last time. */
  takeWritten(): string[];
  end(): Promise<void>;
}

/** The provider that serves a stack. */
export interface Runner {
  /** A run begins, with the stack's settings as they are now. */
  begin(): Promise<Calls>;
  /** kill -9 of the process. */
  kill(): Promise<void>;
  readable: Face["readable"];
}

/**
 * A stack as the engine keeps it, for integrations alone: which calls it makes in which order, and what it stores of
 * their answers. The facts were tried with the real engine.
 */
export class Stack implements PulumiStack {
  readonly resources = new Map<string, Kept>();
  readonly condemned: { name: string; kept: Kept }[] = [];

  constructor(private readonly runner: Runner) {}

  async preview(program: readonly Declared[]): Promise<Map<string, Operation>> {
    const run = await this.begin();
    const operations = new Map<string, Operation>();
    const failures: string[] = [];
    for (const declared of program) {
      const old = this.oldOf(declared);
      const decided = await failing(failures, () => run.decide(declared, old?.kept, true));
      if (decided === undefined) continue;
      operations.set(declared.name, decided.operation);
      await failing(failures, () => run.announce(declared.name, old?.kept, decided));
    }
    if (failures.length > 0) throw new RunFailed(failures.join("\n"));
    for (const name of this.left(program)) operations.set(name, "delete");
    return operations;
  }

  /** What is removed goes when all else has succeeded. */
  async up(
    program: readonly Declared[],
    order: "one by one" | "all at once" = "one by one",
  ): Promise<Map<string, Operation>> {
    const run = await this.begin();
    const operations = new Map<string, Operation>();
    for (const declared of program) this.rename(declared);
    await inOrder(order, program, async (declared) => {
      operations.set(declared.name, await run.apply(declared));
    });
    await inOrder(order, this.left(program), async (name) => {
      await run.remove(name);
      operations.set(name, "delete");
    });
    await run.removeCondemned();
    return operations;
  }

  async refresh(): Promise<void> {
    const run = await this.begin();
    const failures: string[] = [];
    for (const [name, kept] of [...this.resources])
      if (!kept.pendingReplacement) await failing(failures, () => run.read(name, kept));
    if (failures.length > 0) throw new RunFailed(failures.join("\n"));
  }

  async destroy(): Promise<void> {
    const run = await this.begin();
    for (const name of [...this.resources.keys()].reverse()) await run.remove(name);
    await run.removeCondemned();
  }

  forget(name: string): Promise<void> {
    this.resources.delete(name);
    return Promise.resolve();
  }

  /** Of the provider's process: the engine lives on. */
  kill(): Promise<void> {
    return this.runner.kill();
  }

  /** The engine took note of the end of its provider. */
  unlock(): Promise<void> {
    return Promise.resolve();
  }

  get text(): string {
    return JSON.stringify([[...this.resources], this.condemned]);
  }

  get stored(): string {
    return JSON.stringify(this.runner.readable([[...this.resources], this.condemned]));
  }

  /** The provider's lines are those of its process. */
  takeWritten(): string[] {
    return [];
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  private async begin(): Promise<Run> {
    return new Run(await this.runner.begin(), this);
  }

  private oldOf({ name, aliases = [] }: Declared): { name: string; kept: Kept } | undefined {
    for (const known of [name, ...aliases]) {
      const kept = this.resources.get(known);
      if (kept !== undefined) return { name: known, kept };
    }
    return undefined;
  }

  private rename(declared: Declared): void {
    const old = this.oldOf(declared);
    if (old === undefined || old.name === declared.name) return;
    this.resources.delete(old.name);
    this.resources.set(declared.name, old.kept);
  }

  /** What the program no longer has, newest first. */
  private left(program: readonly Declared[]): string[] {
    const declared = new Set(program.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
    return [...this.resources.keys()].filter((name) => !declared.has(name)).reverse();
  }
}

interface Decision {
  operation: Operation;
  inputs: PropertyMap;
  deleteBeforeReplace: boolean;
}

/** One run of the engine. */
class Run {
  constructor(
    private readonly provider: Calls,
    private readonly stack: Pick<Stack, "resources" | "condemned">,
  ) {}

  async decide({ name, inputs }: Declared, old: Kept | undefined, preview: boolean): Promise<Decision> {
    const standing = old?.pendingReplacement === true ? undefined : old;
    const checked = await this.check(name, standing?.inputs ?? {}, inputs, preview);
    if (standing === undefined) return { operation: "create", inputs: checked, deleteBeforeReplace: false };
    const diff = await this.provider.diff(name, standing.id, standing.outputs, checked);
    const { deleteBeforeReplace } = diff;
    if (diff.changes && diff.replaces.length > 0)
      return {
        operation: "replace",
        inputs: await this.check(name, {}, inputs, preview),
        deleteBeforeReplace,
      };
    const operation = diff.changes || standing.initErrors ? "update" : "same";
    return { operation, inputs: checked, deleteBeforeReplace };
  }

  /** What a preview says of it. */
  async announce(name: string, old: Kept | undefined, { operation, inputs }: Decision): Promise<void> {
    if (!this.provider.previews) return;
    if (operation === "create" || operation === "replace") await this.provider.create(name, inputs, true);
    else if (operation === "update" && old !== undefined)
      await this.provider.update(name, old.id, old.outputs, inputs, true);
  }

  async apply(declared: Declared): Promise<Operation> {
    const { name } = declared;
    return failed(name, async () => {
      const old = this.stack.resources.get(name);
      const { operation, inputs, deleteBeforeReplace } = await this.decide(declared, old, false);
      if (operation === "create") await this.create(name, inputs);
      else if (operation === "update" && old !== undefined) await this.update(name, old, inputs);
      else if (operation === "same" && old !== undefined) this.stack.resources.set(name, { ...old, inputs });
      else if (old !== undefined) await this.replace(name, old, inputs, deleteBeforeReplace);
      return operation;
    });
  }

  async read(name: string, kept: Kept): Promise<void> {
    await failed(name, async () => {
      const { id, properties, inputs } = await this.provider.read(name, kept.id, kept.outputs, kept.inputs);
      if (id === "") this.stack.resources.delete(name);
      else this.stack.resources.set(name, this.settled(id, inputs ?? kept.inputs, properties));
    });
  }

  async remove(name: string): Promise<void> {
    await failed(name, async () => {
      const kept = this.stack.resources.get(name);
      if (kept?.pendingReplacement === false) await this.provider.delete(name, kept.id, kept.outputs);
      this.stack.resources.delete(name);
    });
  }

  private async check(
    name: string,
    olds: PropertyMap,
    news: PropertyMap,
    preview: boolean,
  ): Promise<PropertyMap> {
    const { inputs, failures } = await this.provider.check(name, olds, news, preview);
    if (failures.length > 0) throw new CallFailed("check", failures.join("\n"), undefined);
    return inputs;
  }

  private async create(name: string, inputs: PropertyMap): Promise<void> {
    try {
      const { id, properties } = await this.provider.create(name, inputs);
      this.stack.resources.set(name, this.settled(id, inputs, properties));
    } catch (error) {
      if (error instanceof CallFailed && error.partial !== undefined) {
        const { id, properties } = error.partial;
        this.stack.resources.set(name, { ...this.settled(id, inputs, properties), initErrors: true });
      }
      throw error;
    }
  }

  private async update(name: string, old: Kept, inputs: PropertyMap): Promise<void> {
    try {
      const properties = await this.provider.update(name, old.id, old.outputs, inputs);
      this.stack.resources.set(name, this.settled(old.id, inputs, properties));
    } catch (error) {
      if (error instanceof CallFailed && error.partial !== undefined)
        this.stack.resources.set(name, {
          ...this.settled(old.id, old.inputs, error.partial.properties),
          initErrors: true,
        });
      throw error;
    }
  }

  private async replace(name: string, old: Kept, inputs: PropertyMap, deleteFirst: boolean): Promise<void> {
    if (deleteFirst) {
      await this.provider.delete(name, old.id, old.outputs);
      this.stack.resources.set(name, { ...old, pendingReplacement: true });
      await this.create(name, inputs);
      return;
    }
    try {
      await this.create(name, inputs);
    } finally {
      // Where the new one is kept, half made or whole, the old one goes at the end of the run.
      if (this.stack.resources.get(name) !== old) this.stack.condemned.push({ name, kept: old });
    }
  }

  /** What was replaced goes when all else has succeeded; what could not go stays for the next run. */
  async removeCondemned(): Promise<void> {
    for (let [first] = this.stack.condemned; first !== undefined; [first] = this.stack.condemned) {
      const { name, kept } = first;
      await failed(name, () => this.provider.delete(name, kept.id, kept.outputs));
      this.stack.condemned.shift();
    }
  }

  private settled(id: string, inputs: PropertyMap, outputs: PropertyMap): Kept {
    this.provider.requireWhole(outputs);
    return { id, inputs, outputs, initErrors: false, pendingReplacement: false };
  }
}

/** As the engine reports it, under the resource's name. */
async function failed<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CallFailed) throw new RunFailed(`${name}: ${error.call}: ${error.shown}`);
    if (error instanceof HostDied) throw new RunFailed(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** One by one the first failure ends it; all at once the others come to their end. */
async function inOrder<T>(
  order: "one by one" | "all at once",
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  if (order === "one by one") {
    for (const item of items) await work(item);
    return;
  }
  const failures: string[] = [];
  await Promise.all(items.map((item) => failing(failures, () => work(item))));
  if (failures.length > 0) throw new RunFailed(failures.join("\n"));
}

/** Goes on with the others where one fails. */
async function failing<T>(failures: string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RunFailed) && !(error instanceof CallFailed)) throw error;
    failures.push(error.message);
    return undefined;
  }
}
