import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "../../../sandbox/synapse/certificate";
import { startSynapse, type Synapse } from "../../../sandbox/synapse";
import { administrator, database, host, startPool } from "../support";
import { having, jdbcDriver } from "./parts";

/** A line of jdbc/Main.java: what a scene saw, or the number, state and message of the error it ended with. */
interface Line {
  scene: string;
  saw?: unknown[];
  failed?: [number, string, string];
}

/** How the driver connects, by the properties of its URL. */
const MANNERS = ["encrypt=true", "encrypt=strict", "encrypt=true;packetSize=512"];

const SCENES: Record<string, (scene: string) => unknown[]> = {
  login: (scene) => ["Microsoft SQL Server", database, scene, true],
  statements: () => [false, 2, 1, [1, "Gołębie"], [2, "żółw"], 2, 20_000],
  prepared: () => [1, 1, 1, 1, "żółw 4", "żółw 3", "żółw 2", "żółw 1"],
  types: () => {
    const values = [2 ** 40, "12.345", "2024-02-29 12:34:56.789", true, 3, 1.5, null, "2024-02-29"];
    return [values, values, values];
  },
  batched: () => [1, 1, 1, 3],
  warnings: () => [[0, "half way"], [50_000, "by the way"], "and on"],
  errors: () => [
    [208, "S0002", "Invalid object name 'dbo.nothing'."],
    [50_000, "S0003", "bad"],
    [
      15_151,
      "S0001",
      "Cannot drop the role 'nobody', because it does not exist or you do not have permission.",
    ],
    208,
    208,
    208,
    "and on",
  ],
  transaction: () => [0, 1, 0],
  callable: () => [40, 42, 44],
};

/** Logins that must not come about: the driver's own settings, and how it says so. */
const REFUSED: Record<string, { more: string; number: number; words: RegExp }> = {
  "a wrong password": {
    more: "password=wrong",
    number: 18_456,
    words: /^Login failed for user 'sqladmin'\./,
  },
  "an authority that it does not know": {
    more: "trustStore=stranger.p12",
    number: 0,
    words: /PKIX path (building|validation) failed/,
  },
  "a name that is not in the certificate": {
    more: "hostNameInCertificate=claims.example",
    number: 0,
    words: /Failed to validate the server name "claims\.example"/,
  },
};

describe("Microsoft's JDBC driver against the sandbox's Synapse", () => {
  let synapse: Synapse;
  let folder: string | undefined;
  let lines: Line[] = [];

  before(async function () {
    const driver = await having(this, jdbcDriver);
    synapse = await startPool();
    folder = mkdtempSync(join(tmpdir(), "jdbc-"));
    const scenes = MANNERS.flatMap((manner) => Object.keys(SCENES).map((scene) => `${scene}:${manner}`));
    const refused = Object.values(REFUSED).map(({ more }) => `login:${more}`);
    lines = await play(driver, synapse, folder, [...scenes, ...refused]);
  });
  after(async () => {
    // Nothing was begun where the driver cannot be had.
    if (folder === undefined) return;
    rmSync(folder, { recursive: true });
    await synapse.close();
  });

  /** The calls of a scene, as the journal tells them: with the text that they carry, if they do. */
  const calls = (scene: string): string[] =>
    synapse.journal
      .filter(({ kind, applicationName }) => kind === "rpc" && applicationName === scene)
      .map(({ statement }) => statement ?? "");

  for (const manner of MANNERS)
    for (const [scene, expected] of Object.entries(SCENES))
      it(`${scene} (${manner})`, () => {
        const name = `${scene}:${manner}`;
        const line = lines.find((each) => each.scene === name);
        expect(line).to.deep.equal({ scene: name, saw: expected(name) });
      });

  it("prepares at the second time, executes from the third time on, and gives the statement up", () => {
    const statement = (verb: string): string[] => [verb, verb, "EXECUTE", "EXECUTE", "EXECUTE"];
    expect(calls("prepared:encrypt=true")).to.deep.equal([...statement("INSERT"), ...statement("SELECT")]);
  });

  for (const [what, { more, number, words }] of Object.entries(REFUSED))
    it(`hears of ${what}`, () => {
      const { failed } = lines.find(({ scene }) => scene === `login:${more}`) ?? {};
      expect(failed?.[0]).to.equal(number);
      expect(failed?.[2]).to.match(words);
    });
});

describe("Microsoft's JDBC driver behind a gateway that redirects", () => {
  let synapse: Synapse | undefined;
  let folder: string;
  let lines: Line[] = [];
  const scenes = MANNERS.flatMap((manner) => [`login:${manner}`, `prepared:${manner}`]);

  before(async function () {
    const driver = await having(this, jdbcDriver);
    synapse = await startSynapse({ connectionPolicy: "redirect" });
    synapse.createWorkspace({
      host,
      administratorLogin: administrator.username,
      administratorPassword: administrator.password,
    });
    synapse.createPool(host, database);
    folder = mkdtempSync(join(tmpdir(), "jdbc-"));
    lines = await play(driver, synapse, folder, scenes);
  });
  after(async () => {
    if (synapse === undefined) return;
    rmSync(folder, { recursive: true });
    await synapse.close();
  });

  for (const scene of scenes)
    it(`is sent to the node, logs in there once and works (${scene})`, () => {
      const [name = ""] = scene.split(":");
      expect(lines.find((line) => line.scene === scene)).to.deep.equal({
        scene,
        saw: SCENES[name]?.(scene),
      });
      const logins = synapse?.journal.filter(
        ({ kind, applicationName }) => applicationName === scene && !["batch", "rpc"].includes(kind),
      );
      expect(logins?.map(({ kind }) => kind)).to.deep.equal(["redirected", "login", "logout"]);
    });
});

/** Plays scenes over connections to the workspace's own name, which Java alone takes for this endpoint's address. */
async function play(driver: string, synapse: Synapse, folder: string, scenes: string[]): Promise<Line[]> {
  writeFileSync(join(folder, "authority.pem"), synapse.certificateAuthority);
  writeFileSync(join(folder, "stranger.pem"), makeCertificate().authority);
  // The latter is where a gateway of the sandbox sends to.
  writeFileSync(join(folder, "hosts"), `${synapse.address} ${host} localhost\n`);
  const options = ["-XX:TieredStopAtLevel=1", "-Djdk.net.hosts.file=hosts", "-cp", driver];
  const child = spawn("java", [...options, join(__dirname, "jdbc", "Main.java"), ...scenes], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      JDBC_SERVER: host,
      JDBC_PORT: String(synapse.port),
      JDBC_DATABASE: database,
      JDBC_USER: administrator.username,
      JDBC_PASSWORD: administrator.password,
    },
  });
  let [said, complained] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complained += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`java ended with ${String(code)}: ${complained}`);
  return said
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}
