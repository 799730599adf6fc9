import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Pool {
  name: string;
  host: string;
  database: string;
  impersonationRole?: string;
}

/** More in one stack works too, but one lock, one state and one failure are then of them all. */
const most = 100;
const columns = "stack,name,host,database,impersonationRole";

/**
 * pools.csv, by stack. The stack is a column and no count of lines: a pool that goes to another stack is removed by the one
 * and set up anew by the other.
 */
export function poolsByStack(): Map<string, Pool[]> {
  const [head, ...lines] = readFileSync(join(__dirname, "pools.csv"), "utf8").trim().split(/\r?\n/);
  if (head !== columns) throw new Error(`pools.csv does not begin with ${columns}`);
  const stacks = new Map<string, Pool[]>();
  for (const line of lines) {
    const [stack, name, host, database, impersonationRole, ...more] = line.split(",");
    if (!stack || !name || !host || !database || more.length > 0)
      throw new Error(`pools.csv has a line that is not ${columns}: ${line}`);
    const pools = stacks.get(stack) ?? [];
    stacks.set(stack, [
      ...pools,
      { name, host, database, ...(impersonationRole ? { impersonationRole } : {}) },
    ]);
    if (pools.length === most) throw new Error(`${stack} has more than ${most} pools: begin another stack`);
  }
  return stacks;
}
