import { expect } from "chai";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BatchFailed, PoolUnreachable } from "../../../provider/sql/errors";
import type { PoolLogin } from "../../../provider/sql/connect/login";
import { preflight } from "../../../provider/sql/preflight";
import { makeCertificate } from "../../../sandbox/synapse/certificate";
import { failureOf, FakeClock, host, Lines, loginTo, type Stage, stageOn } from "../support";
import { having, mockTds } from "./parts";

/** The program in mock-tds/ while it runs. */
class Mock {
  /** Each on 127.0.0.1. */
  readonly ports: Record<"node" | "gateway" | "strict", number>;
  readonly #lines: string[] = [];
  readonly #child: ChildProcess;
  #rest = "";

  private constructor(child: ChildProcess, listening: string) {
    const [node = 0, gateway = 0, strict = 0] = listening.split(" ").slice(1).map(Number);
    this.ports = { node, gateway, strict };
    this.#child = child;
  }

  static async start(program: string, folder: string): Promise<Mock> {
    const { authority, certificate, key } = makeCertificate();
    writeFileSync(join(folder, "authority.pem"), authority);
    const files = [join(folder, "certificate.pem"), join(folder, "key.pem")] as const;
    writeFileSync(files[0], certificate);
    writeFileSync(files[1], key);
    const child = spawn(program, files, { stdio: ["pipe", "pipe", "inherit"] });
    child.stdout.setEncoding("utf8");
    const first = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => {
        reject(new Error("mock-tds ended"));
      });
      child.stdout.once("data", resolve);
    });
    const [listening = "", ...more] = first.split("\n");
    const mock = new Mock(child, listening);
    mock.#take(more.join("\n"));
    child.stdout.on("data", (text: string) => {
      mock.#take(text);
    });
    return mock;
  }

  #take(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = lines.pop() ?? "";
    this.#lines.push(...lines);
  }

  /** What it has heard since it was asked last, once all connections are closed; not what sets the session up. */
  async heard(): Promise<string[]> {
    const count = (part: RegExp): number => this.#lines.filter((line) => part.test(line)).length;
    const quiet = (): boolean => count(/ (login|refused)/) > 0 && count(/ login /) === count(/ closed$/);
    for (let turn = 0; turn < 2000 && !quiet(); turn++)
      await new Promise((resolve) => setTimeout(resolve, 1));
    return this.#lines.splice(0).filter((line) => !/ batch set | closed$/.test(line));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin?.end();
    await ended;
  }
}

