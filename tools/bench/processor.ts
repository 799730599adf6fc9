import { readdirSync, readFileSync } from "node:fs";

/** Processor time and memory of processes, from Linux's /proc. Elsewhere nothing is seen. */

/** What a process is to the benchmark. */
export type Part = "program" | "provider" | "engine";

export interface Used {
  /** Seconds of processor time, of all its threads. */
  processor: number;
  /** Megabytes of resident memory at the peak. */
  memory: number;
}

const samplesEvery = 10;
/** Looks for new processes at each such sample alone: their times count from their start in any case. */
const looksAt = 3;

/**
 * Watches what a process starts, and what that starts. What is lost of a process is what it did after the last sample,
 * 10 ms before its end at most.
 */
export class Watch {
  private readonly found = new Map<number, { part: Part; used: Used }>();
  private samples = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly root: number,
    private readonly partOf: (args: readonly string[], parent: Part | undefined) => Part | undefined,
  ) {
    this.timer = setInterval(() => {
      this.sample();
    }, samplesEvery);
  }

  /** NaN where no process was seen, as on other systems than Linux. */
  end(): Record<Part, Used> {
    clearInterval(this.timer);
    this.sample();
    const all = (wanted: Part): Used => {
      if (this.found.size === 0) return { processor: Number.NaN, memory: Number.NaN };
      const used = [...this.found.values()].filter(({ part }) => part === wanted).map((one) => one.used);
      return {
        processor: used.reduce((sum, { processor }) => sum + processor, 0),
        memory: Math.max(0, ...used.map(({ memory }) => memory)),
      };
    };
    return { program: all("program"), provider: all("provider"), engine: all("engine") };
  }

  private sample(): void {
    if (this.samples++ % looksAt === 0) this.look(this.root);
    for (const [id, { used }] of this.found) {
      used.processor = Math.max(used.processor, secondsOf(id));
      used.memory = Math.max(used.memory, peakOf(id));
    }
  }

  private look(parent: number): void {
    const above = this.found.get(parent)?.part;
    for (const id of childrenOf(parent)) {
      const args = contentOf(`/proc/${id}/cmdline`);
      const part = this.partOf(args.split("\0"), above);
      const known = this.found.get(id)?.part;
      // A process that was forked and is not yet another has its parent's line; one that has ended has none.
      if (args !== "" && part === undefined) this.found.delete(id);
      else if (args !== "" && part !== undefined && part !== known)
        this.found.set(id, { part, used: { processor: 0, memory: 0 } });
      this.look(id);
    }
  }
}

const threadsOf = (id: number): string[] => entries(`/proc/${id}/task`);

const childrenOf = (id: number): number[] =>
  threadsOf(id).flatMap((thread) =>
    contentOf(`/proc/${id}/task/${thread}/children`)
      .split(" ")
      .filter((child) => child !== "")
      .map(Number),
  );

/** By the scheduler's own count, in nanoseconds; the usual one has ticks of 10 ms. */
const secondsOf = (id: number): number =>
  threadsOf(id).reduce((sum, thread) => {
    const [nanoseconds = "0"] = contentOf(`/proc/${id}/task/${thread}/schedstat`).split(" ");
    return sum + Number(nanoseconds) / 1e9;
  }, 0);

const peakOf = (id: number): number => {
  const [, kilobytes = "0"] = /VmHWM:\s+(\d+)/.exec(contentOf(`/proc/${id}/status`)) ?? [];
  return Number(kilobytes) / 1024;
};

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Empty where the process has ended meanwhile. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
