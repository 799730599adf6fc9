import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { startImmuta, type Immuta } from "../../../sandbox/immuta";
import { packageVersion } from "../../../provider/core/configuration";
import { certificateFor } from "./private-authority";

const apiKey = "c4nary-key";
const run = promisify(execFile);

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
  const tunnels: { target: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();

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
      pools: { route: () => ({ address: "127.0.0.1", port: 1 }), certificateAuthority: "" },
    });
    const { key, certificate, authority } = await certificateFor(name, "localhost");
    writeFileSync(join(folder, "authority.pem"), authority);
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
    proxy = createHttpServer((_incoming, outgoing) => outgoing.writeHead(403).end());
    proxy.on("connect", (incoming, socket: Socket, head: Buffer) => {
      kept(socket);
      tunnels.push({
        target: incoming.url ?? "",
        authorization: incoming.headers["proxy-authorization"],
      });
      if (incoming.url?.startsWith("refused.") === true) {
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      const through = connect(portOf(tls), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        through.write(head);
        through.pipe(socket).pipe(through);
      });
      kept(through);
    });
    await Promise.all([listening(tls), listening(proxy)]);
  });
  beforeEach(() => {
    tunnels.length = 0;
    immuta.clearJournal();
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of [tls, proxy]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await immuta.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (environment: Record<string, string>): Promise<Outcome> => {
    const { PATH = "" } = process.env;
    const { stdout } = await run(
      process.execPath,
      ["--require", require.resolve("tsx/cjs"), join(__dirname, "ask-immuta.ts")],
      { env: { PATH, IMMUTA_API_KEY: apiKey, ...environment } },
    );
    expect(stdout).not.to.contain("c4nary");
    return JSON.parse(stdout) as Outcome;
  };
  const trusted = (): Record<string, string> => ({ NODE_EXTRA_CA_CERTS: join(folder, "authority.pem") });
  const proxied = (login = ""): string => `http://${login}127.0.0.1:${portOf(proxy)}`;

  it("goes through the proxy of HTTPS_PROXY with CONNECT, so that the proxy sees no key", async () => {
    const outcome = await ask({
      ...trusted(),
      IMMUTA_URL: `https://${name}`,
      HTTPS_PROXY: proxied("user:c4nary-pw@"),
    });
    expect(outcome.error).to.equal(undefined);
    expect(outcome.found).to.equal(2);
    const login = Buffer.from("user:c4nary-pw").toString("base64");
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

  it("goes past the proxy where NO_PROXY says so", async () => {
    const outcome = await ask({
      ...trusted(),
      IMMUTA_URL: `https://localhost:${portOf(tls)}`,
      HTTPS_PROXY: proxied(),
      NO_PROXY: "localhost,other.example",
    });
    expect(outcome.found).to.equal(2);
    expect(tunnels).to.deep.equal([]);
  });

  it("trusts a private authority only where NODE_EXTRA_CA_CERTS names it, and says so without trying again", async () => {
    const outcome = await ask({ IMMUTA_URL: `https://localhost:${portOf(tls)}` });
    expect(outcome.error).to.match(
      new RegExp(
        `^IMMUTA-UNREACHABLE: GET /integrations at Immuta https://localhost:\\d+: no answer: UNABLE_TO_VERIFY_LEAF_SIGNATURE .*\\n` +
          `The certificate of https://localhost:\\d+ is not trusted here\\. Name the file \\(PEM\\) of the authority that issued it in NODE_EXTRA_CA_CERTS\\.$`,
      ),
    );
    expect(outcome.lines.filter((line) => line.includes("trying again"))).to.deep.equal([]);
    expect(immuta.journal).to.deep.equal([]);
  });

  it("says what failed where the proxy refuses, or nobody listens there", async () => {
    const refused = await ask({
      ...trusted(),
      IMMUTA_URL: "https://refused.immuta.invalid",
      HTTPS_PROXY: proxied(),
    });
    expect(refused.error).to.match(
      /HTTP 407: .*\nThe proxy on the way wants a login: give it in HTTPS_PROXY/,
    );
    const nobody = await ask({
      ...trusted(),
      IMMUTA_URL: `https://${name}`,
      HTTPS_PROXY: "http://127.0.0.1:1",
    });
    expect(nobody.error).to.contain("no answer: ECONNREFUSED");
    expect(immuta.journal).to.deep.equal([]);
  });
});