describe("a TDS server that is not ours, mssql-mock-tds", () => {
  let mock: Mock | undefined;
  let folder: string;

  before(async function () {
    const program = await having(this, mockTds);
    folder = mkdtempSync(join(tmpdir(), "mock-tds-"));
    mock = await Mock.start(program, folder);
  });
  after(async () => {
    if (mock === undefined) return;
    await mock.stop();
    rmSync(folder, { recursive: true });
  });

  const at = (place: keyof Mock["ports"]): { address: string; port: number } => ({
    address: "127.0.0.1",
    port: mock?.ports[place] ?? 0,
  });
  const heard = async (): Promise<string[]> => (await mock?.heard()) ?? [];
  /** How each of the runner's sessions begins. */
  const begin = (database = "claims"): string[] => [
    `node login ${database} at ${host}`,
    "node batch SELECT DB_NAME() AS name",
  ];
  const failed = async (stage: Stage, script: string, login: object = {}): Promise<BatchFailed> => {
    const error = await failureOf(stage.run(script, {}, login));
    if (error instanceof BatchFailed) return error;
    throw error;
  };

  it("gets a script's batches in order, over one encrypted session", async () => {
    await stageOn(at("node")).run("CREATE ROLE a\nGO\nGRANT SELECT\n  ON SCHEMA::dbo TO a\nGO 2\n");
    expect(await heard()).to.deep.equal([
      ...begin(),
      "node batch CREATE ROLE a",
      "node batch GRANT SELECT ON SCHEMA::dbo TO a",
      "node batch GRANT SELECT ON SCHEMA::dbo TO a",
    ]);
  });

  it("prints, in an answer with a result of no columns", async () => {
    const stage = stageOn(at("node"));
    await stage.run("PRINT 'half way'\nGO\nCREATE ROLE a");
    expect(stage.lines.infos).to.deep.equal([
      "the pool says: half way",
      "the pool says: Changed database context.",
    ]);
    expect(await heard()).to.deep.equal([
      ...begin(),
      "node batch PRINT 'half way'",
      "node batch CREATE ROLE a",
    ]);
  });

  it("refuses a batch, and gets none after it", async () => {
    const { message } = await failed(
      stageOn(at("node")),
      "CREATE ROLE a\nGO\n\nDROP ROLE nobody\nGO\nCREATE ROLE never",
    );
    expect(message).to.contain("batch 2 of 3 (script line 3, DROP ROLE …)");
    expect(message).to.contain("Msg 15151, level 16, state 1, script line 3: Cannot drop the role 'nobody'");
    expect(await heard()).to.deep.equal([
      ...begin(),
      "node batch CREATE ROLE a",
      "node batch DROP ROLE nobody",
    ]);
  });

  it("fails in the middle of a batch that goes on to rows", async () => {
    const { message } = await failed(
      stageOn(at("node")),
      "SELECT name FROM dbo.nothing; SELECT 'x' AS name\nGO\nCREATE ROLE never",
    );
    expect(message).to.contain("batch 1 of 2");
    expect(message).to.contain(
      "Msg 208, level 16, state 1, script line 1: Invalid object name 'dbo.nothing'.",
    );
    expect(await heard()).to.have.length(3);
  });

  it("does not answer in time, and gets an attention", async function () {
    // It acknowledges in one message where tedious waits for two, and then for five seconds.
    this.timeout(30_000);
    const { message } = await failed(stageOn(at("node")), "EXEC dbo.endless", { requestTimeout: 200 });
    expect(message).to.contain("the batch did not end within 0.2 s and was cancelled");
    expect(await heard()).to.deep.equal([...begin(), "node batch EXEC dbo.endless", "node attention"]);
  });

  it("is surveyed in both databases", async () => {
    const sought = { database: "claims", schema: "immuta", username: "immuta_account" };
    expect(
      await preflight(loginTo(at("node")), sought, { reporter: new Lines(), clock: new FakeClock() }),
    ).to.deep.equal([
      "login immuta_account in database master",
      "schema immuta_policies in database claims",
      "user żółw in database claims",
    ]);
    const lines = await heard();
    expect(lines.filter((line) => / login |DB_NAME/.test(line))).to.deep.equal([
      ...begin("master"),
      ...begin(),
    ]);
    expect(lines).to.have.length(6);
  });

  it("sends the client on to its node", async () => {
    const stage = stageOn(at("gateway"));
    await stage.run("CREATE ROLE a\nGO\nCREATE ROLE b");
    // At the node, its own name goes with the login.
    expect(await heard()).to.deep.equal([
      `gateway login claims at ${host}`,
      "node login claims at localhost",
      "node batch SELECT DB_NAME() AS name",
      "node batch CREATE ROLE a",
      "node batch CREATE ROLE b",
    ]);
    expect(stage.lines.infos.join("\n")).to.contain(`localhost:${at("node").port}`);
  });

  const untrusted = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
  const checked: Record<string, [keyof Mock["ports"], Partial<PoolLogin>]> = {
    "sends the client on to its node": ["gateway", {}],
    "speaks TDS 8": ["strict", { encrypt: "strict" }],
  };
  for (const [does, [place, login]] of Object.entries(checked))
    it(`${does}, to a process that trusts its authority and checks the name`, async function () {
      this.timeout(30_000);
      const given = { ...login, trustServerCertificate: false };
      expect(await runTrusting(join(folder, "authority.pem"), at(place), given)).to.contain(
        "CREATE ROLE …) done",
      );
      if (place === "gateway") expect(await heard()).to.have.length(4);
      // In this process nobody trusts it.
      const error = await failureOf(stageOn(at(place)).run("CREATE ROLE a", {}, given));
      expect(error).to.be.instanceOf(PoolUnreachable).with.nested.property("trouble.code", untrusted);
      if (place === "gateway") expect(await heard()).to.deep.equal(["gateway refused"]);
    });

  it("ends a session by its severity, with the connection still open: the script is begun again", async () => {
    const { message } = await failed(stageOn(at("node")), "CREATE ROLE a\nGO\nEXEC dbo.killed");
    expect(message).to.contain("Msg 596, level 21, state 1, script line 3: Cannot continue the execution");
    const once = [...begin(), "node batch CREATE ROLE a", "node batch EXEC dbo.killed"];
    expect(await heard()).to.deep.equal([...once, ...once, ...once]);
  });

  it("answers before it has heard all, and then what is no TDS: the end, at once", async () => {
    // It takes each packet for a message, and the length of its own error is written the wrong way round.
    const script = `CREATE ROLE a -- ${"x".repeat(6000)}\nGO\nCREATE ROLE never`;
    const stage = stageOn(at("node"));
    const { failure } = await failed(stage, script);
    expect(failure.errors.map(({ code }) => code)).to.deep.equal(["EMALFORMED"]);
    expect(stage.clock.sleeps, "it is not tried again").to.deep.equal([]);
    expect((await heard()).filter((line) => line.includes("login"))).to.have.length(1);
  });
});

/** Runs a script in a process of its own; gives the lines told meanwhile. */
async function runTrusting(authority: string, at: object, login: Partial<PoolLogin>): Promise<string> {
  const program =
    `const stage = require("./tests/pool/support").stageOn(${JSON.stringify(at)});` +
    `stage.run("CREATE ROLE a", {}, ${JSON.stringify(login)}).then(() => console.log(stage.lines.all));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--require", "tsx/cjs", "-e", program], {
    cwd: join(__dirname, "..", "..", ".."),
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
  });
  return stdout;
}
