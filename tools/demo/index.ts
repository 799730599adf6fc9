/**
 * `npm run demo`: the story of the product on one machine, told by the engine's own output and by what reached Immuta
 * and the pools. A step that does not do what it announces ends it with exit code 1.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureEngine } from "../engine";
import { loadProgram, openStack, type OpenedStack } from "../engine/stack";
import { startSandbox, type Sandbox } from "../../sandbox";
import { run, type Action, type Outcome } from "./scene";

const administrator = { username: "sqladmin", password: "Dem0-Adm1n!" };
const salesHost = "sales.sql.azuresynapse.net";

interface Row {
  step: string;
  changes: string;
  calls: number;
  batches: number;
  seconds: string;
}

const rows: Row[] = [];

async function main(): Promise<void> {
  const engine = await ensureEngine({ log: console.log });
  console.log(`Engine: Pulumi ${engine.version} (${engine.source})`);
  const sandbox = await startSandbox({ newPoolsWarmFor: 2 });
  const open = (
    example: string,
    config: Record<string, string | { value: string; secret: true }>,
  ): Promise<OpenedStack> =>
    openStack({
      engine,
      stackName: "demo",
      workDir: join(__dirname, "..", "..", "examples", example),
      program: loadProgram(join(__dirname, "..", "..", "examples", example, "index.ts")),
      env: sandbox.environment,
      config,
    });
  const quickstart = await open("quickstart", {
    "azure-native:location": "westeurope",
    sqlAdminPassword: { value: administrator.password, secret: true },
    immutaPassword: { value: "Dem0-Immuta1!", secret: true },
  });
  sandbox.synapse.createWorkspace({
    host: salesHost,
    administratorLogin: administrator.username,
    administratorPassword: administrator.password,
  });
  sandbox.synapse.createPool(salesHost, "sales");
  const automatic = await open("automatic", {
    host: salesHost,
    database: "sales",
    sqlAdminUsername: administrator.username,
    sqlAdminPassword: { value: administrator.password, secret: true },
  });
  try {
    await manualSetup(sandbox, quickstart);
    await automaticSetup(sandbox, automatic);
    await driftAndRemoval(sandbox, quickstart, automatic);
  } finally {
    for (const opened of [quickstart, automatic]) opened.remove();
    await sandbox.close();
  }
  printTable();
}

async function manualSetup(sandbox: Sandbox, { stack }: OpenedStack): Promise<void> {
  const nothing = { calls: [], batches: 0 };
  await step("quickstart: preview", sandbox, stack, "preview", { changes: { create: 8 }, ...nothing });

  const first = await step("quickstart: up, manual setup", sandbox, stack, "up", {
    changes: { create: 8 },
    calls: [
      "GET /integrations",
      "POST /integrations/scripts/initial-create",
      "POST /integrations/scripts/create",
      "POST /integrations",
      "GET /integrations/3",
    ],
    batches: "some",
  });
  assert.match(first.output, /waiting for database claims on \S+: the pool is warming up \(42109\)/);
  const edited = (id: string): string[] => [
    `GET /integrations/${id}`,
    `POST /integrations/${id}/scripts/edit`,
    `GET /integrations/${id}`,
    `PUT /integrations/${id}`,
    // Does Immuta have what was sent?
    `GET /integrations/${id}`,
  ];

  await stack.setConfig("impersonationRole", { value: "IMMUTA_IMPERSONATION" });
  const preview = await step("quickstart: preview, impersonation on", sandbox, stack, "preview", {
    changes: { same: 7, update: 1 },
    ...nothing,
  });
  assert.deepEqual(changedProperties(preview.output), ["impersonation"]);
  const id = String((await stack.outputs())["integrationId"]?.value);
  await step("quickstart: up, impersonation on", sandbox, stack, "up", {
    changes: { same: 7, update: 1 },
    calls: edited(id),
    batches: "some",
  });

  await stack.setConfig("hashDelimiter", { value: "#" });
  const delimiters = await step("quickstart: preview, other delimiters", sandbox, stack, "preview", {
    changes: { same: 7, update: 1 },
    ...nothing,
  });
  assert.deepEqual(changedProperties(delimiters.output), ["metadataDelimiters"]);
  await step("quickstart: up, other delimiters", sandbox, stack, "up", {
    changes: { same: 7, update: 1 },
    calls: edited(id),
    batches: "some",
  });
  const integration = sandbox.immuta.snapshot().find((found) => String(found["id"]) === id);
  assert.deepEqual((integration?.["config"] as Record<string, unknown>)["impersonation"], {
    enabled: true,
    role: "IMMUTA_IMPERSONATION",
  });

  await step("quickstart: preview, unchanged", sandbox, stack, "preview", {
    changes: { same: 8 },
    ...nothing,
  });
}

async function automaticSetup(sandbox: Sandbox, { stack }: OpenedStack): Promise<void> {
  await step("automatic: up", sandbox, stack, "up", {
    changes: { create: 2 },
    calls: ["GET /integrations", "POST /integrations", "GET /integrations/4"],
    batches: 0,
  });
  const id = String((await stack.outputs())["integrationId"]?.value);
  await stack.setConfig("impersonationRole", { value: "IMMUTA_IMPERSONATION" });
  await step("automatic: up, impersonation on", sandbox, stack, "up", {
    changes: { same: 1, update: 1 },
    calls: [`GET /integrations/${id}`, `PUT /integrations/${id}`, `GET /integrations/${id}`],
    batches: 0,
  });
  await step("automatic: preview, unchanged", sandbox, stack, "preview", {
    changes: { same: 2 },
    calls: [],
    batches: 0,
  });
}

async function driftAndRemoval(
  sandbox: Sandbox,
  quickstart: OpenedStack,
  automatic: OpenedStack,
): Promise<void> {
  const { stack } = automatic;
  const id = String((await stack.outputs())["integrationId"]?.value);
  await changeBehindPulumisBack(sandbox, id);
  const refreshed = await step("automatic: refresh after a change in Immuta", sandbox, stack, "refresh", {
    changes: { same: 1, update: 1 },
    calls: ["GET /integrations"],
    batches: 0,
  });
  assert.match(refreshed.output, /\[diff: ~impersonation\]/);
  const preview = await step("automatic: preview of what up will put back", sandbox, stack, "preview", {
    changes: { same: 1, update: 1 },
    calls: [],
    batches: 0,
  });
  assert.match(preview.output, /~ role\s*: "SOMEBODY_ELSES_ROLE" => "IMMUTA_IMPERSONATION"/);
  await step("automatic: up puts it back", sandbox, stack, "up", {
    changes: { same: 1, update: 1 },
    calls: [`GET /integrations/${id}`, `PUT /integrations/${id}`, `GET /integrations/${id}`],
    batches: 0,
  });

  await step("automatic: destroy", sandbox, stack, "destroy", {
    changes: { delete: 2 },
    calls: [`GET /integrations/${id}`, `DELETE /integrations/${id}`, `GET /integrations/${id}`],
    batches: 0,
  });
  assertEmpty(sandbox, salesHost, "sales");

  const manualId = String((await quickstart.stack.outputs())["integrationId"]?.value);
  const host = String((await quickstart.stack.outputs())["host"]?.value);
  const { deployment } = (await quickstart.stack.exportStack()) as {
    deployment: { resources: { urn: string; type: string }[] };
  };
  const urn =
    deployment.resources.find((resource) => resource.type.endsWith(":SynapseIntegration"))?.urn ?? "";
  await step("quickstart: destroy the integration", sandbox, quickstart.stack, "destroy", {
    target: urn,
    changes: { delete: 1, same: 7 },
    calls: [
      `GET /integrations/${manualId}`,
      `POST /integrations/${manualId}/scripts/delete`,
      "POST /integrations/scripts/post-cleanup",
      `DELETE /integrations/${manualId}`,
      `GET /integrations/${manualId}`,
    ],
    batches: "some",
  });
  assertEmpty(sandbox, host, "claims");
  await step("quickstart: destroy the rest", sandbox, quickstart.stack, "destroy", {
    changes: { delete: 7 },
    calls: [],
    batches: 0,
  });
  assert.deepEqual(
    sandbox.immuta.snapshot().filter((found) => found["type"] === "Azure Synapse Analytics"),
    [],
  );
}

/** As somebody would with curl: a PUT with another role. */
async function changeBehindPulumisBack(sandbox: Sandbox, id: string): Promise<void> {
  const answer = await fetch(`${sandbox.immuta.url}/integrations/${id}`, {
    method: "PUT",
    headers: { Authorization: sandbox.apiKey, "Content-Type": "application/json" },
    body: JSON.stringify({
      type: "Azure Synapse Analytics",
      autoBootstrap: true,
      config: {
        host: salesHost,
        database: "sales",
        schema: "governed",
        impersonation: { enabled: true, role: "SOMEBODY_ELSES_ROLE" },
        metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
        username: administrator.username,
        password: administrator.password,
        authenticationType: "userPassword",
      },
    }),
  });
  assert.equal(answer.status, 200);
  sandbox.immuta.settle();
}

