import { expect } from "chai";
import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox } from "../../sandbox";
import { administrator } from "./one-integration";
import { configOf, integrations, leftIn, open, root, type Scenario } from "./support";

const workspaces = 10;
const poolsPerWorkspace = 5;
const count = workspaces * poolsPerWorkspace;
const hostOf = (n: number): string => `crowd${Math.floor(n / poolsPerWorkspace)}.sql.azuresynapse.net`;

describe("50 integrations at once while every tenth call to Immuta fails", function () {
  this.timeout(300_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let hashDelimiter = "|";

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    for (let n = 0; n < count; n++) {
      if (n % poolsPerWorkspace === 0) sandbox.synapse.createWorkspace({ host: hostOf(n), ...administrator });
      sandbox.synapse.createPool(hostOf(n), `pool${n}`);
    }
    const { administratorLogin: username, administratorPassword: password } = administrator;
    scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "crowd",
      env: {
        IMMUTA_CONCURRENCY: "50",
        IMMUTA_SQL_ADMIN_USERNAME: username,
        IMMUTA_SQL_ADMIN_PASSWORD: password,
      },
      program: () => {
        for (let n = 0; n < count; n++) {
          const common = {
            ...{ host: hostOf(n), database: `pool${n}`, schema: "governed" },
            metadataDelimiters: { hashDelimiter },
          };
          new immuta.SynapseIntegration(
            `pool${n}`,
            n % 2 === 0
              ? { ...common, autoBootstrap: true }
              : {
                  ...{ ...common, autoBootstrap: false, bootstrap: {} },
                  ...{ username: `immuta_pool${n}`, password: "c4nary-Immuta1!" },
                },
          );
        }
        return Promise.resolve(undefined);
      },
    });
  });
  afterEach(() => {
    sandbox.immuta.clearFaults();
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  /** Runs until one succeeds: three times with faults, then at most twice without. */
  const reach = async (action: "up" | "destroy"): Promise<void> => {
    for (let at = 10; at <= 3000; at += 10)
      sandbox.immuta.fault({
        path: /./,
        nth: at,
        when: at % 20 === 0 ? "before" : "after",
        answer: at % 30 === 0 ? "reset" : { status: 503, body: { message: "Try again later." } },
      });
    for (let run = 1; run <= 5; run++) {
      if (run === 4) sandbox.immuta.clearFaults();
      const ended = await scenario.opened.stack[action]({ parallel: 50, suppressProgress: true }).then(
        () => true,
        (error: unknown) => (run === 5 ? expect.fail(String(error)) : false),
      );
      if (ended) return;
    }
  };

  it("makes each of them once", async () => {
    await reach("up");
    const places = integrations(sandbox).map((one) => configOf(one)["database"]);
    expect(places).to.have.length(count);
    expect(new Set(places).size).to.equal(count);
    expect(new Set(integrations(sandbox).map(({ status }) => status))).to.deep.equal(new Set(["enabled"]));
  });

  it("changes all of them", async () => {
    hashDelimiter = "#";
    await reach("up");
    const delimiters = integrations(sandbox).map(
      (one) => (configOf(one)["metadataDelimiters"] as { hashDelimiter: string }).hashDelimiter,
    );
    expect(delimiters).to.deep.equal(Array.from({ length: count }, () => "#"));
    expect((await scenario.act("preview")).changes).to.deep.equal({ same: count + 1 });
  });

  it("removes all of them, and leaves nothing in Immuta, the pools or the state", async () => {
    await reach("destroy");
    expect(integrations(sandbox)).to.deep.equal([]);
    for (let n = 0; n < count; n++)
      expect([
        ...leftIn(sandbox, hostOf(n), `pool${n}`),
        ...leftIn(sandbox, hostOf(n), "master"),
      ]).to.deep.equal([]);
    const { deployment } = (await scenario.opened.stack.exportStack()) as {
      deployment: { resources?: unknown[] };
    };
    expect(deployment.resources ?? []).to.deep.equal([]);
  });
});
