/**
 * Records what the real engine says in previews, for the tests of `pulumi-immuta report`:
 *
 *   npx tsx tests/report/record.ts             all scenes
 *   npx tsx tests/report/record.ts delete      these alone
 *
 * Each scene becomes golden/<scene>.preview.json (`pulumi preview --json`), golden/<scene>.events.jsonl
 * (`--event-log`), and golden/<scene>.plan.json (`--save-plan`, where the preview succeeds).
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSandbox, type Sandbox } from "../../sandbox";
import { previewed } from "../engine/previewed";
import { open, root, type Scenario } from "../engine/support";
import { cleaned, cleanedEvents } from "./cleaned";
import { administrator, declare, hostOf, type Integrations, scenes } from "./scenes";

const golden = join(__dirname, "golden");

async function main(wanted: readonly string[]): Promise<void> {
  for (const [name, scene] of Object.entries(scenes)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const sandbox = await startSandbox();
    let integrations: Integrations = scene.before;
    const scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "governance",
      program: () => {
        declare(integrations);
        return Promise.resolve(undefined);
      },
    });
    try {
      prepare(sandbox, scene.before, scene.after);
      if (Object.keys(scene.before).length > 0) await scenario.act("up");
      integrations = scene.after;
      await record(name, scenario, sandbox);
      console.log(`recorded ${name}`);
    } finally {
      scenario.opened.remove();
      await sandbox.close();
    }
  }
}

/** A workspace and a pool of its own for every integration that the scene knows. */
function prepare(sandbox: Sandbox, ...programs: Integrations[]): void {
  for (const name of new Set(programs.flatMap((program) => Object.keys(program)))) {
    sandbox.synapse.createWorkspace({ host: hostOf(name), ...administrator });
    sandbox.synapse.createPool(hostOf(name), name);
  }
}

async function record(name: string, { opened }: Scenario, sandbox: Sandbox): Promise<void> {
  const plan = join(opened.folder, "plan.json");
  const { printed, events } = await previewed(opened.stack, ["--json", "--save-plan", plan]);
  const tenant = new URL(sandbox.environment["IMMUTA_URL"] ?? "").host;
  const write = (kind: string, text: string): void => {
    writeFileSync(join(golden, `${name}.${kind}`), text.replaceAll(tenant, "tenant.example"));
  };
  write("preview.json", cleaned(printed));
  write("events.jsonl", cleanedEvents(events));
  if (existsSync(plan)) write("plan.json", cleaned(readFileSync(plan, "utf8")));
  else rmSync(join(golden, `${name}.plan.json`), { force: true });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
