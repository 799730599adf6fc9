import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import * as host from "pulumi-immuta/provider";
import { startSandbox, type Sandbox } from "../../sandbox";

const workspace = "claims.sql.azuresynapse.net";
const administrator = { administratorLogin: "sqladmin", administratorPassword: "c4nary-Adm1n!" };
const limit = 3;

const common = {
  host: workspace,
  port: 1433,
  schema: "governed",
  authenticationType: "userPassword",
  impersonation: { enabled: false },
  metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
};

/**
 * In front of Immuta: counts the writing requests under way, and answers the first ones when `limit` of them are there.
 */
class Turnstile {
  most = 0;
  private now = 0;
  private waiting: (() => void)[] = [];
  private opened = false;
  readonly server: Server;

  constructor(port: number) {
    this.server = createServer((incoming, outgoing) => {
      const { method, url: path, headers } = incoming;
      const pass = (): void => {
        const inner = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        });
        incoming.pipe(inner);
      };
      if (method === "GET") {
        pass();
        return;
      }
      this.most = Math.max(this.most, ++this.now);
      outgoing.on("close", () => this.now--);
      this.enter(pass);
    });
  }

  private enter(pass: () => void): void {
    this.waiting.push(pass);
    this.opened ||= this.waiting.length === limit;
    if (this.opened) for (const next of this.waiting.splice(0)) next();
  }
}

describe("what the host module writes at once", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let turnstile: Turnstile;
  const pools = Array.from({ length: 20 }, (_, index) => `pool${index}`);
  const { log, error } = console;
  let environment: NodeJS.ProcessEnv;
  /** Another run of the engine. */
  let begin: () => Promise<void>;

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    sandbox.synapse.createWorkspace({ host: workspace, ...administrator });
    for (const database of pools) sandbox.synapse.createPool(workspace, database);
    turnstile = new Turnstile(sandbox.immuta.port);
    await new Promise<void>((resolve) => turnstile.server.listen(0, "127.0.0.1", resolve));
    environment = { ...process.env };
    for (const name of Object.keys(process.env))
      if (/^(PULUMI_)?IMMUTA_/.test(name)) Reflect.deleteProperty(process.env, name);
    // What it has to say goes to the engine; without one, to the console.
    console.log = console.error = () => undefined;
    const { port } = turnstile.server.address() as AddressInfo;
    const { address, port: sqlPort } = sandbox.synapse;
    const settings: Record<string, string> = {
      url: `http://127.0.0.1:${port}`,
      apiKey: sandbox.apiKey,
      concurrency: String(limit),
      sqlServer: address,
      sqlPort: String(sqlPort),
      sqlAdminUsername: administrator.administratorLogin,
      sqlAdminPassword: administrator.administratorPassword,
    };
    begin = () =>
      host.configure({
        config: { get: (name: string) => settings[name.replace("immuta:", "")] },
      } as never);
    await begin();
  });
  after(async () => {
    Object.assign(console, { log, error });
    process.env = environment;
    turnstile.server.closeAllConnections();
    await new Promise((resolve) => turnstile.server.close(resolve));
    await sandbox.close();
  });

  it("is bounded by immuta:concurrency, for creates and deletes", async () => {
    const automatic = { ...common, autoBootstrap: true };
    const made = await Promise.all(pools.map((database) => host.create({ ...automatic, database })));
    expect(made.map(({ outs }) => (outs as { status?: string }).status)).to.deep.equal(
      pools.map(() => "enabled"),
    );
    expect(turnstile.most).to.equal(limit);
    await begin();
    await Promise.all(made.map(({ id, outs }) => host.delete(id, outs as Record<string, unknown>)));
    expect(turnstile.most).to.equal(limit);
    expect(sandbox.immuta.journal.filter(({ method }) => method === "DELETE")).to.have.length(pools.length);
  });

  it("goes through master one phase after the other", async () => {
    sandbox.synapse.clearJournal();
    const manual = { ...common, autoBootstrap: false, password: "c4nary-Immuta1!" };
    const bootstrap = { trustServerCertificate: true };
    const three = pools.slice(0, limit);
    const made = await Promise.all(
      three.map((database) =>
        host.create({ ...manual, database, bootstrap, username: `immuta_${database}` }),
      ),
    );
    await begin();
    await Promise.all(made.map(({ id, outs }) => host.delete(id, outs as Record<string, unknown>)));
    const statements = sandbox.synapse.journal
      .filter(
        ({ kind, database, login }) => kind === "batch" && database === "master" && login === "sqladmin",
      )
      .map(({ statement }) => statement);
    const times = <T>(script: T[]): T[] => three.flatMap(() => script);
    expect(statements.filter((statement) => statement !== "SELECT")).to.deep.equal([
      ...times(["SET", "IF NOT EXISTS EXEC"]),
      ...times(["DROP USER", "IF EXISTS EXEC"]),
    ]);
  });

  it("refuses the system account of one integration to another of the same program, in the preview", async () => {
    const context = (name: string): object => ({
      __context: { urn: `urn:pulumi:a::b::c::${name}`, preview: true },
    });
    const manual = {
      ...common,
      autoBootstrap: false,
      username: "immuta",
      password: "c4nary-Imm1!",
      bootstrap: {},
    };
    const checked = async (name: string, database: string): Promise<string[]> => {
      const { failures = [] } = await host.check({}, { ...manual, database, ...context(name) });
      return failures.map(({ reason }) => reason);
    };
    expect(await checked("claims", "claims")).to.deep.equal([]);
    const [reason = "", ...more] = await checked("sales", "sales");
    expect(reason).to.contain(
      'username: "immuta" is the system account of claims on claims.sql.azuresynapse.net',
    );
    expect(more).to.deep.equal([]);
  });
});
