import { type ChildProcess, fork } from "node:child_process";

/**
 * Processes of the benchmark's own: each part whose processor time is told apart, or that would disturb another's, runs
 * in one of these and is asked over its channel.
 */

/** What a process does when it is asked, by name. What goes in and out is what JSON can hold. */
export type Handlers = Readonly<Record<string, (asked: never) => unknown>>;

interface Question {
  id: number;
  name: string;
  asked: unknown;
}

interface Reply {
  id: number;
  answer?: unknown;
  failure?: string;
}

export class Child<H extends Handlers> {
  private asked = 0;

  private constructor(private readonly process: ChildProcess) {}

  /** @param file a module that ends with `serve(…)` */
  static start<H extends Handlers>(file: string, env: Readonly<Record<string, string>> = {}): Child<H> {
    const execArgv = ["--require", require.resolve("tsx/cjs")];
    return new Child<H>(fork(file, { execArgv, env: { ...process.env, ...env } }));
  }

  get id(): number {
    return this.process.pid ?? 0;
  }

  /** Throws what the process threw, and where it ends before it answers. */
  ask<K extends keyof H & string>(name: K, ...asked: Parameters<H[K]>): Promise<Awaited<ReturnType<H[K]>>> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.process.off("message", hear).off("exit", ended);
      };
      const hear = (reply: Reply): void => {
        if (reply.id !== id) return;
        done();
        if (reply.failure === undefined) resolve(reply.answer as Awaited<ReturnType<H[K]>>);
        else reject(new Error(reply.failure));
      };
      const ended = (code: number | null): void => {
        done();
        reject(new Error(`the process that was asked for ${name} ended (${code ?? "by a signal"})`));
      };
      this.process.on("message", hear).on("exit", ended);
      this.process.send({ id, name, asked: asked[0] } satisfies Question);
    });
  }

  /** Asks it to end, and waits until it has. */
  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.disconnect();
    await ended;
  }
}

/** Answers the process that started this one, and ends with it. `close` runs before. */
export function serve(handlers: Handlers, close: () => Promise<void>): void {
  process.on("message", ({ id, name, asked }: Question) => {
    const handler = handlers[name] as ((asked: unknown) => unknown) | undefined;
    Promise.resolve(asked)
      .then((given) => handler?.(given))
      .then(
        (answer) => process.send?.({ id, answer } satisfies Reply),
        (error: unknown) =>
          process.send?.({
            id,
            failure: error instanceof Error ? error.message : String(error),
          } satisfies Reply),
      );
  });
  process.on("disconnect", () => {
    void close().finally(() => process.exit());
  });
}
