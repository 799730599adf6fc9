import { expect } from "chai";
import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox } from "../../sandbox";
import { administrator, automaticArgs, host } from "./one-integration";
import { integrations, open, root, type Scenario } from "./support";

const pools = Array.from({ length: 60 }, (_, index) => `pool${index}`);

/** The errors of the summary, by resource; a line that goes on from one before it is part of the same error. */
function errorsIn(output: string): string[] {
  const summary = output.slice(output.indexOf("Diagnostics:"), output.indexOf("Resources:"));
  return [...summary.matchAll(/:SynapseIntegration \(.+\):\n((?: {4}.*\n)+)/g)].flatMap(([, lines = ""]) => {
    const from = lines.indexOf("    error: ");
    return from < 0
      ? []
      : [
          lines
            .slice(from)
            .trimEnd()
            .replace(/\n {4}/g, "\n")
            .trim(),
        ];
  });
}

describe("60 integrations while Immuta does not answer", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let prefix = "";

  before(async () => {
    sandbox = await startSandbox();
    sandbox.synapse.createWorkspace({ host, ...administrator });
    for (const database of pools) sandbox.synapse.createPool(host, database);
    scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "outage",
      program: () => {
        for (const database of pools)
          new immuta.SynapseIntegration(prefix + database, {
            ...automaticArgs,
            autoBootstrap: true,
            database,
          });
        return Promise.resolve(undefined);
      },
    });
    await scenario.act("up");
  });
  afterEach(() => {
    sandbox.immuta.clearFaults();
    delete scenario.opened.stack.workspace.envVars["IMMUTA_REQUEST_TIMEOUT"];
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  /** What the state keeps of each resource, byte for byte. (A refresh drops the engine's own notes of dependencies.) */
  const kept = async (): Promise<string> => {
    const { deployment } = (await scenario.opened.stack.exportStack()) as {
      deployment: { resources: { urn: string; id?: string; inputs?: unknown; outputs?: unknown }[] };
    };
    return JSON.stringify(
      deployment.resources.map(({ urn, id, inputs, outputs }) => [urn, id, inputs, outputs]),
    );
  };

  /** One error with the advice, and no other of more than a short line. */
  const oneDiagnosis = (errors: readonly string[], code: string): void => {
    const tenant = sandbox.immuta.url;
    const short = new RegExp(
      `^error: GET /integrations(/\\d+)? at Immuta ${tenant}: no answer: given up, because Immuta answers nobody at the moment \\(${code}\\)$`,
    );
    const [long = "", ...others] = errors.filter((error) => !short.test(error));
    expect(others).to.deep.equal([]);
    expect(long).to.contain(`at Immuta ${tenant}: no answer: `);
    expect(long).to.match(
      new RegExp(`${code}[^]*\nCheck that IMMUTA_URL \\(or immuta:url\\) names your tenant`),
    );
  };

  for (const [answer, code, tries] of [
    ["reset", "ECONNRESET", 5],
    ["hang", "ECONNABORTED", 1],
  ] as const)
    it(`gives one diagnosis in a refresh, asks little, and leaves the state as it is (${answer})`, async () => {
      const before = await kept();
      if (answer === "hang") scenario.opened.stack.workspace.envVars["IMMUTA_REQUEST_TIMEOUT"] = "500ms";
      sandbox.immuta.fault({ path: /./, times: Infinity, when: "before", answer });
      sandbox.immuta.clearJournal();
      const errors = errorsIn(await scenario.fail("refresh"));
      expect(errors).to.have.length(60);
      oneDiagnosis(errors, code);
      // Every resource may have asked once before the first gave up; only one of them tries again.
      expect(sandbox.immuta.journal.length).to.be.within(tries, 60 + tries - 1);

      expect(await kept()).to.equal(before);
    });

  it("gives one diagnosis in an up of 60 new ones, and makes nothing", async () => {
    prefix = "another-";
    sandbox.immuta.fault({ path: /./, times: Infinity, when: "before", answer: "reset" });
    const errors = errorsIn(await scenario.fail("up"));
    // The engine starts no more once one has failed.
    expect(errors.length).to.be.within(1, 60);
    oneDiagnosis(errors, "ECONNRESET");
    expect(sandbox.immuta.journal.length).to.be.within(5, 64);
    expect(new Set(sandbox.immuta.journal.map((entry) => entry.method))).to.deep.equal(new Set(["GET"]));
    expect(integrations(sandbox)).to.have.length(60);
  });
});
