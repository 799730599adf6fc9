import { readdirSync, readFileSync } from "node:fs";

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
};

/** Watches the processes of dynamic providers, from now on. Linux only: elsewhere it sees none. */
export class ProviderMemory {
  private peak = 0;
  private readonly known = new Set(providerProcesses());
  private readonly timer = setInterval(() => {
    this.look();
  }, 100);

  /** Megabytes of resident memory at the peak; NaN where no process was seen. */
  end(): number {
    this.look();
    clearInterval(this.timer);
    return this.peak === 0 ? Number.NaN : this.peak / 1024;
  }

  private look(): void {
    for (const id of providerProcesses()) {
      if (this.known.has(id)) continue;
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(contentOf(`/proc/${id}/status`)) ?? [];
      this.peak = Math.max(this.peak, Number(kilobytes ?? 0));
    }
  }
}

const providerProcesses = (): string[] =>
  entries("/proc").filter(
    (id) => /^\d+$/.test(id) && contentOf(`/proc/${id}/cmdline`).includes("cmd/dynamic-provider"),
  );

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
