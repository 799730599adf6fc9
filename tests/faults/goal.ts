import { readFileSync } from "node:fs";
import { ConnectionPool } from "mssql";
import type { Catalog } from "../../sandbox/synapse";
import type { PropertyMap } from "./driver/host";
import type { Declared } from "./driver/stack";
import { administratorLogin, type Ground, type Life, secrets } from "./ground";

/**
 * What must be the case when a run of Pulumi has succeeded, asked of Immuta, the pool and the state themselves. Each
 * function gives what is otherwise, in words; nothing when all is well.
 */

interface Settings {
  impersonation: { enabled: boolean; role?: string };
  metadataDelimiters: PropertyMap;
}

const defaultDelimiters = { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," };

/** What a program asks of Immuta, with the guide's defaults. */
export function settingsOf(inputs: PropertyMap): Settings {
  const { impersonation, metadataDelimiters } = inputs as Record<string, PropertyMap | undefined>;
  const on = impersonation?.["enabled"] === true;
  return {
    impersonation: on ? { enabled: true, role: String(impersonation["role"]) } : { enabled: false },
    metadataDelimiters: { ...defaultDelimiters, ...metadataDelimiters },
  };
}

const text = (value: unknown): string => JSON.stringify(value);

const hostOf = (integration: Readonly<PropertyMap>): string =>
  String((integration["config"] as PropertyMap)["host"]);

/** Integrations that Immuta has in use on the workspaces of a life. */
export function integrationsOn({ ground, hosts }: Life): PropertyMap[] {
  return ground.sandbox.immuta
    .snapshot()
    .filter((one) => hosts.includes(hostOf(one)) && one["status"] !== "deleted")
    .map((one) => ({ ...one }));
}

/** Integrations, pools, accounts and state are those of the program. */
export async function missed(life: Life): Promise<string[]> {
  const found = integrationsOn(life);
  const problems =
    found.length === life.program.length
      ? []
      : [`Immuta has ${found.length} integrations for ${life.program.length} in the program`];
  for (const declared of life.program) problems.push(...(await missedBy(life, declared, found)));
  if (life.stack.resources.size !== life.program.length)
    problems.push(`the state has ${life.stack.resources.size} resources`);
  if (life.stack.condemned.length > 0) problems.push("the state has a resource that is to be deleted");
  if (problems.length === 0) problems.push(...(await changesShown(life)));
  return problems;
}

/**
 * Nothing is left at Immuta, in pools, in master or in the state. `spare`: accounts that were changed for others, whose
 * logins no script of Immuta's removes.
 */
export function left(life: Life, spare: readonly string[] = []): string[] {
  const { synapse } = life.ground.sandbox;
  const things = life.hosts.flatMap((host) =>
    ["master", ...life.databases].flatMap((database) =>
      Object.entries(synapse.catalog(host, database)).flatMap(([kind, found]) =>
        (found as unknown[]).map((thing) => `${database}: ${kind} ${text(thing)}`),
      ),
    ),
  );
  const spared = new Set(
    spare.flatMap((name) => ["logins", "users"].map((kind) => `master: ${kind} ${text(name)}`)),
  );
  return [
    ...integrationsOn(life).map((one) => `Immuta: ${text(one)}`),
    ...things.filter((thing) => !spared.has(thing)),
    ...[...life.stack.resources.keys()].map((name) => `the state: ${name}`),
    ...life.stack.condemned.map(({ name }) => `the state: ${name}, to be deleted`),
  ];
}

async function missedBy(
  life: Life,
  { name, inputs }: Declared,
  integrations: PropertyMap[],
): Promise<string[]> {
  const database = String(inputs["database"]);
  const host = String(inputs["host"]);
  const here = integrations.filter(
    (one) => (one["config"] as PropertyMap)["database"] === database && hostOf(one) === host,
  );
  const [found] = here;
  if (found === undefined || here.length > 1) return [`${name}: Immuta has ${here.length} on ${database}`];
  const config = found["config"] as PropertyMap;
  const problems: string[] = [];
  const expect = (what: string, is: unknown, wanted: unknown): void => {
    if (!same(is, wanted)) problems.push(`${name}: ${what} is ${text(is)}, not ${text(wanted)}`);
  };
  const wanted = settingsOf(inputs);
  expect("Immuta's state", found["status"], "enabled");
  expect("Immuta's setup", found["autoBootstrap"], inputs["autoBootstrap"]);
  expect("Immuta's schema", config["schema"], inputs["schema"]);
  expect("Immuta's impersonation", config["impersonation"], wanted.impersonation);
  expect("Immuta's delimiters", config["metadataDelimiters"], wanted.metadataDelimiters);
  const kept = life.stack.resources.get(name);
  expect("progress in the state", kept?.outputs["progress"], undefined);
  expect("the state's id", kept?.outputs["integrationId"], String(found["id"]));
  expect("the state's status", kept?.outputs["status"], "enabled");
  expect("initErrors", kept?.initErrors, false);
  const manual = inputs["autoBootstrap"] === false;
  const { synapse } = life.ground.sandbox;
  const catalog = synapse.catalog(host, database);
  const account = manual ? String(inputs["username"]) : (catalog.users[0] ?? "");
  const role = wanted.impersonation.role;
  const reference = await referenceOf(life.ground, database, String(inputs["schema"]), role);
  expect(`the catalog of ${database}`, catalog, withAccount(reference.pool, account));
  const master = synapse.catalog(host, "master");
  for (const [kind, things] of Object.entries(withAccount(reference.master, account)))
    for (const thing of things as unknown[])
      if (!(master[kind as keyof Catalog] as unknown[]).some((other) => same(other, thing)))
        problems.push(`${name}: master has no ${kind} ${text(thing)}`);
  const password = passwordOf(inputs);
  if (manual && password !== undefined)
    problems.push(...(await refused(life, { host, database, user: account, password })));
  return problems;
}

/** Neither the order of fields nor that of a catalog's entries means anything. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (text(a) < text(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
const same = (a: unknown, b: unknown): boolean => text(sorted(a)) === text(sorted(b));

function passwordOf({ password, passwordFrom }: PropertyMap): string | undefined {
  if (typeof password === "string") return password;
  const file = (passwordFrom as PropertyMap | undefined)?.["file"];
  return typeof file === "string" ? readFileSync(file, "utf8") : undefined;
}

/** Whether Immuta's account can really log in. */
async function refused(
  life: Life,
  { host, database, user, password }: { host: string; database: string; user: string; password: string },
): Promise<string[]> {
  const { address, port } = life.ground.sandbox.synapse;
  const pool = new ConnectionPool({
    server: address,
    port,
    user: `${user}@${host.split(".")[0] ?? ""}`,
    password,
    database,
    options: { trustServerCertificate: true, encrypt: true },
    pool: { max: 1 },
  });
  pool.on("error", () => undefined);
  try {
    await pool.connect();
    return [];
  } catch (error) {
    return [`${user} cannot log in to ${database} with the program's password: ${String(error)}`];
  } finally {
    await pool.close();
  }
}

/** A preview shows no change, and calls nobody. */
async function changesShown(life: Life): Promise<string[]> {
  const { immuta, synapse } = life.ground.sandbox;
  // A session that was idle may end meanwhile.
  const asked = (): number[] => [
    immuta.journal.length,
    synapse.journal.filter(({ kind }) => kind !== "logout").length,
  ];
  const before = asked();
  const operations = [...(await life.stack.preview(life.program))].filter(
    ([, operation]) => operation !== "same",
  );
  const called = asked();
  return [
    ...operations.map(([name, operation]) => `${name}: a preview shows ${operation}`),
    ...(same(before, called) ? [] : ["the preview called somebody"]),
  ];
}

interface Reference {
  pool: Catalog;
  master: Catalog;
}

const account = "THE-ACCOUNT";
const references = new WeakMap<Ground, Map<string, Promise<Reference>>>();

/** What Immuta itself makes of an empty pool in automatic setup, with the account's name replaced. */
function referenceOf(
  ground: Ground,
  database: string,
  schema: string,
  role: string | undefined,
): Promise<Reference> {
  const known = references.get(ground) ?? new Map<string, Promise<Reference>>();
  references.set(ground, known);
  const key = text([database, schema, role]);
  const reference = known.get(key) ?? madeByImmuta(ground, database, schema, role);
  known.set(key, reference);
  return reference;
}

async function madeByImmuta(
  ground: Ground,
  database: string,
  schema: string,
  role: string | undefined,
): Promise<Reference> {
  const { sandbox } = ground;
  const host = ground.newHostName();
  const login = { username: administratorLogin, password: secrets.administrator };
  sandbox.synapse.createWorkspace({
    host,
    administratorLogin: login.username,
    administratorPassword: login.password,
  });
  sandbox.synapse.createPool(host, database);
  const answer = await fetch(`${sandbox.immuta.url}/integrations`, {
    method: "POST",
    headers: { Authorization: sandbox.apiKey, "Content-Type": "application/json", "User-Agent": "reference" },
    body: text({
      type: "Azure Synapse Analytics",
      autoBootstrap: true,
      config: {
        host,
        database,
        schema,
        impersonation: role === undefined ? { enabled: false } : { enabled: true, role },
        authenticationType: "userPassword",
        ...login,
      },
    }),
  });
  const { id } = (await answer.json()) as { id: string };
  sandbox.immuta.settle();
  const [pool, master] = [database, "master"].map((name) => sandbox.synapse.catalog(host, name));
  if (!answer.ok || pool === undefined || master === undefined)
    throw new Error(`Immuta makes no reference: ${answer.status}`);
  sandbox.immuta.remove(id);
  sandbox.synapse.dropWorkspace(host);
  const own = pool.users[0] ?? "";
  return { pool: renamed(pool, own, account), master: renamed(master, own, account) };
}

const renamed = (catalog: Catalog, from: string, to: string): Catalog =>
  JSON.parse(text(catalog).replaceAll(text(from), text(to))) as Catalog;
const withAccount = (catalog: Catalog, name: string): Catalog => renamed(catalog, account, name);
