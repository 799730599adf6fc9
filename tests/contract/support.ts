import { splitBatches } from "../../sandbox/immuta/batches";
import { startImmuta, type Immuta, type PoolRoute, type Switches } from "../../sandbox/immuta/index";
import type { Account } from "../../sandbox/immuta/model";
import { connect } from "../../sandbox/immuta/pool";
import { startSynapse, type ConnectionPolicy, type Synapse } from "../../sandbox/synapse/index";
import { guideRequest } from "./guide";

/** Both servers, wired as in the sandbox. */
export interface Servers {
  immuta: Immuta;
  synapse: Synapse;
  pools: PoolRoute;
  close(): Promise<void>;
}

/** The key in the guide's requests. */
export const apiKey = guideRequest("get-all").headers["Authorization"] ?? "";

/** The workspace's SQL administrator in a manual setup, who runs the scripts. */
export const administrator: Account = { username: "sqladmin", password: "Adm1n]istr'ator" };

export async function startServers(
  switches: Partial<Switches> = {},
  connectionPolicy: ConnectionPolicy = "proxy",
): Promise<Servers> {
  const synapse = await startSynapse({ connectionPolicy });
  const pools: PoolRoute = {
    route: () => ({ address: synapse.address, port: synapse.port }),
    certificateAuthority: synapse.certificateAuthority,
  };
  // What is under way ends when a test says so, never by itself.
  const delays = { creating: 60_000, editing: 60_000, deleting: 60_000 };
  const immuta = await startImmuta({ apiKey, pools, delays, switches });
  return {
    immuta,
    synapse,
    pools,
    close: async () => {
      await immuta.close();
      await synapse.close();
    },
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** Sends a request; a body that is no string goes out as JSON. */
export async function send(
  { immuta }: Pick<Servers, "immuta">,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const sent = new Headers({
    accept: "application/json",
    "content-type": "application/json",
    authorization: apiKey,
  });
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  const response = await fetch(immuta.url + path, {
    method,
    headers: sent,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

/**
 * Sends a request of the guide as it is written there, only to this server and with an id in its path.
 * @param config replaces fields of the body's config.
 */
export function replay(servers: Servers, name: string, id = "", config: object = {}): Promise<Answer> {
  const { method, path, headers, body } = guideRequest(name);
  const isPayload = body?.["config"] !== undefined;
  const sent = isPayload ? { ...body, config: { ...(body["config"] as object), ...config } } : body;
  return send(servers, method, path.replace("{id}", id), sent, headers);
}

/** Runs a script batch by batch over one connection to a database. */
export async function runScript(
  { pools }: Pick<Servers, "pools">,
  host: string,
  database: string,
  script: string,
  account: Account = administrator,
  split = splitBatches,
): Promise<void> {
  const session = await connect(pools, { host, port: 1433 }, database, account);
  try {
    for (const batch of split(script)) await session.batch(batch);
  } finally {
    await session.close();
  }
}

/** Gets a script, which has to be granted. */
export async function generate(servers: Servers, path: string, body?: unknown): Promise<string> {
  const answer = await send(servers, "POST", path, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.text;
}

export const idOf = (answer: Answer): string => (answer.body as { id: string }).id;

/** The names of the validation tests that failed, in order. */
export function failedTests(answer: Answer): string[] {
  const { validationResults } = answer.body as {
    validationResults: { validationTests: { name: string; status: string }[] };
  };
  return validationResults.validationTests
    .filter((test) => test.status === "failed")
    .map((test) => test.name);
}

/** A payload in the contract's shape. */
export function payloadOf(autoBootstrap: boolean, config: object): Record<string, unknown> {
  return {
    type: "Azure Synapse Analytics",
    autoBootstrap,
    config: { ...config, authenticationType: "userPassword" },
  };
}
