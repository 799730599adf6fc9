import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { main } from "../../cli/index";
import { loadProgram } from "../../tools/engine/stack";
import { startSandbox, type Sandbox } from "../../sandbox";
import { ran, type Ran } from "../unit/cli/previews";
import { integrations, open, root, secret, type Scenario } from "./support";

const canary = "Canary-S3cret-4711";
const host = (n: number): string => `pool-${n}.sql.azuresynapse.net`;

describe("the program that `pulumi-immuta adopt` writes", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let folder: string;
  const environment = { ...process.env };
  const adopt = (...args: string[]): Promise<Ran> => ran((io) => main(["adopt", ...args], io));

  before(async () => {
    sandbox = await startSandbox();
    Object.assign(process.env, sandbox.environment);
    folder = mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-adopted-"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    mkdirSync(join(folder, "program"));
    for (let n = 0; n < 4; n++)
      sandbox.immuta.seed({
        id: 100 + n,
        autoBootstrap: n % 2 === 0,
        config: {
          host: host(n >> 1),
          database: `claims ${n}`,
          schema: "governed",
          ...(n % 2 === 0 ? {} : { username: "immuta_system_account", password: canary }),
          impersonation: n === 3 ? { enabled: true, role: "IMMUTA_IMPERSONATION" } : { enabled: false },
        },
      });
    expect((await adopt("--out", join(folder, "program"))).code).to.equal(0);
    scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "adopted",
      program: loadProgram(join(folder, "program", "index.ts")),
      config: {
        "adopted:pool-0.claims~20~1.username": "immuta_system_account",
        "adopted:pool-1.claims~20~3.username": "immuta_system_account",
        "adopted:pool-1.claims~20~3.password": secret(canary),
      },
    });
  });
  after(async () => {
    process.env = environment;
    scenario.opened.remove();
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it("passes the compiler under strict rules", () => {
    const options = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: { types: ["node"], typeRoots: [join(root, "node_modules", "@types")] },
      include: ["program"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
  });

  it("takes everything over with GETs only, and no connection to a pool", async () => {
    const before = integrations(sandbox);
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ create: 5 });
    expect(outcome.calls).to.have.length(4);
    expect(outcome.calls.filter((call) => !call.startsWith("GET "))).to.deep.equal([]);
    expect(sandbox.synapse.journal).to.deep.equal([]);
    expect(integrations(sandbox)).to.deep.equal(before);
    expect(outcome.output).not.to.contain(canary);
  });

  it("is protected, and unchanged the next time", async () => {
    expect((await scenario.act("up")).changes).to.deep.equal({ same: 5 });
    expect(await scenario.fail("destroy")).to.contain("protect");
    expect(integrations(sandbox)).to.have.length(4);
  });

  it("is not written again", async () => {
    const again = await adopt("--out", join(folder, "program"));
    expect(again.code).to.equal(0);
    expect(again.out).to.match(/^Nothing to write: 3 files in .* already adopt 4 integrations/);
    expect(readdirSync(join(folder, "program"))).to.deep.equal(["index.ts", "pool-0.ts", "pool-1.ts"]);
  });
});
