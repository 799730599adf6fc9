// fleet.ts preview|drift|up [options of `pulumi-immuta report`]: all stacks of the list, and those that left it.
// Standard output: one summary, in Markdown. Exit code: 1 where a stack failed, else 2 where drift or what --fail-on names
// was found, else 0.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { type EngineEvent, LocalWorkspace } from "@pulumi/pulumi/automation";
import { govern } from "./govern";
import { poolsByStack } from "./pools";

/** Each stack writes eight integrations at once (IMMUTA_CONCURRENCY), so that Immuta sees four times that. */
const atOnce = 4;

interface Ended {
  stack: string;
  counts: number[];
  /** What follows the table: a report, or why it failed. */
  details: string;
  code: number;
}

const operations = ["create", "update", "replace", "delete", "same"];
const [action = "", ...options] = process.argv.slice(2);
const listed = poolsByStack();

async function run(stackName: string): Promise<Ended> {
  const events: EngineEvent[] = [];
  const onEvent = (event: EngineEvent) => void events.push(event);
  try {
    const program = async () => govern(listed.get(stackName) ?? []);
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName: "immuta-fleet", program },
      { workDir: __dirname },
    );
    if (action === "up") {
      await stack.up({ onEvent });
      return { stack: stackName, counts: counted(events), details: "", code: 0 };
    }
    await stack.preview({ onEvent, refresh: action === "drift" });
    const counts = counted(events);
    const { text, code } = await report(events);
    const changed = counts.some((count, at) => count > 0 && operations[at] !== "same");
    return {
      stack: stackName,
      counts,
      details: changed ? text : "",
      code: action === "drift" && changed ? 2 : code,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const details = `### ${stackName} failed\n\n\`\`\`text\n${why}\n\`\`\`\n`;
    return { stack: stackName, counts: counted(events), details, code: 1 };
  }
}

/** How many integrations each operation is about. */
function counted(events: readonly EngineEvent[]): number[] {
  const made = events.flatMap(({ resourcePreEvent: event }) =>
    event?.metadata.type.endsWith("SynapseIntegration") ? [event.metadata.op as string] : [],
  );
  return operations.map((operation) => made.filter((one) => one === operation).length);
}

/** What the stack's events mean for governed data. They go through a pipe: events may hold secrets, and a file would stay. */
function report(events: readonly EngineEvent[]): Promise<{ text: string; code: number }> {
  const cli = join(dirname(require.resolve("pulumi-immuta/package.json")), "dist", "cli", "index.js");
  const child = spawn(process.execPath, [cli, "report", ...options], { stdio: ["pipe", "pipe", "inherit"] });
  // A child that refuses its options reads nothing: its exit code says so.
  child.stdin.on("error", () => undefined);
  child.stdin.end(events.map((event) => JSON.stringify(event)).join("\n"));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ text, code: code ?? 1 }));
  });
}

/** All of them, never more than so many at a time. */
async function together<T>(names: readonly string[], act: (name: string) => Promise<T>): Promise<T[]> {
  const left = [...names];
  const done: T[] = [];
  const worker = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      done.push(await act(name));
      console.error(`${name}: ${done.length} of ${names.length}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
}

function summary(all: readonly Ended[]): string {
  const words = ["good", "failed", "look"];
  const rows = all.map(({ stack, counts, code }) => [stack, words[code] ?? "failed", ...counts]);
  const lines = [["stack", action, ...operations], ["---", "---", ...operations.map(() => "--:")], ...rows];
  const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return [table, ...all.map(({ details }) => details).filter((details) => details !== "")].join("\n\n");
}

async function main(): Promise<void> {
  if (!["preview", "drift", "up"].includes(action)) throw new Error("fleet.ts preview, drift or up?");
  const workspace = await LocalWorkspace.create({ workDir: __dirname });
  const had = (await workspace.listStacks()).map(({ name }) => name);
  const names = [...new Set([...listed.keys(), ...had])].sort();
  const all = (await together(names, run)).sort((one, other) => (one.stack < other.stack ? -1 : 1));
  console.log(summary(all));
  const codes = all.map(({ code }) => code);
  process.exitCode = codes.includes(1) ? 1 : Math.max(0, ...codes);
}

void main();
