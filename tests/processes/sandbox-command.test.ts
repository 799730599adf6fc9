import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { main } from "../../cli/index";
import { type Ran, ran } from "../unit/cli/previews";

const executable = ["--require", "tsx/cjs", join(__dirname, "..", "..", "cli", "index.ts"), "sandbox"];

/** The command in a process of its own, to its end. */
const finished = (args: string[], proxies: Record<string, string> = {}): Promise<Ran> =>
  new Promise((resolve) => {
    const others = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
    const env = { ...Object.fromEntries(others), ...proxies };
    execFile(process.execPath, [...executable, ...args], { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err });
    });
  });

const refused = (args: string[]): Promise<Ran> => ran((io) => main(["sandbox", ...args], io));

const tellsEnvironment = "console.log(JSON.stringify(process.env))";

describe("pulumi-immuta sandbox", function () {
  this.timeout(60_000);

  it("runs a command in front of it, gives its exit code, and leaves nothing", async () => {
    const inFront = `
      fetch(process.env.IMMUTA_URL + "/integrations", { headers: { Authorization: process.env.IMMUTA_API_KEY } })
        .then((answer) => { console.log(answer.status); ${tellsEnvironment}; process.exit(7); });`;
    const { code, out } = await finished([
      ...["--pool", "contoso.sql.azuresynapse.net/claims"],
      ...["--pool", "Contoso.sql.azuresynapse.net/sales"],
      ...["--", process.execPath, "--eval", inFront],
    ]);
    expect(code).to.equal(7);
    const [status, told = ""] = out.split("\n");
    expect(status).to.equal("200");
    const environment = JSON.parse(told) as Record<string, string>;
    expect(environment).to.include({
      IMMUTA_SQL_SERVER: "127.0.0.1",
      IMMUTA_SQL_ADMIN_USERNAME: "sqladmin",
      PULUMI_CONFIG_PASSPHRASE: "sandbox",
    });
    expect(environment["PULUMI_DEBUG_PROVIDERS"]).to.match(/^azure-native:\d+$/);
    const files = [
      environment["NODE_EXTRA_CA_CERTS"] ?? "",
      fileURLToPath(environment["PULUMI_BACKEND_URL"] ?? ""),
    ];
    expect(files.filter((file) => file === "" || existsSync(file))).to.deep.equal([]);
  });

  it("knows no administrator where there is no pool yet", async () => {
    const { out } = await finished(["--", process.execPath, "--eval", tellsEnvironment]);
    expect(JSON.parse(out)).not.to.have.any.keys("IMMUTA_SQL_ADMIN_USERNAME", "IMMUTA_SQL_ADMIN_PASSWORD");
  });

  it("ends as the command does that a signal ended, or that is not there", async () => {
    expect(
      (await finished(["--", process.execPath, "--eval", 'process.kill(process.pid, "SIGKILL")'])).code,
    ).to.equal(137);
    const missing = await finished(["--", "no-such-command-anywhere"]);
    expect(missing).to.deep.include({ code: 1, out: "" });
    expect(missing.err).to.contain("no-such-command-anywhere cannot be started (ENOENT).");
  });

  it("without a command prints the environment, runs until it is interrupted, and leaves nothing", async () => {
    const child = spawn(process.execPath, [...executable, "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const environment = JSON.parse(await firstLine(child)) as Record<string, string>;
    const answer = await fetch(`${environment["IMMUTA_URL"] ?? ""}/integrations`);
    expect(answer.status).to.equal(401);
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGINT");
    expect(await ended).to.equal(0);
    expect(existsSync(environment["NODE_EXTRA_CA_CERTS"] ?? "")).to.equal(false);
  });

  it("lets another shell edit, disable and remove an integration of it, by what it exported", async () => {
    const child = spawn(process.execPath, [...executable, "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const environment = JSON.parse(await firstLine(child)) as Record<string, string>;
    const ended = new Promise((resolve) => child.once("close", resolve));
    const listed = async (): Promise<Record<string, unknown>[]> => {
      const { IMMUTA_URL = "", IMMUTA_API_KEY = "" } = environment;
      const answer = await fetch(`${IMMUTA_URL}/integrations`, {
        headers: { Authorization: IMMUTA_API_KEY },
      });
      return (await answer.json()) as Record<string, unknown>[];
    };
    const by = (...args: string[]): Promise<Ran> => finished(args, environment);
    try {
      const edited = await by(
        "edit",
        "1",
        "impersonation.enabled=true",
        "impersonation.role=SOMEBODY",
        "port=1434",
      );
      expect(edited).to.deep.include({ code: 0, err: "" });
      expect((await listed())[0]?.["config"]).to.deep.include({
        impersonation: { enabled: true, role: "SOMEBODY" },
        port: 1434,
      });
      expect((await by("disable", "1")).out).to.equal(
        "integration 1 disabled in the sandbox; the pool is left as it is\n",
      );
      expect((await listed())[0]).to.include({ status: "disabled" });
      await by("remove", "1");
      expect((await listed()).map(({ id }) => id)).to.deep.equal(["2"]);
      const gone = await by("remove", "1");
      expect(gone.code).to.equal(1);
      expect(gone.err).to.contain("answered 404 for integration 1: it has none of this id.");
      const stranger = await finished(["remove", "2"], { ...environment, IMMUTA_API_KEY: "another" });
      expect(stranger.err).to.contain("answered 401");
      const real = await finished(["remove", "2"], { ...environment, IMMUTA_URL: "https://contoso.example" });
      expect(real.err).to.contain("are not those of a sandbox");
      expect(await listed()).to.have.length(1);
    } finally {
      child.kill("SIGINT");
      await ended;
    }
  });

  /** The sandbox as the child of a process that is killed once the first line is there; gives that line when all has ended. */
  async function orphaned(args: string[]): Promise<string> {
    const starts = `require("node:child_process").spawn(process.execPath, ${JSON.stringify([...executable, ...args])}, { stdio: "inherit" })`;
    const parent = spawn(process.execPath, ["--eval", starts], { stdio: ["ignore", "pipe", "inherit"] });
    // Not before the sandbox and its command have closed their ends of the pipe too.
    const ended = new Promise((resolve) => parent.once("close", resolve));
    let told = "";
    parent.stdout.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      if (told.endsWith("\n")) parent.kill("SIGKILL");
    });
    await ended;
    return told;
  }

  for (const [how, args] of Object.entries({
    "without a command": ["--json"],
    "with a command": [
      "--",
      process.execPath,
      "--eval",
      `${tellsEnvironment}; setInterval(() => undefined, 1000);`,
    ],
  }))
    it(`${how} ends, and leaves nothing, when the process is gone that started it`, async () => {
      const environment = JSON.parse(await orphaned(args)) as Record<string, string>;
      expect(existsSync(environment["NODE_EXTRA_CA_CERTS"] ?? "")).to.equal(false);
    });

  it("is reached past a proxy, which stays for others", async () => {
    const asks = `
      require("axios").get(process.env.IMMUTA_URL + "/integrations", { validateStatus: () => true })
        .then(({ status }) => { console.log(status, process.env.NO_PROXY, process.env.no_proxy); });`;
    const behind = { HTTP_PROXY: "http://127.0.0.1:1", http_proxy: "http://127.0.0.1:1" };
    const told = async (excluded: Record<string, string>): Promise<string> =>
      (await finished(["--", process.execPath, "--eval", asks], { ...behind, ...excluded })).out;
    expect(await told({ NO_PROXY: "corp.example" })).to.equal(
      "401 corp.example,127.0.0.1 corp.example,127.0.0.1\n",
    );
    expect(await told({})).to.equal("401 127.0.0.1 127.0.0.1\n");
  });

  it("says what is wrong with its options", async () => {
    const wrong = async (...args: string[]): Promise<string> => {
      const { code, err } = await refused(args);
      expect(code).to.equal(1);
      return err.replace("pulumi-immuta sandbox: ", "");
    };
    expect(await wrong("--")).to.equal("after -- comes the command to run.\n");
    expect(await wrong("--pool", "claims")).to.equal(
      '--pool: "claims" is not of the form <host>/<database>.\n',
    );
    expect(await wrong("--pool", "a.b/claims/x")).to.contain("is not of the form <host>/<database>.\n");
    expect(await wrong("--pool", "https://x")).to.contain("is not of the form");
    expect(await wrong("--pool", "a_b/claims")).to.match(/^--pool: "a_b\/claims" /);
    expect(await wrong("--connection-policy", "default")).to.equal(
      '--connection-policy: "default" is neither proxy nor redirect.\n',
    );
    expect(await wrong("edit", "1")).to.contain("<field>=<value>");
    expect(await wrong("disable")).to.contain("the id of an integration comes next.");
    expect(await wrong("--port", "1")).to.contain("See pulumi-immuta sandbox --help.");
    const twice = ["--pool", "a.sql.azuresynapse.net/claims"];
    expect(await wrong(...twice, ...twice)).to.contain(
      "there is a database claims on a.sql.azuresynapse.net already",
    );
  });
});

async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text;
}
