import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { generate } from "selfsigned";
import { openConnection } from "../../../provider/sql/connect/connection";
import { expectHarmless, nasty } from "../provider/nasty";
import { type Bench, openBench } from "./tenant";

const canary = "Canary-S3cret!4711";
const host = "claims.sql.azuresynapse.net";

describe("pulumi-immuta doctor", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    const { synapse } = bench.sandbox;
    synapse.createWorkspace({ host, administratorLogin: "sqladmin", administratorPassword: canary });
    synapse.createPool(host, "claims");
  });
  afterEach(() => bench.close());
  const login = { IMMUTA_SQL_ADMIN_USERNAME: "sqladmin", IMMUTA_SQL_ADMIN_PASSWORD: canary };
  const pool = ["doctor", "--host", host, "--database", "claims", "--trust-server-certificate"];

  it("looks at Immuta alone with one GET", async () => {
    const seen = await bench.run(["doctor"]);
    expect(seen).to.deep.include({ code: 0, err: "" });
    expect(seen.out).to.match(
      /^ok {3}URL: http:.*\nok {3}proxy: none for 127\.0\.0\.1\nok {3}TLS: not used: http\nok {3}API key: accepted; 2 integrations, 0 of them Azure Synapse Analytics\n$/,
    );
    expect(bench.calls()).to.deep.equal(["GET /integrations"]);
    expect(bench.sandbox.synapse.journal).to.deep.equal([]);
  });

  it("names what to do about a missing URL, a wrong key and an address where nobody is", async () => {
    const url = await bench.run(["doctor"], { IMMUTA_URL: undefined });
    expect(url.code).to.equal(1);
    expect(url.out).to.match(/^FAIL URL: No Immuta URL\..* → .*\n- {4}TLS: no URL\n/);
    const key = await bench.run(["doctor"], { IMMUTA_API_KEY: canary });
    expect(key.out).to.match(/FAIL API key: GET \/integrations .*HTTP 401.* → Check IMMUTA_API_KEY/);
    const tls = await bench.run(["doctor"], { IMMUTA_URL: "https://127.0.0.1:1" });
    expect(tls.out).to.match(/FAIL TLS: 127\.0\.0\.1:1: ECONNREFUSED → /);
    expect(key.out + tls.out).not.to.contain(canary);
  });

  it("names the variable for a certificate that is not trusted, and sends no key there", async () => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }]);
    let requests = 0;
    const server = createServer({ key, cert }, () => requests++).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { port } = server.address() as AddressInfo;
      const seen = await bench.run(["doctor"], { IMMUTA_URL: `https://localhost:${port}` });
      expect(seen.code).to.equal(1);
      expect(seen.out).to.match(
        /FAIL TLS: .* is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT → .*NODE_EXTRA_CA_CERTS/,
      );
      expect(seen.out).to.match(/FAIL API key: .*DEPTH_ZERO_SELF_SIGNED_CERT.* → .*NODE_EXTRA_CA_CERTS/);
      expect(requests).to.equal(0);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("says what the login may not do, and what to give it", async () => {
    const { IMMUTA_SQL_SERVER = "", IMMUTA_SQL_PORT = "" } = bench.sandbox.environment;
    const administrator = {
      host,
      port: 1433,
      authentication: { type: "sql", username: "sqladmin", password: canary },
      route: { server: IMMUTA_SQL_SERVER, port: Number(IMMUTA_SQL_PORT) },
      trustServerCertificate: true,
      applicationName: "test",
      pauseIsAwaited: false,
    } as const;
    const silent = { info: () => undefined, warn: () => undefined, debug: () => undefined };
    for (const [database, statements] of [
      ["master", [`CREATE LOGIN weak WITH PASSWORD = '${canary}'`, "CREATE USER weak FROM LOGIN weak"]],
      ["claims", ["CREATE USER weak FROM LOGIN weak", "GRANT CREATE TABLE TO weak"]],
    ] as const) {
      const connection = await openConnection(administrator, database, silent);
      for (const statement of statements)
        expect((await connection.batch(statement, 5000)).errors).to.deep.equal([]);
      await connection.close();
    }
    const seen = await bench.run(pool, { ...login, IMMUTA_SQL_ADMIN_USERNAME: "weak" });
    expect(seen.code).to.equal(1);
    expect(seen.out).to.match(
      /FAIL rights in master: weak may not create logins → .*ALTER ROLE loginmanager ADD MEMBER \[weak\]/,
    );
    expect(seen.out).to.match(
      /FAIL rights in database: missing: ALTER ANY USER, ALTER ANY ROLE, CREATE SCHEMA, CREATE PROCEDURE, CREATE FUNCTION, CREATE VIEW → /,
    );
  });

  it("looks at a pool and changes nothing in it", async () => {
    const before = bench.sandbox.synapse.catalog(host, "claims");
    const seen = await bench.run(pool, login);
    expect(seen.out.split("\n").slice(4)).to.deep.equal([
      "ok   DNS: 127.0.0.1",
      `ok   port: 127.0.0.1:${bench.sandbox.synapse.port} answers`,
      "ok   login in master: sqladmin is let into master",
      "ok   rights in master: administrator",
      "ok   login in database: sqladmin is let into claims",
      "ok   rights in database: users, roles, schemas, procedures, functions, views, tables",
      "ok   dedicated SQL pool: yes",
      "ok   pool online: yes",
      "",
    ]);
    expect(seen.code).to.equal(0);
    expect(bench.sandbox.synapse.catalog(host, "claims")).to.deep.equal(before);
  });

  it("shows the node to which a gateway redirects, and the ports where it does not answer", async () => {
    const inside = await openBench({ connectionPolicy: "redirect" });
    try {
      const { synapse } = inside.sandbox;
      synapse.createWorkspace({ host, administratorLogin: "sqladmin", administratorPassword: canary });
      synapse.createPool(host, "claims");
      const { port } = await synapse.node(host);
      const seen = await inside.run(pool, login);
      expect(seen.code).to.equal(0);
      for (const where of ["master", "database"])
        expect(seen.out).to.contain(
          `ok   node of ${where}: ${host} sends on to localhost:${port}, which answers\n`,
        );
      synapse.setFault(host, "claims", { kind: "node", how: "refused" });
      const closed = await inside.run(pool, login);
      expect(closed.code).to.equal(1);
      expect(closed.out).to.match(/FAIL node of database: .* → .*11000-11999/);
      expect(closed.out).to.contain("ok   login in master: ");
    } finally {
      await inside.close();
    }
  });

  it("tells a wrong password, a firewall and a paused pool apart, each with its remedy", async () => {
    const wrong = await bench.run(pool, { ...login, IMMUTA_SQL_ADMIN_PASSWORD: `${canary}x` });
    expect(wrong.code).to.equal(1);
    expect(wrong.out).to.match(/FAIL login in master: .*18456.* → User name or password is wrong/);
    expect(wrong.out).not.to.contain(canary);
    const { synapse } = bench.sandbox;
    synapse.setFault(host, "claims", { kind: "firewall", clientAddress: "203.0.113.7" });
    expect((await bench.run(pool, login)).out).to.match(
      /FAIL firewall: .* → .*--start-ip-address 203\.0\.113\.7/,
    );
    synapse.setFault(host, "claims", { kind: "paused", at: "login" });
    expect((await bench.run(pool, login)).out).to.match(/FAIL pool online: .*42108.* → The pool is paused/);
  });

  it("shows nothing that a terminal or a pipeline obeys", async () => {
    bench.sandbox.immuta.fault({
      path: /^\/integrations$/,
      times: Infinity,
      when: "before",
      answer: { status: 403, body: { statusCode: 403, message: nasty } },
    });
    const file = join(bench.folder, "bundle.json");
    for (const args of [["doctor"], ["doctor", "--json"], ["doctor", "--bundle", file]]) {
      const { out, err } = await bench.run(args);
      expect(out).to.contain("## vso[task.setvariable");
      for (const text of [out, err]) expectHarmless(text);
    }
    expectHarmless(readFileSync(file, "utf8"));
    const wrong = await bench.run(["doctor", "--##vso[task.complete]\u202e\u001b[31m"]);
    expect(wrong.err).to.contain("## vso[task.complete]");
    expectHarmless(wrong.err);
  });

  it("says that no login was given, and that nobody is at the port", async () => {
    const none = await bench.run(pool);
    expect(none.code).to.equal(1);
    expect(none.out).to.contain("FAIL SQL login: no login is given → Set IMMUTA_SQL_ADMIN_USERNAME");
    const closed = await bench.run(pool, { ...login, IMMUTA_SQL_PORT: "1" });
    expect(closed.out).to.contain("FAIL port: 127.0.0.1:1 does not answer (ECONNREFUSED) → ");
    expect(closed.out).to.contain("-    login in database: no connection\n");
  });

  it("gives JSON, and a bundle without secrets", async () => {
    const file = join(bench.folder, "bundle.json");
    const seen = await bench.run([...pool, "--json", "--bundle", file], login);
    const { ok, results } = JSON.parse(seen.out) as { ok: boolean; results: object[] };
    expect([ok, results.length]).to.deep.equal([true, 12]);
    const bundle = readFileSync(file, "utf8");
    expect(JSON.parse(bundle)).to.deep.include({ format: 1, results });
    expect(bundle).to.contain(`"node": "${process.version}"`);
    expect(bundle + seen.out + seen.err)
      .not.to.contain(canary)
      .and.not.to.contain(bench.sandbox.apiKey);
  });

  it("refuses half a place, and the serverless endpoint", async () => {
    expect((await bench.run(["doctor", "--host", host])).err).to.contain("are given together");
    const serverless = ["doctor", "--host", "claims-ondemand.sql.azuresynapse.net", "--database", "claims"];
    expect((await bench.run(serverless)).err).to.contain("serverless endpoint");
  });

  it("shows a proxy without its login, and says what is wrong with one that is none", async () => {
    const IMMUTA_URL = "https://tenant.invalid";
    const proxy = await bench.run(["doctor"], {
      IMMUTA_URL,
      HTTPS_PROXY: `http://user:${canary}@127.0.0.1:1`,
    });
    expect(proxy.out).to.contain("proxy: HTTPS_PROXY: 127.0.0.1:1\n");
    expect(proxy.out).to.contain("the proxy 127.0.0.1:1 (HTTPS_PROXY): ECONNREFUSED");
    const socks = await bench.run(["doctor"], {
      IMMUTA_URL,
      HTTPS_PROXY: `socks5://user:${canary}@127.0.0.1:1`,
    });
    expect(socks.out).to.match(/FAIL proxy: HTTPS_PROXY names no proxy that speaks HTTP/);
    expect(proxy.out + proxy.err + socks.out + socks.err).not.to.contain(canary);
  });
});
