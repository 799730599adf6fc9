import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startImmuta, type Immuta } from "../../../sandbox/immuta";
import { packageVersion } from "../../../provider/core/configuration";
import { certificateFor } from "./private-authority";

const apiKey = "c4nary-key";

interface Outcome {
  found?: number;
  error?: string;
  lines: string[];
}

/** A name that no resolver knows: who reaches it, reached it through the proxy. */
const name = "acme.immuta.invalid";

describe("on the way to Immuta", function () {
  this.timeout(30_000);
  let immuta: Immuta;
  let tls: Server;
  let proxy: Server;
  let folder: string;
  let strict: Server;
  /** Requests that the proxy forwards, and sees. */
  const forwarded: { url: string; key: string | undefined; authorization: string | undefined }[] = [];
  const tunnels: { target: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  /** By the authorities that they trust, which Node reads when it starts. */
  const askers = new Map<string, ChildProcess>();
  /** By all of them, on both streams. */
  let printed = "";

  const listening = (server: Server): Promise<void> =>
    new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  const kept = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-network-"));
    immuta = await startImmuta({
      apiKey,
      names: [name],
      pools: { route: () => ({ address: "127.0.0.1", port: 1 }), certificateAuthority: "" },
    });
    const { key, certificate, authority } = await certificateFor(name, "localhost");
    writeFileSync(join(folder, "authority.pem"), authority);
    strict = createHttpsServer(
      { key, cert: certificate, ca: authority, requestCert: true, rejectUnauthorized: true },
      (_incoming, outgoing) => outgoing.end("[]"),
    );
    tls = createHttpsServer({ key, cert: certificate }, (incoming, outgoing) => {
      const { method, url, headers } = incoming;
      const inner = request(
        { host: "127.0.0.1", port: immuta.port, method, path: url, headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      incoming.pipe(inner);
    });
    proxy = createHttpServer(({ url = "", headers }, outgoing) => {
      forwarded.push({
        url,
        key: headers.authorization,
        authorization: headers["proxy-authorization"],
      });
      outgoing.writeHead(200, { "Content-Type": "application/json" }).end("[]");
    });
    proxy.on("connect", (incoming, socket: Socket, head: Buffer) => {
      kept(socket);
      tunnels.push({
        target: incoming.url ?? "",
        authorization: incoming.headers["proxy-authorization"],
      });
      const [status] = /^\d+/.exec(incoming.url ?? "") ?? [];
      if (status !== undefined) {
        // A body of which a part comes later is not waited for.
        socket.write(`HTTP/1.1 ${status} In its own words\r\nContent-Length: 100\r\n\r\nSorry`);
        return;
      }
      if (incoming.url?.startsWith("closed.") === true) {
        socket.end();
        return;
      }
      const through = connect(portOf(tls), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        through.write(head);
        through.pipe(socket).pipe(through);
      });
      kept(through);
    });
    await Promise.all([tls, strict, proxy].map(listening));
  });
  beforeEach(() => {
    tunnels.length = 0;
    forwarded.length = 0;
    immuta.clearJournal();
  });
  after(async () => {
    for (const asker of askers.values()) asker.kill();
    for (const socket of sockets) socket.destroy();
    for (const server of [tls, strict, proxy]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await immuta.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const heard = (asker: ChildProcess): ChildProcess => {
    for (const stream of [asker.stdout, asker.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => (printed += text));
    return asker;
  };
  const ask = async (environment: Record<string, string>): Promise<Outcome> => {
    const { NODE_EXTRA_CA_CERTS = "", ...own } = environment;
    const asker = askers.get(NODE_EXTRA_CA_CERTS) ?? heard(askerThatTrusts(NODE_EXTRA_CA_CERTS));
    askers.set(NODE_EXTRA_CA_CERTS, asker);
    asker.send({ IMMUTA_API_KEY: apiKey, ...own });
    const [outcome] = (await once(asker, "message")) as [Outcome];
    expect(JSON.stringify(outcome)).not.to.contain("c4nary");
    return outcome;
  };
  const trusted = (): Record<string, string> => ({ NODE_EXTRA_CA_CERTS: join(folder, "authority.pem") });
  const proxied = (login = ""): string => `http://${login}127.0.0.1:${portOf(proxy)}`;

  it("goes through the proxy of HTTPS_PROXY with CONNECT, so that the proxy sees no key", async () => {
    const outcome = await ask({
      ...trusted(),
      IMMUTA_URL: `https://${name}`,
      HTTPS_PROXY: proxied("us%40er:c4nary%2Fpw@"),
    });
    expect(outcome.error).to.equal(undefined);
    expect(outcome.found).to.equal(2);
    const login = Buffer.from("us@er:c4nary/pw").toString("base64");
    expect(tunnels).to.deep.equal([{ target: `${name}:443`, authorization: `Basic ${login}` }]);
    expect(immuta.journal.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      "GET /integrations",
    ]);
  });

  it("says its name and version, and in debug lines method, path, status, duration and request id", async () => {
    const outcome = await ask({ ...trusted(), IMMUTA_URL: `https://localhost:${portOf(tls)}` });
    const [entry] = immuta.journal;
    expect(entry?.userAgent).to.equal(`pulumi-immuta/${packageVersion()}`);
    expect(outcome.lines).to.have.length(1);
    expect(outcome.lines[0]).to.match(
      new RegExp(`^GET /integrations: 200 in \\d+ ms \\(request ${entry?.requestId ?? "none"}\\)$`),
    );
  });

  it("trusts a private authority only where NODE_EXTRA_CA_CERTS names it, and says so without trying again", async () => {
    const outcome = await ask({ IMMUTA_URL: `https://localhost:${portOf(tls)}` });
    expect(outcome.error).to.match(
      new RegExp(
        `^IMMUTA-UNREACHABLE: GET /integrations at Immuta https://localhost:\\d+: no answer: UNABLE_TO_VERIFY_LEAF_SIGNATURE .*\\n` +
          `The certificate of localhost:\\d+ is not trusted here\\. Name the file \\(PEM\\) of the authority that issued it in NODE_EXTRA_CA_CERTS\\.$`,
      ),
    );
    expect(outcome.lines.filter((line) => line.includes("trying again"))).to.deep.equal([]);
    expect(immuta.journal).to.deep.equal([]);
  });

  it("never goes to this machine through a proxy", async () => {
    const proxies = { HTTP_PROXY: proxied(), HTTPS_PROXY: proxied(), ALL_PROXY: proxied() };
    const plain = await ask({ ...proxies, IMMUTA_URL: `http://127.0.0.1:${immuta.port}` });
    const encrypted = await ask({ ...proxies, ...trusted(), IMMUTA_URL: `https://localhost:${portOf(tls)}` });
    expect([plain.found, encrypted.found]).to.deep.equal([2, 2]);
    expect([...tunnels, ...forwarded]).to.deep.equal([]);
  });

  it("lets a proxy forward what goes unencrypted on purpose", async () => {
    const outcome = await ask({
      IMMUTA_URL: `http://${name}`,
      IMMUTA_ALLOW_INSECURE: "true",
      HTTP_PROXY: proxied("us%40er:c4nary%2Fpw@"),
    });
    expect(outcome.found).to.equal(0);
    const authorization = `Basic ${Buffer.from("us@er:c4nary/pw").toString("base64")}`;
    expect(forwarded).to.deep.equal([{ url: `http://${name}/integrations`, key: apiKey, authorization }]);
  });

  const wantsLogin =
    "The proxy wants a login: give it in HTTPS_PROXY, as http://user:password@proxy:port, with special characters percent-encoded.";
  const letPass = (host: string): string =>
    `Have the proxy let ${host} pass, or name the host in NO_PROXY where it can be reached without.`;
  const unreachable =
    "Check HTTPS_PROXY and that the proxy can be reached from here; NO_PROXY names hosts that are reached without it.";
  for (const [host, said, advice, tries] of [
    ["407.invalid", " refused to lead there: HTTP 407 In its own words", wantsLogin, 1],
    ["403.invalid", " refused to lead there: HTTP 403 In its own words", letPass("403.invalid"), 1],
    ["502.invalid", " refused to lead there: HTTP 502 In its own words", letPass("502.invalid"), 2],
    ["closed.invalid", ": ECONNRESET (socket hang up)", unreachable, 2],
  ] as const)
    it(`names the proxy where it does not lead to ${host}, and asks it ${tries === 1 ? "once" : "again"}`, async () => {
      const outcome = await ask({
        ...trusted(),
        IMMUTA_URL: `https://${host}`,
        HTTPS_PROXY: proxied("user:c4nary-pw@"),
      });
      expect(outcome.error).to.equal(
        `IMMUTA-PROXY: GET /integrations at Immuta https://${host}: no answer: the proxy 127.0.0.1:${portOf(proxy)} (HTTPS_PROXY)${said}\n${advice}`,
      );
      expect(tunnels).to.have.length(tries);
    });

  it("names the proxy where nobody listens, and where the way breaks behind it", async () => {
    const nobody = await ask({ IMMUTA_URL: `https://${name}`, HTTPS_PROXY: "http://127.0.0.1:1" });
    expect(nobody.error).to.match(
      /^IMMUTA-PROXY: .*: no answer: the proxy 127\.0\.0\.1:1 \(HTTPS_PROXY\): ECONNREFUSED \(.*\)\nCheck HTTPS_PROXY/,
    );
    const behind = await ask({ IMMUTA_URL: `https://${name}`, HTTPS_PROXY: proxied() });
    expect(behind.error).to.contain(
      `(unable to verify the first certificate), through the proxy 127.0.0.1:${portOf(proxy)} (HTTPS_PROXY)\nThe certificate of ${name} is not trusted here.`,
    );
    expect(immuta.journal).to.deep.equal([]);
  });

  it("checks the certificate though the environment says not to, and says so", async () => {
    const off = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    for (const way of [
      { IMMUTA_URL: `https://localhost:${portOf(tls)}` },
      { IMMUTA_URL: `https://${name}`, HTTPS_PROXY: proxied() },
    ])
      expect((await ask({ ...off, ...way })).error).to.match(
        /in NODE_EXTRA_CA_CERTS\. NODE_TLS_REJECT_UNAUTHORIZED=0 is not obeyed: the certificate is always checked\.$/,
      );
    expect(immuta.journal).to.deep.equal([]);
  });

  it("says which names a certificate is for that is another's", async () => {
    const otherName = await ask({
      ...trusted(),
      IMMUTA_URL: "https://other.invalid",
      HTTPS_PROXY: proxied(),
    });
    const address = `127.0.0.1:${portOf(tls)}`;
    const noName = await ask({ ...trusted(), IMMUTA_URL: `https://${address}` });
    for (const [{ error }, host, has] of [
      [otherName, "other.invalid", "acme.immuta.invalid, localhost"],
      [noName, address, "no such address"],
    ] as const) {
      expect(error).to.contain("no answer: ERR_TLS_CERT_ALTNAME_INVALID (");
      expect(error?.split("\n")[1]).to.equal(
        `The certificate of ${host} is for another name: it has ${has}. ` +
          "IMMUTA_URL (or immuta:url) names another server than the one that answers, or something in between answers in its place.",
      );
    }
    expect(immuta.journal).to.deep.equal([]);
  });

  it("says of a gateway that asks for a client certificate that there is none to give", async () => {
    const outcome = await ask({ ...trusted(), IMMUTA_URL: `https://localhost:${portOf(strict)}` });
    expect(outcome.error).to.match(
      /no answer: ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED [^]*\nWhat answers at localhost:\d+ asks for a client certificate, which this provider cannot give: reach Immuta by an address that wants none\.$/,
    );
    expect(outcome.lines.filter((line) => line.includes("trying again"))).to.deep.equal([]);
  });

  it("has printed nothing secret in all of this", async () => {
    // What was printed last may come later than the answer: it has come when both streams are closed.
    for (const asker of askers.values()) {
      const closed = once(asker, "close");
      asker.kill();
      await closed;
    }
    expect(printed).not.to.contain("c4nary");
  });
});

function askerThatTrusts(authorities: string): ChildProcess {
  const { PATH = "" } = process.env;
  return fork(join(__dirname, "ask-immuta.ts"), {
    execArgv: ["--require", require.resolve("tsx/cjs")],
    env: { PATH, ...(authorities === "" ? {} : { NODE_EXTRA_CA_CERTS: authorities }) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}
