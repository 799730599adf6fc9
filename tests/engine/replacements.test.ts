import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { ensureEngine } from "../../tools/engine";
import { administrator, host, manualArgs } from "./one-integration";
import { integrations, leftIn, resourceIn, type Scenario } from "./support";
import { dynamic, plugin, twoFaces, type TwoFaces } from "./two-faces";

describe("replacements, whoever asks for them", function () {
  this.timeout(240_000);
  let faces: TwoFaces;
  let scenario: Scenario;

  beforeEach(async () => {
    faces = await twoFaces();
    scenario = await faces.openStack();
  });
  afterEach(() => faces.close());

  const taint = async (urn: string): Promise<void> => {
    const { path } = await ensureEngine();
    const { workspace } = scenario.opened.stack;
    const env = { ...process.env, ...workspace.envVars };
    execFileSync(path, ["state", "taint", urn, "--yes", "--stack", scenario.opened.stack.name], {
      ...{ env, cwd: workspace.workDir, stdio: "pipe" },
    });
  };
  const written = (calls: string[]): string[] =>
    calls.filter((call) => /^(POST|DELETE) \/integrations(\/\d+)?$/.test(call));

  const forced: Record<string, (urn: string) => Promise<string[]>> = {
    "--replace": async (urn) => (await scenario.act("up", { replace: urn })).calls,
    "--target-replace": async (urn) => (await scenario.act("up", { replace: urn, target: urn })).calls,
    "pulumi state taint": async (urn) => {
      await taint(urn);
      return (await scenario.act("up")).calls;
    },
  };
  for (const [face, made] of [
    ["the class", () => dynamic(manualArgs)],
    ["the plugin's", () => plugin(manualArgs)],
  ] as const)
    it(`are made by ${face}, old one first, where the engine is told to`, async () => {
      faces.declare(made);
      await scenario.act("up");
      const { urn } = await resourceIn(scenario);
      let id = 3;
      for (const [how, act] of Object.entries(forced)) {
        expect(written(await act(urn)), how).to.deep.equal([
          `DELETE /integrations/${id}`,
          "POST /integrations",
        ]);
        id += 1;
      }
      expect(integrations(faces.sandbox).map((one) => one["id"])).to.deep.equal([String(id)]);
      expect((await scenario.act("up")).changes).to.deep.equal({ same: 2 });
      await scenario.act("destroy");
      expect(leftIn(faces.sandbox, host, "claims")).to.deep.equal([]);
    });

  for (const [face, made] of [
    ["the class with deleteBeforeReplace: false", () => dynamic(manualArgs, { deleteBeforeReplace: false })],
    ["the plugin's", () => plugin(manualArgs, { deleteBeforeReplace: false })],
  ] as const)
    it(`are refused by ${face}, with the option in the words, and nothing is lost`, async () => {
      faces.declare(made);
      await scenario.act("up");
      const { urn } = await resourceIn(scenario);
      const words =
        "If this run replaces it by force (--replace, taint), set the resource option deleteBeforeReplace: true.";
      expect(await scenario.fail("up", { replace: urn })).to.contain(words);
      expect(integrations(faces.sandbox)).to.have.length(1);
      expect((await scenario.act("up")).changes).to.deep.equal({ same: 2 });
    });

  it("go in the order that their preview says, to another host as well", async () => {
    const hosts = [host, "other.sql.azuresynapse.net", "third.sql.azuresynapse.net"];
    for (const other of hosts.slice(1)) {
      faces.sandbox.synapse.createWorkspace({ host: other, ...administrator });
      faces.sandbox.synapse.createPool(other, "claims");
    }
    faces.declare(() => dynamic(manualArgs));
    await scenario.act("up");
    for (const [to, opts, order, words] of [
      [hosts[1], {}, ["DELETE /integrations/3", "POST /integrations"], "The old one is deleted before"],
      [
        hosts[2],
        { deleteBeforeReplace: false },
        ["POST /integrations", "DELETE /integrations/4"],
        "The new one is made before",
      ],
    ] as const) {
      faces.declare(() => dynamic({ ...manualArgs, host: to }, opts));
      expect((await scenario.act("preview", { plain: true })).output).to.contain(words);
      expect(written((await scenario.act("up")).calls)).to.deep.equal(order);
    }
  });
});
