import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { readBody, type Body } from "./body";
import { ApiError } from "./errors";
import type { FaultRule, Faults } from "./faults";
import { maskSecrets, type ImmutaJournalEntry, type Journal } from "./journal";
import type { Json } from "./model";

/** What the server sends back for a request that was carried out. A string is sent as text/plain. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body: unknown;
}

/** Carries a request out. Throws ApiError. */
export type Handler = (method: string, path: string, body: unknown) => Promise<Answer> | Answer;

export interface ServerOptions {
  apiKey: string;
  port: number;
  names: readonly string[];
  journal: Journal;
  faults: Faults;
  handle: Handler;
  /** Told of mistakes of this server's own, which a caller sees as a bare 500. */
  onProblem: (error: unknown) => void;
}

/** Starts the HTTP server on the loopback interface. */
export async function listen(options: ServerOptions): Promise<{ port: number; close(): Promise<void> }> {
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const served = serve(options, request, response).finally(() => underWay.delete(served));
    underWay.add(served);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { port: address.port, close: () => close(server, underWay) };
}

/** Ends every connection, and waits for what requests have under way in a pool. */
async function close(server: Server, underWay: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeAllConnections();
  await closed;
  await Promise.all(underWay);
}

async function serve(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? "GET";
  const url = request.url ?? "/";
  const [path = "/"] = url.split("?");
  const requestId = randomUUID();
  const userAgent = request.headers["user-agent"] ?? "";
  const entry = options.journal.arrive({ method, path: url, requestId, userAgent });
  let body: Body;
  try {
    body = await readBody(request);
  } catch {
    // The client went away while it was sending.
    return;
  }
  noteBody(options.journal, entry, body);
  const rule = options.faults.take(method, path);
  if (rule !== undefined) entry.fault = typeof rule.answer === "string" ? rule.answer : "answer";
  const answer =
    rule?.when === "before" ? undefined : await carryOut(options, request, { method, url, path, body });
  reply({ response, socket: request.socket, entry, requestId }, rule, answer);
}

/** What is begun in place of the answer of a request that was not carried out. */
const unfinished: Answer = { status: 200, body: { status: "unfinished" } };

/** Milliseconds from one byte of a dripping answer to the next. */
const dripEvery = 20;

interface Reply {
  response: ServerResponse;
  socket: Socket;
  entry: ImmutaJournalEntry;
  requestId: string;
}

function reply(to: Reply, rule: FaultRule | undefined, answer: Answer | undefined): void {
  if (rule === undefined) {
    if (answer !== undefined) send(to, answer);
    return;
  }
  if (typeof rule.answer === "object") send(to, { body: "", ...rule.answer });
  else if (rule.answer === "reset") to.socket.resetAndDestroy();
  else if (rule.answer === "truncate") truncate(to, answer ?? unfinished);
  else if (rule.answer === "drip") drip(to, answer ?? unfinished);
  else if (rule.answer === "close") sendAndClose(to, answer ?? unfinished);
}

async function carryOut(
  { apiKey, names, handle, onProblem }: ServerOptions,
  request: IncomingMessage,
  { method, url, path, body }: { method: string; url: string; path: string; body: Body },
): Promise<Answer> {
  try {
    if (!isNamed(request.headers.host, names))
      throw new ApiError(421, "This server is called 127.0.0.1 or localhost, or as the option `names` says");
    if (request.headers.authorization !== apiKey) throw new ApiError(401, "Invalid API key");
    if (url !== path) throw new ApiError(400, "Query parameters are not allowed");
    if (body.problem !== undefined) throw body.problem;
    return await handle(method, path, body.value);
  } catch (error) {
    if (error instanceof ApiError) return { status: error.statusCode, body: error.body() };
    onProblem(error);
    return { status: 500, body: new ApiError(500, "An internal server error occurred").body() };
  }
}

/** A page of somebody else's, whose own name led a browser to this machine (DNS rebinding), comes under that name. */
function isNamed(host: string | undefined, names: readonly string[]): boolean {
  const name = (host ?? "").replace(/:\d*$/, "").toLowerCase();
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])?$/.test(name) || names.includes(name);
}

function noteBody(journal: Journal, entry: ImmutaJournalEntry, body: Body): void {
  if (body.bytes.length === 0) return;
  entry.bodyDigest = journal.digest(body.bytes);
  entry.body = body.problem === undefined ? maskSecrets(body.value as Json) : "***";
}

function send(to: Reply, answer: Answer): void {
  const { text, headers } = written(to, answer);
  to.entry.status = answer.status;
  to.response.writeHead(answer.status, headers).end(text);
}

/** As a server does whose time for an idle connection is over just then. */
function sendAndClose(to: Reply, answer: Answer): void {
  to.response.once("finish", () => to.socket.end());
  send(to, answer);
}

/** Half a body under the length of the whole, then the end of the connection. */
function truncate(to: Reply, answer: Answer): void {
  const { text, headers } = written(to, answer);
  to.response.writeHead(answer.status, headers);
  to.response.write(text.subarray(0, Math.floor(text.length / 2)), () => to.socket.destroy());
}

/** A byte now and then, until the client goes away. */
function drip(to: Reply, answer: Answer): void {
  const { text, headers } = written(to, answer);
  const { "content-length": _endless, ...others } = headers;
  to.response.writeHead(answer.status, others);
  let at = 0;
  const timer = setInterval(() => {
    to.response.write(at < text.length - 1 ? text.subarray(at, ++at) : " ");
  }, dripEvery);
  to.response.once("close", () => {
    clearInterval(timer);
  });
}

function written(
  { requestId }: Reply,
  { headers, body }: Answer,
): { text: Buffer; headers: Record<string, string | number> } {
  const text = Buffer.from(typeof body === "string" ? body : JSON.stringify(body ?? null), "utf8");
  const contentType =
    typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  return {
    text,
    headers: {
      "content-type": contentType,
      "content-length": text.length,
      "x-request-id": requestId,
      ...headers,
    },
  };
}
