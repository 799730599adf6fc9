import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { loadProgram } from "../../tools/engine/stack";
import { startSandbox, type Sandbox } from "../../sandbox";
import { integrations, leftIn } from "../engine/support";
import { installFlat, installStrict } from "./installation";
import { automatic, both, commonJs, providePools, write } from "./programs";
import {
  callers,
  integrationsIn,
  open,
  providerText,
  stateFile,
  type Opening,
  type Scenario,
  withoutPositions,
} from "./support";
import { root, tarball, temporaryFolder, type Tarball } from "./tarball";

describe("a state", function () {
  this.timeout(180_000);
  let packed: Tarball;
  let sandbox: Sandbox;
  let old: string;
  let scenario: Scenario;

  const program = (folder: string, integrations: object): Opening => {
    write(join(folder, "index.js"), commonJs(integrations));
    return { workDir: folder, program: loadProgram(join(folder, "index.js")) };
  };

  before(async () => {
    packed = await tarball();
    sandbox = await startSandbox();
    providePools(sandbox);
    old = temporaryFolder();
    installFlat(old, packed, "0.1.0");
    scenario = await open(sandbox, program(old, both));
    await scenario.act("up");
    expect(callers(sandbox)).to.deep.equal(["pulumi-immuta/0.1.0"]);
  });
  after(async () => {
    // First, as no test run ends while it listens, whatever went wrong before.
    await sandbox.close();
    scenario.opened.remove();
    rmSync(old, { recursive: true, force: true });
  });

  it("holds the same provider text in every resource, byte for byte what every release registers", () => {
    const resources = integrationsIn(stateFile(scenario));
    expect(resources.map((resource) => resource.urn.split("::").at(-1))).to.have.members(["claims", "sales"]);
    const texts = resources.flatMap(({ inputs, outputs }) => [
      inputs?.["__provider"],
      outputs?.["__provider"],
    ]);
    expect(texts).to.deep.equal([providerText, providerText, providerText, providerText]);
  });

  it("holds no path of the installation", () => {
    const state = withoutPositions(stateFile(scenario));
    expect(state).to.contain(providerText.replaceAll('"', '\\"'));
    for (const path of [old, root, scenario.opened.folder, "node_modules"])
      expect(state).not.to.contain(path);
  });

  describe("whose installation is gone, with a newer one elsewhere,", () => {
    let now: string;

    before(async () => {
      rmSync(old, { recursive: true });
      now = temporaryFolder();
      installStrict(now, packed, "99.0.0");
      scenario = await open(sandbox, { ...program(now, both), folder: scenario.opened.folder });
    });
    after(() => {
      rmSync(now, { recursive: true, force: true });
    });

    it("previews no change, and calls nobody", async () => {
      const outcome = await scenario.act("preview");
      expect(outcome.changes).to.deep.equal({ same: 3 });
      expect([outcome.calls, outcome.batches]).to.deep.equal([[], []]);
    });

    it("refreshes without drift, by the newer code", async () => {
      const outcome = await scenario.act("refresh");
      expect(outcome.changes).to.deep.equal({ same: 3 });
      expect(new Set(outcome.calls)).to.deep.equal(new Set(["GET /integrations"]));
      expect(callers(sandbox)).to.deep.equal(["pulumi-immuta/99.0.0"]);
    });

    it("is not destroyed where the package is gone, and the host says what docs/troubleshooting.md quotes", async () => {
      const installed = join(now, "node_modules", "pulumi-immuta");
      renameSync(installed, `${installed}-away`);
      const said = await scenario
        .act("destroy")
        .then(() => "destroyed", String)
        .finally(() => {
          renameSync(`${installed}-away`, installed);
        });
      const quoted = "Cannot find module 'pulumi-immuta/provider'";
      expect(said).to.contain(quoted);
      expect(readFileSync(join(root, "docs", "troubleshooting.md"), "utf8")).to.contain(`\`${quoted}\``);
      expect(sandbox.immuta.journal).to.deep.equal([]);
    });

    it("is destroyed by the newer code", async () => {
      expect((await scenario.act("destroy")).changes).to.deep.equal({ delete: 3 });
      expect(callers(sandbox)).to.deep.equal(["pulumi-immuta/99.0.0"]);
      expect(integrations(sandbox)).to.deep.equal([]);
      expect(leftIn(sandbox, both.claims.host, both.claims.database)).to.deep.equal([]);
    });

    it("holds the provider's text after a create that stopped half way too, so that refresh and destroy work", async () => {
      scenario.opened.remove();
      scenario = await open(
        sandbox,
        program(now, { sales: { ...automatic.sales, onCreateFailure: "keep" } }),
      );
      sandbox.immuta.failNext("create");
      await scenario.act("up").then(
        () => expect.fail("up was expected to fail"),
        () => undefined,
      );
      const [left] = integrationsIn(stateFile(scenario));
      expect(left?.outputs).to.include({ __provider: providerText, integrationId: "5" });
      await scenario.act("refresh");
      expect((await scenario.act("destroy")).changes).to.deep.equal({ delete: 2 });
      expect(integrations(sandbox)).to.deep.equal([]);
    });
  });
});
