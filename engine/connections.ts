import { runtime } from "@pulumi/pulumi";

type Options = Record<string, unknown>;

interface Closable {
  close(): void;
}

/**
 * The connections of an inline program to its engine. Pulumi leaves them open, and grpc-js shares connections by
 * address within a process: an engine that happens to listen on a dead one's port would get that one. Its program then
 * ends, without an error, before it has registered anything, and the engine deletes all that it knows.
 */
export class Connections {
  private open: Closable[] = [];

  constructor() {
    const { grpcClientOptions, grpcChannelOptions } = runtime as unknown as Record<
      string,
      Options | undefined
    >;
    // Earlier versions of Pulumi have the second alone.
    Object.assign(grpcClientOptions ?? grpcChannelOptions ?? {}, { "grpc.use_local_subchannel_pool": 1 });
  }

  /** Takes note of those of the program that calls this. */
  take(): void {
    const { getMonitor, getEngine } = runtime as unknown as Record<string, () => Closable | undefined>;
    this.open.push(...[getMonitor?.(), getEngine?.()].filter((client) => client !== undefined));
  }

  /** The command, with its program's connections closed when it ends. */
  closedAfter<Given, Result>(run: (given?: Given) => Promise<Result>): (given?: Given) => Promise<Result> {
    return async (given) => {
      try {
        return await run(given);
      } finally {
        for (const client of this.open.splice(0)) client.close();
      }
    };
  }
}
