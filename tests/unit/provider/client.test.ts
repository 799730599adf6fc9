import { usualContract } from "../../../provider/core/contract";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { type ClientOptions, immutaClient } from "../../../provider/immuta/client";
import { Circuit } from "../../../provider/immuta/circuit";
import { TimeLimit } from "../../../provider/core/time-limit";
import { Interrupted, Interruption } from "../../../provider/core/interruption";
import { ImmutaError } from "../../../provider/immuta/errors";
import { waitUntil } from "../../../provider/immuta/wait";
import { payloadOf } from "../../../provider/synapse/payload";
import { type Immuta, readConfig, type ShownConfig } from "../../../provider/synapse/api";
import { manual } from "./samples";

const key = "c4nary-api-key";
const payload = payloadOf(manual, { username: "immuta", password: "c4nary-password" }, usualContract);

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

/** Answers with the next of the given answers; the last one stays. */
type Answer = (response: ServerResponse) => void;
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
  };
const text =
  (status: number, type: string, body: string, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { "Content-Type": type, ...headers }).end(body);
  };
const reset: Answer = (response) => response.socket?.destroy();

setFlagsFromString("--expose-gc");
const reclaim = runInNewContext("gc") as () => void;

describe("the Immuta client", () => {
  let server: Server;
  let answers: Answer[] = [];
  const seen: Seen[] = [];
  const lines: string[] = [];
  let client: Immuta;

  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        seen.push({
          method: request.method,
          url: request.url,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        });
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        answer?.(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    client = clientWith({});
  });
  const note = (line: string): void => void lines.push(line);
  const clientWith = (more: Partial<ClientOptions<ShownConfig>>): Immuta =>
    immutaClient({
      url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
      apiKey: key,
      readConfig,
      userAgent: "pulumi-immuta/test",
      reporter: { info: note, warn: note, debug: note },
      requestTimeout: 5000,
      tries: 3,
      pause: 1,
      ...more,
    });
  beforeEach(() => {
    seen.length = 0;
    lines.length = 0;
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  const failure = async (work: Promise<unknown>): Promise<ImmutaError> => {
    try {
      await work;
    } catch (error) {
      expect(error).to.be.instanceOf(ImmutaError);
      const shown = `${String(error)} ${JSON.stringify(error)} ${lines.join(" ")}`;
      expect(shown).not.to.contain("c4nary");
      return error as ImmutaError;
    }
    throw new Error("the request was expected to fail");
  };

  it("sends the bare key, its own name, and the payload as JSON", async () => {
    answers = [json(200, { id: "7", status: "creating" })];
    expect(await client.create(payload)).to.deep.equal({ id: "7", status: "creating" });
    expect(seen[0]?.method).to.equal("POST");
    expect(seen[0]?.url).to.equal("/integrations");
    expect(seen[0]?.headers.authorization).to.equal(key);
    expect(seen[0]?.headers["user-agent"]).to.equal("pulumi-immuta/test");
    expect(JSON.parse(seen[0]?.body ?? "")).to.deep.equal(payload);
  });

  it("sends the same bytes for a script and for the POST after it", async () => {
    answers = [json(200, "CREATE USER x"), json(200, { id: 7, status: "creating" })];
    await client.script("create", payload);
    await client.create(payload);
    expect(seen[0]?.body).to.equal(seen[1]?.body);
    expect(seen[0]?.url).to.equal("/integrations/scripts/create");
  });

  it("sends DELETE without a body in manual setup", async () => {
    answers = [json(200, { id: "7", status: "deleting" })];
    await client.remove("7");
    expect(seen[0]?.body).to.equal("");
  });

  it("takes ids as numbers and as strings, and keeps strings", async () => {
    answers = [json(200, { id: 123, status: "creating" })];
    expect((await client.create(payload)).id).to.equal("123");
  });

  for (const [form, answer] of [
    ["plain text", text(200, "text/plain", "SELECT 1")],
    ["a JSON string", json(200, "SELECT 1")],
    ["an object with script", json(200, { script: "SELECT 1" })],
    ["an object with one text", json(200, { sql: "SELECT 1", lines: 1 })],
    ["plain text with the label of JSON", text(200, "application/json", "SELECT 1")],
    ["plain text with the label of a page", text(200, "text/html", "SELECT 1")],
    ["plain text behind a byte order mark", text(200, "text/plain", "\uFEFFSELECT 1")],
    ["a JSON string without a label", (response: ServerResponse) => response.end('"SELECT 1"')],
    ["an object with the label of text", text(200, "text/plain", '{"script":"SELECT 1"}')],
    ["an object in a JSON string", json(200, '{"script":"SELECT 1"}')],
  ] as const)
    it(`reads a script that comes as ${form}`, async () => {
      answers = [answer];
      expect(await client.script("edit", payload, "7")).to.equal("SELECT 1");
      expect(seen[0]?.url).to.equal("/integrations/7/scripts/edit");
    });

  for (const [what, answer, is] of [
    ["a page", text(200, "text/html", "<html>Request Rejected</html>"), "an HTML page"],
    ["a page called plain text", text(200, "text/plain", "\r\n <!DOCTYPE html>"), "an HTML page"],
    ["a page in a JSON string", json(200, "<html></html>"), "an HTML page"],
    ["a page in an object", json(200, { script: "<html></html>" }), "an HTML page"],
    ["an error in an object", json(200, { message: "DROP it" }), "a JSON object without one"],
    ["an object of several texts", json(200, { a: "SELECT 1", b: "SELECT 2" }), "a JSON object without one"],
    ["a list called plain text", text(200, "text/plain", '["SELECT 1"]'), "a JSON list"],
    ["null", json(200, null), "a JSON value"],
    ["a number", text(200, "text/plain", "7"), "a JSON value"],
    ["nothing", text(200, "text/plain", ""), "empty"],
    ["blanks", text(200, "text/plain", " \r\n"), "empty"],
    ["an empty JSON string", json(200, ""), "empty"],
    ["base64", text(200, "text/plain", btoa("CREATE USER [immuta]")), "one word, perhaps base64"],
    [
      "base64 in lines",
      json(200, { script: "Q1JFQVRFIFVTRVIg\nW2ltbXV0YV0=\n" }),
      "one word, perhaps base64",
    ],
  ] as const)
    it(`takes ${what} for no script`, async () => {
      answers = [answer];
      const { message } = await failure(client.script("create", payload));
      expect(message).to.contain(`HTTP 200: the answer is ${is}, not a script (content type `);
      // What is nothing at all may have been lost on the way.
      expect(seen).to.have.length(what === "nothing" || what === "blanks" ? 3 : 1);
    });

  for (const [what, answer, more] of [
    ["nothing", (response: ServerResponse) => response.writeHead(204).end(), { unsaid: true }],
    ["an empty body", text(202, "application/json", ""), { unsaid: true }],
    ["text", text(200, "text/plain", "OK"), {}],
    ["an empty object", json(200, {}), {}],
    ["an object without id and status", json(200, { success: true, status: 200 }), {}],
    ["JSON that breaks off", text(200, "application/json", '{"id": 1, "st'), { unsaid: true }],
  ] as const)
    it(`takes a PUT and a DELETE for accepted that are answered with ${what}`, async () => {
      answers = [answer];
      expect(await client.update("7", payload)).to.deep.equal({ id: "7", status: "editing", ...more });
      expect(await client.remove("7")).to.deep.equal({ id: "7", status: "deleting", ...more });
    });

  it("reads what the answer to a PUT says, and takes a page for no answer of Immuta's", async () => {
    answers = [json(200, { status: "Enabled", validationResults: { status: "passed" } })];
    expect(await client.update("7", payload)).to.deep.equal({
      id: "7",
      status: "enabled",
      validation: { status: "passed", tests: [] },
    });
    answers = [text(200, "text/html", "<html>Please sign in</html>")];
    for (const work of [() => client.update("7", payload), () => client.remove("7")])
      expect((await failure(work())).message).to.contain(
        "the answer is an HTML page (content type text/html)",
      );
  });

  for (const [how, type] of [
    ["text/plain", "text/plain"],
    ["application/octet-stream", "application/octet-stream"],
  ] as const)
    it(`reads JSON that is called ${how}`, async () => {
      answers = [text(200, type, '[{"id":1,"type":"Snowflake","status":"ENABLED","config":{}}]')];
      expect(await client.list()).to.deep.equal([
        { id: "1", type: "Snowflake", status: "enabled", config: {} },
      ]);
    });

  it("reads JSON without a content type", async () => {
    answers = [(response) => response.end("[]")];
    expect(await client.list()).to.deep.equal([]);
  });

  it("reads integrations of every platform, with fields it does not know", async () => {
    answers = [
      json(200, [{ id: 1, type: "Snowflake", status: "enabled", config: { warehouse: "W" }, x: 1 }]),
    ];
    expect(await client.list()).to.deep.equal([
      { id: "1", type: "Snowflake", status: "enabled", config: {} },
    ]);
  });

  it("takes for gone only what Immuta itself answers 404 for", async () => {
    answers = [
      json(404, { statusCode: 404, error: "Not Found", message: "No Integration found with ID 5." }),
    ];
    expect(await client.get("5")).to.equal(undefined);
    answers = [text(404, "text/html", "<html>no such page</html>")];
    expect((await failure(client.get("5"))).status).to.equal(404);
  });

  it("takes no answer to /status for gone, whoever it is that knows no such route", async () => {
    for (const answer of [
      json(404, { statusCode: 404, error: "Not Found", message: "Not Found" }),
      text(404, "text/html", "<html>no such page</html>"),
      json(405, { statusCode: 405, error: "Method Not Allowed", message: "no" }),
    ]) {
      answers = [answer, json(200, { id: 5, type: "Snowflake", status: "deleting" })];
      seen.length = 0;
      const reporter = { info: note, warn: note, debug: note };
      const clock = { now: () => 0, sleep: () => Promise.reject(new Error("still there")) };
      const waiting = waitUntil(client, { id: "5", until: "gone", limit: 1, reporter, clock });
      expect(await waiting.catch(String)).to.equal("Error: still there");
      expect(seen.map(({ url }) => url)).to.deep.equal(["/integrations/5/status", "/integrations/5"]);
    }
    answers = [json(403, { statusCode: 403, error: "Forbidden", message: "no" })];
    expect((await failure(client.status("5"))).status).to.equal(403);
  });

  it("gives Immuta's message word for word, with the failed validation tests", async () => {
    const validationResults = {
      status: "failed",
      validationTests: [
        { name: "Initial Validation: Connect", status: "failed", message: "Login failed." },
        { name: "Initial Validation: Delimiters", status: "passed" },
      ],
    };
    answers = [
      json(
        422,
        { statusCode: 422, error: "x", message: "validation failed", validationResults },
        { "x-request-id": "r-1" },
      ),
    ];
    expect((await failure(client.create(payload))).message).to.equal(
      `POST /integrations at Immuta ${client.tenant}: HTTP 422 (request r-1): validation failed\n` +
        "  - Initial Validation: Connect: failed (Login failed.)",
    );
  });

  it("says for a wrong key where the key comes from", async () => {
    answers = [json(401, { statusCode: 401, error: "Unauthorized", message: "Invalid API key" })];
    expect((await failure(client.list())).message).to.equal(
      `GET /integrations at Immuta ${client.tenant}: HTTP 401: Invalid API key\n` +
        "Check IMMUTA_API_KEY (or immuta:apiKey): the key is missing, mistyped, expired or of another tenant.",
    );
  });

  const tenantsOwn = "Set IMMUTA_URL (or immuta:url) to the tenant's own URL.";
  const elsewhere = `The API key is sent to the configured host only. ${tenantsOwn}`;
  const samePlace =
    "It is a page of the same host, such as one to sign in. Check IMMUTA_API_KEY, and the path in IMMUTA_URL (or immuta:url).";
  for (const [location, target, advice] of [
    ["https://c4nary:c4nary@other.example/login?c4nary#c4nary", "https://other.example/login", elsewhere],
    ["//other.example", "http://other.example/", elsewhere],
    ["/login?next=c4nary", "http://<tenant>/login", samePlace],
    ["../sign-in", "http://<tenant>/sign-in", samePlace],
    [
      "https://127.0.0.1/integrations",
      "https://127.0.0.1/integrations",
      "Set IMMUTA_URL (or immuta:url) to https://127.0.0.1: the API key is not sent along.",
    ],
    ["http://[", undefined, tenantsOwn],
  ] as const)
    it(`does not follow a redirect to ${location} with the key`, async () => {
      answers = [text(302, "text/html", "", { Location: location })];
      const { message } = await failure(client.list());
      const where = target === undefined ? ", and does not say where to" : ` to ${target}`;
      expect(message.replaceAll(client.tenant, "<tenant>")).to.equal(
        `GET /integrations at Immuta <tenant>: HTTP 302: it redirects${where.replace("http://<tenant>", "<tenant>")}\n${advice}`,
      );
      expect(seen).to.have.length(1);
    });

  for (const [form, answer, words] of [
    [
      "a list in message",
      json(400, { error: "Bad Request", message: ["a is bad", "b too"] }),
      "a is bad; b too",
    ],
    ["a list of texts", json(400, { errors: ["a", "b"] }), "a; b"],
    ["a list of objects", json(400, { errors: [{ message: "a" }, { detail: "b" }, {}] }), "a; b"],
    ["an error with a message", json(400, { error: { code: 7, message: "a" } }), "a"],
    ["an error", json(400, { error: "a" }), "a"],
    ["problem details", json(400, { type: "about:blank", title: "a", detail: "b", status: 400 }), "a: b"],
    ["problem details in short", json(400, { title: "a" }), "a"],
    ["a message of two lines", json(400, { message: "a\nb" }), "a b"],
    ["an empty message", json(400, { message: "", error: "Bad Request" }), "Bad Request"],
    ["a JSON string", json(400, "a"), "a"],
    ["a list", json(400, ["a", { message: "b" }]), "a; b"],
    ["text", text(400, "text/plain", "\r\n a\nb"), "a"],
    ["text that steers a terminal", text(400, "text/plain", "a\u001b[2J"), "a\\u{1b}[2J"],
    ["a page", text(400, "text/html", "<html><head><title>\n No cert\n</title></head>x"), "No cert"],
    [
      "a page without a title",
      text(400, "text/html", "<p>x"),
      "an answer of content type text/html without a message",
    ],
    ["nothing", text(400, "text/plain", ""), "an answer of content type text/plain without a message"],
    ["much", text(400, "text/plain", "x".repeat(5000)), `${"x".repeat(2000)}… and 3,000 characters more`],
    [
      "many",
      json(400, { errors: Array.from({ length: 22 }, () => "x") }),
      `${"x; ".repeat(20)}… and 2 more errors`,
    ],
  ] as const)
    it(`tells the words of an error that comes as ${form}`, async () => {
      answers = [answer];
      expect((await failure(client.list())).message).to.equal(
        `GET /integrations at Immuta ${client.tenant}: HTTP 400: ${words}`,
      );
    });

  for (const [what, answer] of [
    ["HTML", text(200, "text/html", "<html></html>")],
    ["broken JSON", text(200, "application/json", "{")],
    ["an object in place of the list", json(200, {})],
  ] as const)
    it(`says that ${what} is no answer of Immuta's`, async () => {
      answers = [answer];
      expect((await failure(client.list())).message).to.contain(
        "Is this really the URL of an Immuta tenant?",
      );
    });

  it("tries a GET again after 5xx, 429 and a broken connection", async () => {
    for (const first of [json(503, {}), json(429, {}, { "Retry-After": "0" }), reset]) {
      seen.length = 0;
      answers = [first, json(200, [])];
      expect(await client.list()).to.deep.equal([]);
      expect(seen).to.have.length(2);
    }
  });

  for (const [what, lost] of [
    ["no answer", () => undefined],
    ["an empty answer", text(200, "application/json", "")],
    [
      "an answer that breaks off",
      (response: ServerResponse) => {
        response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 100 });
        response.write('[{"id": ', () => response.destroy());
      },
    ],
    ["JSON without its end", text(200, "application/json", '[{"id": 7, "st')],
  ] as const)
    it(`asks again after ${what}, for a script too, and never writes again`, async () => {
      const asking = (): typeof client => clientWith({ requestTimeout: 300 });
      for (const [ask, whole] of [
        [async () => expect(await asking().list()).to.deep.equal([]), json(200, [])],
        [
          async () => expect(await asking().script("create", payload)).to.equal("SELECT 1"),
          text(200, "text/plain", "SELECT 1"),
        ],
      ] as const) {
        answers = [lost, whole];
        seen.length = 0;
        await ask();
        expect(seen).to.have.length(2);
      }
      answers = [lost, json(200, { id: 1, status: "creating" })];
      seen.length = 0;
      expect((await failure(asking().create(payload))).outcome).to.equal("unknown");
      expect(seen).to.have.length(1);
    });

  it("sends POST, PUT and DELETE once when they may have been carried out", async () => {
    for (const answer of [json(502, {}), reset]) {
      answers = [answer];
      for (const work of [
        () => client.create(payload),
        () => client.update("7", payload),
        () => client.remove("7"),
      ]) {
        seen.length = 0;
        expect((await failure(work())).outcome).to.equal("unknown");
        expect(seen).to.have.length(1);
      }
    }
  });

  it("takes an answer of success that it cannot read for one to a request that was carried out", async () => {
    for (const answer of [
      text(200, "text/html", "<html></html>"),
      text(200, "application/json", '{"id": 1, "st'),
    ]) {
      answers = [answer];
      expect((await failure(client.create(payload))).outcome).to.equal("unknown");
    }
    answers = [json(422, {})];
    expect((await failure(client.create(payload))).outcome).to.equal("refused");
  });

  it("repeats a POST after 429, which says that nothing was done", async () => {
    answers = [json(429, {}, { "Retry-After": "0" }), json(200, { id: 1, status: "creating" })];
    await client.create(payload);
    expect(seen).to.have.length(2);
  });

  for (const [form, retryAfter] of [
    ["in seconds", () => "1"],
    ["as a date", () => new Date(Date.now() + 1999).toUTCString()],
  ] as const)
    it(`pauses as long as Retry-After says, also beyond the time that one request may take (${form})`, async () => {
      let asked = 0;
      let early = false;
      answers = [
        (response) => {
          const header = retryAfter();
          asked = header === "1" ? Date.now() + 1000 : Date.parse(header);
          json(429, {}, { "Retry-After": header })(response);
        },
        (response) => {
          early = Date.now() < asked;
          json(200, [])(response);
        },
      ];
      expect(await clientWith({ requestTimeout: 300 }).list()).to.deep.equal([]);
      expect(early).to.equal(false);
      const said = lines.filter((line) => line.includes("trying again"));
      expect(said).to.have.length(1);
      expect(said[0]).to.match(
        /^Immuta 127\.0\.0\.1:\d+ answered 429 to GET \/integrations: trying again in [12] s \(1\)$/,
      );
    });

  describe("within the time of an operation", () => {
    const limited = (milliseconds: number): { limit: TimeLimit; own: Immuta } => {
      const limit = new TimeLimit();
      limit.begin("timeouts.create", milliseconds);
      return { limit, own: clientWith({ limit }) };
    };
    const over =
      "The time of the operation is over (timeouts.create). Run it again, or give it longer in `timeouts`.";

    for (const [status, work, outcome] of [
      [429, (immuta: Immuta) => immuta.create(payload), "refused"],
      [429, (immuta: Immuta) => immuta.list(), "refused"],
      [503, (immuta: Immuta) => immuta.script("create", payload), "refused"],
    ] as const)
      it(`fails at once where Immuta asks to wait for longer (${status}, ${outcome})`, async () => {
        answers = [json(status, { message: "Slow down." }, { "Retry-After": "3600" })];
        const error = await failure(work(limited(20_000).own));
        expect(error.message).to.match(
          new RegExp(
            `: HTTP ${status}: Slow down\\.\nImmuta asks to wait 3600 s, longer than the (20|19) s left of timeouts\\.create\\.$`,
          ),
        );
        expect(error.outcome).to.equal(outcome);
        expect(seen).to.have.length(1);
      });

    it("is as short as a read's where none is given", async () => {
      answers = [json(429, {}, { "Retry-After": "301" })];
      expect((await failure(client.list())).message).to.contain(
        "Immuta asks to wait 301 s, longer than the 300 s left of the five minutes of a read.",
      );
    });

    it("gives an answer up that does not come in it, and sends nothing after it", async () => {
      answers = [() => undefined];
      const { own } = limited(200);
      const lost = await failure(own.create(payload));
      expect(lost.message).to.equal(
        `POST /integrations at Immuta ${client.tenant}: no answer: no answer in time (ECONNABORTED)\n${over}`,
      );
      expect(lost.outcome).to.equal("unknown");
      const late = await failure(own.list());
      expect(late.message).to.equal(
        `GET /integrations at Immuta ${client.tenant}: no answer: no time is left of timeouts.create\n${over}`,
      );
      expect([late.outcome, late.kind.code]).to.deep.equal(["not sent", "IMMUTA-TIMEOUT"]);
      expect(seen).to.have.length(1);
    });

    it("does not call it an outage that the others are to know of", async () => {
      answers = [() => undefined];
      const circuit = new Circuit();
      const limit = new TimeLimit();
      limit.begin("timeouts.create", 200);
      await failure(clientWith({ limit, circuit }).list());
      expect(circuit.interrupted).to.equal(undefined);
    });

    it("waits for no one else's outage beyond it", async () => {
      answers = [reset];
      const circuit = new Circuit();
      void circuit.mayTryAgain(Symbol("another request, which tries on"));
      const limit = new TimeLimit();
      limit.begin("timeouts.create", 300);
      expect((await failure(clientWith({ limit, circuit }).list())).message).to.contain("ECONNRESET");
      expect(seen).to.have.length(1);
    });

    it("does not count what has clocks of its own", async () => {
      let now = 0;
      const limit = new TimeLimit(() => now);
      limit.begin("timeouts.create", 100);
      await limit.apart(() => Promise.resolve((now += 1000)));
      now += 40;
      expect(limit.left).to.equal(60);
      limit.begin("timeouts.delete", 10);
      now += 11;
      expect([limit.left, limit.name]).to.deep.equal([0, "timeouts.delete"]);
    });
  });

  it("ends at once what reads when it is told to stop, with or without an answer, and sends nothing more", async () => {
    for (const answer of [() => undefined, json(429, {}, { "Retry-After": "60" })]) {
      const interruption = new Interruption();
      const stoppable = clientWith({ interruption });
      seen.length = 0;
      answers = [
        (response) => {
          answer(response);
          setTimeout(() => {
            interruption.stop("somebody said so");
          }, 20);
        },
      ];
      expect(await stoppable.list().catch((error: unknown) => error)).to.be.instanceOf(Interrupted);
      expect(await stoppable.create(payload).catch((error: unknown) => error)).to.be.instanceOf(Interrupted);
      expect(seen).to.have.length(1);
    }
  });

  it("gives up after the tries it has, and says what happened", async () => {
    answers = [json(500, { statusCode: 500, error: "x", message: "out of order" })];
    expect((await failure(client.list())).message).to.contain("HTTP 500: out of order");
    expect(seen).to.have.length(3);
  });

  it("ends a request that gets no answer", async () => {
    answers = [() => undefined];
    expect((await failure(clientWith({ requestTimeout: 250 }).create(payload))).message).to.contain(
      "no answer in time (ECONNABORTED)",
    );
  });

  for (const [what, reclaims] of [
    ["", 0],
    // Node lets go of the signal of AbortSignal.timeout while nothing but AbortSignal.any refers to it. Each takes long.
    [", while memory is reclaimed", 3],
  ] as const)
    it(`ends a request whose answer comes a byte at a time${what}, and tries once more`, async () => {
      const dripping: NodeJS.Timeout[] = [];
      answers = [
        (response) => {
          response.writeHead(200, { "Content-Type": "application/json" });
          let bytes = 0;
          dripping.push(
            setInterval(() => {
              if (bytes++ < reclaims) reclaim();
              response.write(" ");
            }, 10),
          );
        },
      ];
      seen.length = 0;
      // Nobody else's outage is to end it.
      const own = clientWith({ requestTimeout: 250, interruption: new Interruption() });
      expect((await failure(own.list())).message).to.contain("no answer in time (ECONNABORTED)");
      dripping.forEach(clearInterval);
      expect(seen).to.have.length(2);
    });
});
