import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { certificateFor } from "./private-authority";

const run = promisify(execFile);
const host = "contoso.vault.azure.net";
const token = "c4nary-token";

interface Outcome {
  right?: boolean;
  error?: string;
}

/**
 * Azure's own client libraries, unchanged, in a process of their own: the managed identity of an App Service gives the
 * token, and a proxy on the loopback interface leads to a Key Vault that knows one secret.
 */
describe("a password in Azure Key Vault", function () {
  this.timeout(60_000);
  let folder: string;
  let vault: Server;
  let surroundings: Server;
  const asked: string[] = [];
  const sockets = new Set<Socket>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-vault-"));
    const { key, certificate, authority } = await certificateFor(host);
    writeFileSync(join(folder, "authority.pem"), authority);
    vault = createHttpsServer({ key, cert: certificate }, (request, response) => {
      const { pathname } = new URL(request.url ?? "", `https://${host}`);
      const known = request.headers.authorization === `Bearer ${token}`;
      asked.push(`${request.method ?? ""} ${pathname}${known ? "" : " without a token"}`);
      const answer = (status: number, body: object, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(JSON.stringify(body));
      };
      if (!known)
        answer(
          401,
          {},
          {
            "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111", resource="https://vault.azure.net"`,
          },
        );
      else if (pathname === "/secrets/claims/9c1d")
        answer(200, {
          value: "c4nary-Vault1!",
          id: `https://${host}${pathname}`,
          attributes: { enabled: true },
        });
      else
        answer(404, { error: { code: "SecretNotFound", message: "A secret with that name was not found." } });
    });
    // The identity's endpoint, and the proxy.
    surroundings = createHttpServer((request, response) => {
      asked.push(
        `token for ${new URL(request.url ?? "", "http://localhost").searchParams.get("resource") ?? ""}`,
      );
      response.writeHead(200, { "content-type": "application/json" });
      const expires = Math.floor(Date.now() / 1000) + 3600;
      response.end(
        JSON.stringify({
          access_token: token,
          expires_on: String(expires),
          resource: "",
          token_type: "Bearer",
        }),
      );
    });
    surroundings.on("connect", (request, socket: Socket, head: Buffer) => {
      asked.push(`CONNECT ${request.url ?? ""}`);
      const through = connect(portOf(vault), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        through.write(head);
        through.pipe(socket).pipe(through);
      });
      for (const one of [socket, through]) {
        sockets.add(one);
        one.on("error", () => one.destroy());
      }
    });
    for (const server of [vault, surroundings])
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of [vault, surroundings]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    asked.length = 0;
  });

  const portOf = (server: Server): number => (server.address() as AddressInfo).port;

  const ask = async (uri: string): Promise<Outcome> => {
    const { PATH = "" } = process.env;
    const here = `http://127.0.0.1:${portOf(surroundings)}`;
    const { stdout } = await run(
      process.execPath,
      ["--require", require.resolve("tsx/cjs"), join(__dirname, "ask-key-vault.ts"), uri],
      {
        env: {
          PATH,
          NODE_EXTRA_CA_CERTS: join(folder, "authority.pem"),
          HTTPS_PROXY: here,
          NO_PROXY: "127.0.0.1",
          IDENTITY_ENDPOINT: `${here}/msi/token`,
          IDENTITY_HEADER: "header",
        },
      },
    );
    expect(stdout).not.to.contain("c4nary");
    return JSON.parse(stdout) as Outcome;
  };

  it("comes in the version that the URI names, with the token of the identity at hand", async () => {
    expect(await ask(`https://${host}/secrets/claims/9c1d`)).to.include({ right: true });
    expect(asked).to.include("token for https://vault.azure.net");
    expect(asked.at(-1)).to.equal("GET /secrets/claims/9c1d");
    expect(asked.filter((one) => one.startsWith("CONNECT"))[0]).to.equal(`CONNECT ${host}:443`);
  });

  it("is refused with the URI and what Key Vault says where there is no such secret", async () => {
    const { error } = await ask(`https://${host}/secrets/sales/9c1d`);
    expect(error).to.match(
      /^Key Vault did not give the secret https:\/\/contoso\.vault\.azure\.net\/secrets\/sales\/9c1d: .*not found/,
    );
  });
});
