import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { stringify } from "yaml";
import { startImmuta, type Immuta } from "../../../sandbox/immuta/index";
import { apiKey, noPools, payload, send } from "./client";

describe("sandbox/immuta: HTTP", () => {
  let immuta: Immuta;
  before(async () => {
    immuta = await startImmuta({ apiKey, pools: noPools });
  });
  after(async () => {
    expect(immuta.problems).to.deep.equal([]);
    await immuta.close();
  });
  beforeEach(() => {
    immuta.clearJournal();
  });

  for (const authorization of ["", "wrong", `Bearer ${apiKey}`])
    it(`answers 401 to the key ${JSON.stringify(authorization)}`, async () => {
      const answer = await send(immuta, "GET", "/integrations", undefined, { authorization });
      expect(answer.status).to.equal(401);
      expect(answer.body).to.deep.equal({
        statusCode: 401,
        error: "Unauthorized",
        message: "Invalid API key",
      });
    });

  it("answers who comes under a name of this machine's or one that it was told, and nobody else", async () => {
    const told = await startImmuta({ apiKey, pools: noPools, names: ["immuta.test"] });
    const statuses = (names: string[]): Promise<(number | undefined)[]> =>
      Promise.all(
        names.map(async (host) => {
          const asked = get(`${told.url}/integrations`, { headers: { host, authorization: apiKey } });
          const [answer] = (await once(asked, "response")) as [IncomingMessage];
          answer.resume();
          return answer.statusCode;
        }),
      );
    try {
      const own = [`127.0.0.1:${told.port}`, "LOCALHOST:80", "[::1]", "immuta.test:1", "Immuta.Test"];
      expect(await statuses(own)).to.deep.equal(own.map(() => 200));
      const others = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "10.0.0.1"];
      expect(await statuses(others)).to.deep.equal(others.map(() => 421));
    } finally {
      await told.close();
    }
  });

  it("gives the same script for the same payload in JSON and in YAML", async () => {
    const path = "/integrations/scripts/create";
    const json = await send(immuta, "POST", path, payload(false));
    const yaml = await send(immuta, "POST", path, stringify(payload(false)), {
      "content-type": "application/yaml",
    });
    expect(yaml.status).to.equal(200);
    expect(yaml.text).to.equal(json.text);
  });

  it("answers 400 to a body that is no JSON or no YAML, without quoting it", async () => {
    const json = await send(immuta, "POST", "/integrations", '{"password": "hush');
    expect(json.body).to.deep.equal({
      statusCode: 400,
      error: "Bad Request",
      message: "Invalid request payload JSON format",
    });
    const yaml = await send(immuta, "POST", "/integrations", "a: [hush", { "content-type": "text/yaml" });
    expect(yaml.body).to.deep.equal({
      statusCode: 400,
      error: "Bad Request",
      message: "Invalid request payload YAML format",
    });
    expect(immuta.journal.map((entry) => entry.body)).to.deep.equal(["***", "***"]);
  });

  it("survives a body that is nested without an end, with a key and without", async () => {
    for (const type of ["application/json", "text/yaml"])
      for (const key of [apiKey, "no key"])
        for (const body of [
          "[".repeat(20_000) + "]".repeat(20_000),
          '{"a":'.repeat(20_000) + "1" + "}".repeat(20_000),
        ]) {
          const answer = await send(immuta, "POST", "/integrations", body, {
            "content-type": type,
            authorization: key,
          });
          expect(answer.status).to.equal(key === apiKey ? 400 : 401);
        }
    expect((await send(immuta, "GET", "/integrations")).status).to.equal(200);
  });

  it("answers 415 to any other type of content", async () => {
    const answer = await send(immuta, "POST", "/integrations", "x", { "content-type": "text/plain" });
    expect(answer.status).to.equal(415);
  });

  it("answers 400 to a query and 404 to what is no endpoint", async () => {
    expect((await send(immuta, "GET", "/integrations?a=b")).status).to.equal(400);
    expect((await send(immuta, "GET", "/integrations/")).status).to.equal(404);
    expect((await send(immuta, "PATCH", "/integrations/1")).status).to.equal(404);
    expect((await send(immuta, "POST", "/integrations/scripts/edit", payload(false))).status).to.equal(404);
  });

  it("keeps secrets out of the journal and tells equal bodies from different ones", async () => {
    const path = "/integrations/scripts/initial-create";
    await send(immuta, "POST", path, payload(false), { "user-agent": `tool/${apiKey}` });
    await send(immuta, "POST", path, payload(false));
    await send(immuta, "POST", path, payload(false, { password: "other" }));
    const [first, second, third] = immuta.journal;
    expect(JSON.stringify(immuta.journal)).to.not.match(/s3cret|other|unit-test-key/);
    expect(first?.body).to.deep.equal(payload(false, { password: "***" }));
    expect(first?.userAgent).to.equal("tool/***");
    expect(second?.bodyDigest).to.equal(first?.bodyDigest);
    expect(third?.bodyDigest).to.not.equal(first?.bodyDigest);
  });

  it("masks a text in any field that it does not know", async () => {
    await send(immuta, "POST", "/integrations", payload(false, { passwort: "hush", hosts: ["hush"] }));
    expect(JSON.stringify(immuta.journal)).to.not.contain("hush");
  });

  it("numbers the requests and gives each an id that its answer carries", async () => {
    const answer = await send(immuta, "GET", "/integrations");
    await send(immuta, "GET", "/integrations/1/status");
    const [first, second] = immuta.journal;
    expect(answer.headers.get("x-request-id")).to.equal(first?.requestId);
    expect(second?.seq).to.equal((first?.seq ?? 0) + 1);
    expect(immuta.journal.map(({ method, path, status }) => `${method} ${path} ${status}`)).to.deep.equal([
      "GET /integrations 200",
      "GET /integrations/1/status 200",
    ]);
  });
});

