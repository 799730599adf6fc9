import { readdirSync, readFileSync } from "node:fs";
import { BINARY } from "../engine/path";

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
};

/** Clock ticks of /proc in a second, on every Linux that Node runs on. */
const ticks = 100;

/** Whether a process is meant, by its arguments. */
export type Kind = (args: readonly string[]) => boolean;

/** That of dynamic providers. */
export const providerProcess: Kind = (args) => args.some((one) => one.includes("cmd/dynamic-provider"));
/** Pulumi's engine, which is one with its command line tool. */
export const engineProcess: Kind = ([program = ""]) => program.endsWith(`/${BINARY}`);

/** Watches the processes of a kind that begin from now on. Linux only: elsewhere it sees none. */
export class Watch {
  private peak = 0;
  private readonly used = new Map<string, number>();
  private readonly known: ReadonlySet<string>;
  private readonly timer = setInterval(() => {
    this.look();
  }, 100);

  constructor(private readonly kind: Kind) {
    this.known = new Set(processes(kind));
  }

  /** Megabytes of resident memory at the peak, and seconds of processor time; NaN where no process was seen. */
  end(): { memory: number; processor: number } {
    this.look();
    clearInterval(this.timer);
    if (this.peak === 0) return { memory: Number.NaN, processor: Number.NaN };
    const all = [...this.used.values()].reduce((sum, value) => sum + value, 0);
    return { memory: this.peak / 1024, processor: all / ticks };
  }

  private look(): void {
    for (const id of processes(this.kind)) {
      if (this.known.has(id)) continue;
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(contentOf(`/proc/${id}/status`)) ?? [];
      this.peak = Math.max(this.peak, Number(kilobytes ?? 0));
      // Behind the command's name: its 12th and 13th are those of user and system.
      const fields = contentOf(`/proc/${id}/stat`).split(") ").at(-1)?.split(" ") ?? [];
      if (fields.length > 12) this.used.set(id, Number(fields[11]) + Number(fields[12]));
    }
  }
}

const processes = (kind: Kind): string[] =>
  entries("/proc").filter((id) => /^\d+$/.test(id) && kind(contentOf(`/proc/${id}/cmdline`).split("\0")));

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
