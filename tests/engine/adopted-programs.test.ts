import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { main } from "../../cli/index";
import { startSandbox, type Sandbox } from "../../sandbox";
import { loadProgram } from "../../tools/engine/stack";
import { having, yamlHost } from "../pool/foreign/parts";
import { ran, type Ran } from "../unit/cli/previews";
import { projectOf } from "./other-languages";
import { previewed } from "./previewed";
import { open, root } from "./support";

/** Three by hand: with names in which a language sees references and line ends, a role, delimiters and a port. */
function seed({ immuta }: Sandbox): void {
  const place = { host: "claims.sql.azuresynapse.net", schema: "governed" };
  immuta.seed({
    id: 101,
    autoBootstrap: true,
    config: { ...place, database: "cl$aims.$$ ${x} \u2028\u{e0041}" },
  });
  immuta.seed({
    id: 102,
    autoBootstrap: false,
    config: {
      ...place,
      database: "sales.eu",
      impersonation: { enabled: true, role: "R$${x}" },
      metadataDelimiters: { hashDelimiter: "$$", hashKeyDelimiter: "-", arrayDelimiter: "\\" },
    },
  });
  immuta.seed({ id: 103, autoBootstrap: false, config: { ...place, database: "on_a_port", port: 1444 } });
}

/** `pulumi-immuta adopt` as a shell runs it in front of the sandbox. */
async function adopt({ environment }: Sandbox, args: string[], stdin = ""): Promise<Ran> {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    return await ran((io) =>
      main(["adopt", ...args], { ...io, stdin: () => Promise.resolve(Buffer.from(stdin)) }),
    );
  } finally {
    process.env = before;
  }
}

const settings = {
  "claims.sales~2e~eu.username": "immuta_sales",
  "claims.on_a_port.username": "immuta_port",
};
const matching = "3 of 3 match, 0 PUT, 0 scripts\n";

describe("the program that adopt writes", function () {
  this.timeout(240_000);

  for (const face of ["dynamic", "plugin"])
    it(`in TypeScript for the ${face} face takes all over as they are, and is unchanged then`, async () => {
      const sandbox = await startSandbox();
      const folder = mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-adopted-"));
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
      const plugins = { providers: [{ name: "immuta", path: join(root, "plugin") }] };
      const project = { name: "adopted", runtime: "nodejs", plugins };
      writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
      seed(sandbox);
      const { code, out } = await adopt(sandbox, ["--face", face, "--out", folder]);
      expect(code, out).to.equal(0);
      const program = loadProgram(join(folder, "index.ts"));
      const scenario = await open(sandbox, undefined, { workDir: folder, program });
      await scenario.set(settings);
      const { printed } = await previewed(scenario.opened.stack, ["--json"]);
      expect((await adopt(sandbox, ["--check", "-"], printed)).out).to.equal(matching);
      const { calls, changes } = await scenario.act("up");
      expect(changes).to.deep.equal({ create: 4 });
      expect(calls.filter((call) => !call.startsWith("GET "))).to.deep.equal([]);
      expect((await scenario.act("preview")).changes).to.deep.equal({ same: 4 });
      scenario.opened.remove();
      rmSync(folder, { recursive: true });
      await sandbox.close();
    });

  it("in YAML takes all over as they are, and is unchanged then", async function () {
    const project = await projectOf("yaml", dirname(await having(this, yamlHost)));
    const { sandbox, folder, pulumi } = project;
    rmSync(join(folder, "Pulumi.yaml"));
    seed(sandbox);
    const { code, out } = await adopt(sandbox, ["--language=yaml", "--out", folder]);
    expect(code, out).to.equal(0);
    expect(out).to.contain("pulumi config set claims/sales~2e~eu/username <system account>");
    await pulumi("stack", "init", "dev");
    for (const [name, value] of Object.entries(settings))
      await pulumi("config", "set", name.replaceAll(".", "/"), value);
    const planned = await pulumi("preview", "--json");
    expect((await adopt(sandbox, ["--check", "-"], planned)).out).to.equal(matching);
    expect(await pulumi("up", "--yes")).to.match(/\+ 4 created/);
    expect(project.calls().filter((call) => !call.startsWith("GET "))).to.deep.equal([]);
    expect(await pulumi("preview", "--expect-no-changes")).to.contain("4 unchanged");
    await project.close();
  });
});