interface Expected {
  changes: Record<string, number>;
  calls: string[];
  batches: number | "some";
  target?: string;
}

async function step(
  name: string,
  sandbox: Sandbox,
  stack: OpenedStack["stack"],
  action: Action,
  expected: Expected,
): Promise<Outcome> {
  console.log(`\n=== ${name}\n`);
  const outcome = await run(stack, sandbox, action, {
    ...(expected.target === undefined ? {} : { target: expected.target }),
    onOutput: (text) => process.stdout.write(text),
  });
  for (const call of outcome.calls) console.log(`    Immuta: ${call}`);
  if (outcome.polls > 0) console.log(`    Immuta: ${outcome.polls} polls of the status`);
  for (const batch of outcome.batches) console.log(`    pool:   ${batch}`);
  rows.push({
    step: name,
    changes: Object.entries(outcome.changes)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(", "),
    calls: outcome.calls.length + outcome.polls,
    batches: outcome.batches.length,
    seconds: outcome.seconds.toFixed(1),
  });
  assert.deepEqual(outcome.changes, expected.changes, `${name}: the engine's change summary`);
  assert.deepEqual(outcome.calls, expected.calls, `${name}: calls to Immuta`);
  if (expected.batches === "some") assert.ok(outcome.batches.length > 0, `${name}: batches in the pool`);
  else assert.equal(outcome.batches.length, expected.batches, `${name}: batches in the pool`);
  return outcome;
}

/** Names of the integration's own properties that a preview's diff marks. */
function changedProperties(preview: string): string[] {
  const marked = [...preview.matchAll(/^ {6}[~+-] ([A-Za-z]+)\s*:/gm)].map((match) => match[1] ?? "");
  return [...new Set(marked)];
}

function assertEmpty(sandbox: Sandbox, host: string, database: string): void {
  for (const name of [database, "master"]) {
    const left = Object.entries(sandbox.synapse.catalog(host, name)).filter(
      ([, things]) => (things as unknown[]).length > 0,
    );
    assert.deepEqual(left, [], `objects of Immuta left in ${name} of ${host}`);
  }
}

function printTable(): void {
  console.log("");
  console.table(rows.map(({ step: name, ...figures }) => ({ step: name, ...figures })));
  console.log("Every step did what it announced.");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `\n${error.message}` : error);
  process.exitCode = 1;
});