describe("sandbox/immuta: faults", () => {
  let immuta: Immuta;
  beforeEach(async () => {
    immuta = await startImmuta({ apiKey, pools: noPools });
    immuta.seed({ id: 7, autoBootstrap: false, config: { host: "h", database: "d", schema: "s" } });
  });
  afterEach(async () => {
    await immuta.close();
  });

  const failed = (request: Promise<unknown>): Promise<boolean> =>
    request.then(
      () => false,
      () => true,
    );

  it("answers in place of Immuta without carrying the request out", async () => {
    immuta.fault({
      method: "DELETE",
      path: /^\/integrations\/7$/,
      when: "before",
      answer: { status: 429, headers: { "retry-after": "1" }, body: { statusCode: 429 } },
    });
    const answer = await send(immuta, "DELETE", "/integrations/7");
    expect(answer.status).to.equal(429);
    expect(answer.headers.get("retry-after")).to.equal("1");
    expect((await send(immuta, "GET", "/integrations/7")).body?.["status"]).to.equal("enabled");
    expect(immuta.journal[0]).to.include({ status: 429, fault: "answer" });
  });

  it("loses the answer of a request that was carried out", async () => {
    immuta.fault({ method: "DELETE", path: /7$/, when: "after", answer: "reset" });
    expect(await failed(send(immuta, "DELETE", "/integrations/7"))).to.equal(true);
    expect(immuta.journal[0]).to.include({ status: 0, fault: "reset" });
    immuta.settle();
    expect((await send(immuta, "GET", "/integrations/7")).status).to.equal(404);
  });

  it("cuts an answer short", async () => {
    immuta.fault({ path: /7$/, when: "after", answer: "truncate" });
    expect(await failed(send(immuta, "GET", "/integrations/7"))).to.equal(true);
  });

  it("closes the connection behind an answer that calls it kept", async () => {
    immuta.fault({ path: /7$/, when: "after", answer: "close" });
    const agent = new Agent({ keepAlive: true });
    const request = get(`${immuta.url}/integrations/7`, { agent, headers: { Authorization: apiKey } });
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    const { socket } = answer;
    expect(answer.headers.connection).to.equal("keep-alive");
    expect(JSON.parse(await text(answer))).to.include({ id: "7" });
    // Long before the server would close it for being idle.
    for (let count = 0; count < 20; count++) await send(immuta, "GET", "/integrations/7");
    expect(socket.destroyed).to.equal(true);
    expect(immuta.journal.slice(0, 1).map(({ fault, status }) => [fault, status])).to.deep.equal([
      ["close", 200],
    ]);
  });

  it("sends an answer a byte at a time, and never its end", async () => {
    immuta.fault({ path: /7$/, when: "after", answer: "drip" });
    const whole = await (
      await fetch(`${immuta.url}/integrations/8`, { headers: { Authorization: apiKey } })
    ).text();
    expect(JSON.parse(whole)).to.include({ statusCode: 404 });
    const answer = await fetch(`${immuta.url}/integrations/7`, { headers: { Authorization: apiKey } });
    const pieces: Buffer[] = [];
    for await (const piece of answer.body ?? expect.fail("it has no body")) {
      pieces.push(Buffer.from(piece as Uint8Array));
      if (Buffer.concat(pieces).length >= 10) break;
    }
    expect(pieces.length).to.be.greaterThan(5);
    expect(Buffer.concat(pieces).toString()).to.match(/^\{"id":/);
    expect(immuta.journal.map(({ fault }) => fault)).to.deep.equal([undefined, "drip"]);
  });

  it("leaves a request without an answer until the server closes", async () => {
    immuta.fault({ path: /7$/, when: "after", answer: "hang" });
    const request = failed(send(immuta, "GET", "/integrations/7"));
    while (immuta.journal.length === 0) await send(immuta, "GET", "/integrations");
    await immuta.close();
    expect(await request).to.equal(true);
    immuta = await startImmuta({ apiKey, pools: noPools });
  });

  it("happens to the nth request and as often as the rule says", async () => {
    immuta.fault({
      path: /7$/,
      nth: 2,
      times: 2,
      when: "before",
      answer: { status: 503, body: "<html></html>" },
    });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count++)
      statuses.push((await send(immuta, "GET", "/integrations/7")).status);
    expect(statuses).to.deep.equal([200, 503, 503, 200]);
    immuta.fault({ path: /7$/, when: "before", times: Infinity, answer: { status: 500 } });
    expect((await send(immuta, "GET", "/integrations/7")).status).to.equal(500);
    immuta.clearFaults();
    expect((await send(immuta, "GET", "/integrations/7")).status).to.equal(200);
  });
});
