import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { loadProgram } from "../../tools/engine/stack";
import { startSandbox, type Sandbox } from "../../sandbox";
import { installFlat } from "./installation";
import { commonJs, providePools, write } from "./programs";
import { readRecorded, recordedVersions, resourcesOf, type RecordedState } from "./recorded-state";
import { integrationsIn, isIntegration, open, providerText, stateFile, type Scenario } from "./support";
import { tarball, temporaryFolder } from "./tarball";

for (const version of recordedVersions())
  describe(`the state that release ${version} wrote`, function () {
    this.timeout(180_000);
    let recorded: RecordedState;
    let sandbox: Sandbox;
    let scenario: Scenario;
    let folder: string;

    before(async () => {
      const packed = await tarball();
      sandbox = await startSandbox();
      providePools(sandbox);
      recorded = readRecorded(version, new URL(sandbox.immuta.url).host);
      for (const outputs of outputsOf(recorded)) seed(sandbox, outputs);
      folder = temporaryFolder();
      installFlat(folder, packed);
      write(join(folder, "index.js"), commonJs(recorded.integrations));
      scenario = await open(sandbox, { workDir: folder, program: loadProgram(join(folder, "index.js")) });
      await importState(scenario, recorded);
    });
    after(async () => {
      // First, as no test run ends while it listens, whatever went wrong before.
      await sandbox.close();
      scenario.opened.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    it("is of an automatic and a manual setup, and names the provider as this release does", () => {
      const outputs = outputsOf(recorded);
      expect(outputs.map((output) => output["autoBootstrap"])).to.have.members([true, false]);
      const texts = outputs.map((output) => output["__provider"]);
      expect(texts).to.deep.equal([providerText, providerText]);
    });

    it("gives no change in a preview, and no call", async () => {
      const outcome = await scenario.act("preview");
      expect(outcome.changes).to.deep.equal({ same: 3 });
      expect([outcome.calls, outcome.batches]).to.deep.equal([[], []]);
    });

    it("is refreshed without drift, with lists alone, and then names the whole tenant", async () => {
      const tenant = sandbox.immuta.url;
      const earlier = plainOutputs(scenario).map((outputs) => ({ ...outputs, tenant }));
      const outcome = await scenario.act("refresh");
      expect(outcome.changes).to.deep.equal({ same: 3 });
      expect(new Set(outcome.calls)).to.deep.equal(new Set(["GET /integrations"]));
      expect(plainOutputs(scenario)).to.deep.equal(earlier);
    });
  });

const outputsOf = (recorded: RecordedState): Record<string, unknown>[] =>
  resourcesOf(recorded)
    .filter(isIntegration)
    .map((resource) => resource.outputs ?? {});

/** The integrations' outputs in the state, without those whose ciphertext differs each time the engine writes them. */
const plainOutputs = (scenario: Scenario): Record<string, unknown>[] =>
  integrationsIn(stateFile(scenario)).map(({ outputs }) => ({ ...outputs, password: "", bootstrap: "" }));

/** The engine encrypts what it imports by the settings in the state; those of a recording are not this stack's. */
async function importState({ opened: { stack } }: Scenario, { state }: RecordedState): Promise<void> {
  const { encryptionSalt: salt } = await stack.workspace.stackSettings(stack.name);
  await stack.importStack({
    ...state,
    deployment: {
      ...(state.deployment as object),
      secrets_providers: { type: "passphrase", state: { salt } },
    },
  });
}

/** Immuta has the integration that the outputs tell of. */
function seed(sandbox: Sandbox, outputs: Record<string, unknown>): void {
  const names = [
    "host",
    "port",
    "database",
    "schema",
    "authenticationType",
    "impersonation",
    "metadataDelimiters",
  ];
  sandbox.immuta.seed({
    id: Number(outputs["integrationId"]),
    autoBootstrap: outputs["autoBootstrap"] === true,
    config: Object.fromEntries(names.map((name) => [name, outputs[name] as string])),
  });
}
