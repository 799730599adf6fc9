import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox } from "../../sandbox";
import { main } from "../../cli/index";
import { ran, type Ran } from "../unit/cli/previews";
import { previewed } from "./previewed";
import { configOf, integrations, open, root, type Scenario } from "./support";

const count = 60;
const host = (n: number): string => `pool${n}.sql.azuresynapse.net`;

describe("60 integrations that somebody set up by hand", function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let adopting = true;
  let changes: Record<string, unknown> = {};
  const auditFolder = mkdtempSync(join(tmpdir(), "pulumi-immuta-audit-"));
  const auditLog = join(auditFolder, "audit.jsonl");

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    for (let n = 0; n < count; n++)
      sandbox.immuta.seed({
        id: 100 + n,
        autoBootstrap: n % 2 === 0,
        config: { host: host(n), database: "claims", schema: "governed" },
      });
    scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "adoption",
      env: { IMMUTA_AUDIT_LOG: auditLog },
      program: () => {
        for (let n = 0; n < count; n++) {
          const adopt = adopting ? { adopt: n % 3 === 0 ? true : String(100 + n) } : {};
          const place = { host: host(n), database: "claims", schema: "governed" };
          const args =
            n % 2 === 0
              ? { ...place, ...adopt, autoBootstrap: true }
              : {
                  ...place,
                  ...adopt,
                  autoBootstrap: false,
                  username: "immuta_system_account",
                  bootstrap: {},
                };
          new immuta.SynapseIntegration(`pool${n}`, {
            ...args,
            ...(n === 1 ? changes : {}),
          } as unknown as immuta.SynapseIntegrationArgs);
        }
        return Promise.resolve(undefined);
      },
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
    rmSync(auditFolder, { recursive: true });
  });

  /** `pulumi preview --json | pulumi-immuta adopt --check -`. */
  const checked = async (): Promise<Ran> => {
    const { printed } = await previewed(scenario.opened.stack, ["--json"]);
    const environment = { ...process.env };
    Object.assign(process.env, sandbox.environment);
    const result = await ran((io) =>
      main(["adopt", "--check", "-"], { ...io, stdin: () => Promise.resolve(Buffer.from(printed)) }),
    );
    process.env = environment;
    return result;
  };

  it("are proven by a pull request's preview to match, with 0 PUT and 0 scripts", async () => {
    const { code, out } = await checked();
    expect(out).to.equal("60 of 60 match, 0 PUT, 0 scripts\n");
    expect(code).to.equal(0);
    expect(sandbox.immuta.journal.filter(({ method }) => method !== "GET")).to.deep.equal([]);
  });

  it("fail that proof where one differs, with Immuta's value and the program's", async () => {
    changes = { metadataDelimiters: { hashDelimiter: "#" } };
    const { code, out } = await checked();
    changes = {};
    expect(code).to.equal(1);
    expect(out).to.match(/^59 of 60 match/);
    expect(out).to.contain("pool1:").and.to.contain("metadataDelimiters.hashDelimiter");
  });

  it("are taken over with GETs only, and no connection to a pool", async () => {
    const before = integrations(sandbox);
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ create: count + 1 });
    // Two of three are named by their ids; the rest look for their places in lists, which some share.
    const isList = (call: string): boolean => call === "GET /integrations";
    expect(outcome.calls.filter(isList).length).to.be.within(1, count / 3);
    expect(outcome.calls.filter((call) => !isList(call))).to.have.members(
      Array.from({ length: count }, (_, n) => `GET /integrations/${100 + n}`).filter((_, n) => n % 3 !== 0),
    );
    expect(sandbox.synapse.journal).to.deep.equal([]);
    expect(integrations(sandbox)).to.deep.equal(before);
  });

  it("leave a trail that is the same as Immuta's own journal", () => {
    const trail = readFileSync(auditLog, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const ended = trail.filter(({ state }) => state === "end");
    expect(trail.filter(({ state }) => state === "begin")).to.have.length(ended.length);
    const journal = sandbox.immuta.journal.map(({ method, path, status }) => `${method} ${path} ${status}`);
    expect(ended.map(({ act, result }) => `${String(act)} ${String(result)}`)).to.have.members(journal);
    const urns = new Set(ended.map(({ resource }) => String(resource)));
    // A list is in the trail of the first that asked for it.
    expect(urns.size).to.equal(ended.length);
    expect([...urns][0]).to.match(
      /^urn:pulumi:test::adoption::pulumi-nodejs:dynamic\/immuta:SynapseIntegration::pool\d+$/,
    );
  });

  it("show no change when the flag is taken out", async () => {
    adopting = false;
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ same: count + 1 });
    expect(outcome.calls).to.deep.equal([]);
  });

  it("are refreshed with lists that those share which the engine reads at once", async () => {
    const { calls, changes } = await scenario.act("refresh");
    expect(changes).to.deep.equal({ same: count + 1 });
    expect(new Set(calls)).to.deep.equal(new Set(["GET /integrations"]));
    // How many of those that the engine reads at once come together is a matter of pace.
    expect(calls.length).to.be.below(count);
  });

  it("refuse in the preview the first change that needs the password which the program does not give", async () => {
    changes = { metadataDelimiters: { hashDelimiter: "#" } };
    const text = await scenario.fail("preview");
    expect(text).to.contain("password: is missing, and this change needs it");
    changes = {};
  });

  it("are refused where they differ, with Immuta's value and the program's", async () => {
    adopting = true;
    const other = await open(sandbox, undefined, {
      workDir: root,
      projectName: "differing",
      program: () => {
        new immuta.SynapseIntegration("pool0", {
          host: host(0),
          database: "claims",
          schema: "governed",
          autoBootstrap: true,
          adopt: "100",
          impersonation: { enabled: true, role: "R" },
        });
        return Promise.resolve(undefined);
      },
    });
    const before = configOf(integrations(sandbox)[0]);
    const text = await other.fail("up");
    expect(text).to.contain("impersonation.enabled: Immuta has false, the program true");
    expect(configOf(integrations(sandbox)[0])).to.deep.equal(before);
    other.opened.remove();
  });
});
