import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { loadProgram } from "../../tools/engine/stack";
import { startSandbox, type Sandbox } from "../../sandbox";
import { installFlat, installLink, installNested, installStrict, readManifest } from "./installation";
import { automatic, both, commonJs, esModule, loadEsModule, providePools, write } from "./programs";
import { callers, open, type Opening } from "./support";
import { root, tarball, temporaryFolder, type Tarball } from "./tarball";

interface Layout {
  name: string;
  /** Who calls Immuta: each installation has a version of its own, which shows whose code ran. */
  caller: string;
  prepare: (folder: string, packed: Tarball) => Opening;
}

/** The first three lie in temporary folders, with nothing of this checkout above them. */
const layouts: Layout[] = [
  {
    name: "npm's flat layout, and a CommonJS program",
    caller: "pulumi-immuta/0.1.1001",
    prepare: (folder, packed) => {
      installFlat(folder, packed, "0.1.1001");
      write(join(folder, "index.js"), commonJs(automatic));
      return { workDir: folder, program: loadProgram(join(folder, "index.js")) };
    },
  },
  {
    name: "pnpm's strict layout, and an ES module program",
    caller: "pulumi-immuta/0.1.1002",
    prepare: (folder, packed) => {
      installStrict(folder, packed, "0.1.1002");
      write(join(folder, "index.mjs"), esModule(automatic));
      return { workDir: folder, program: loadEsModule(join(folder, "index.mjs")) };
    },
  },
  {
    name: "a `main` in a folder below the one with node_modules",
    caller: "pulumi-immuta/0.1.1003",
    prepare: (folder, packed) => {
      installFlat(folder, packed, "0.1.1003");
      write(join(folder, "Pulumi.yaml"), "name: governance\nruntime: nodejs\nmain: sub\n");
      write(join(folder, "sub", "index.js"), commonJs(automatic));
      return { workDir: folder, program: loadProgram(join(folder, "sub", "index.js")) };
    },
  },
  {
    name: "a program in this checkout",
    caller: `pulumi-immuta/${readManifest(root).version}`,
    prepare: (folder) => {
      // The program's text may lie anywhere: where the engine takes it to be is what its provider resolves from.
      installLink(folder);
      write(join(folder, "index.js"), commonJs(automatic));
      return { workDir: root, program: loadProgram(join(folder, "index.js")) };
    },
  },
];

/** The methods of the calls that wrote. */
const writes = (calls: readonly string[]): string[] =>
  calls.flatMap((call) => call.split(" ")[0] ?? []).filter((method) => method !== "GET");

describe("an installed package finds its provider", function () {
  this.timeout(180_000);
  let sandbox: Sandbox;

  before(async () => {
    await tarball();
    sandbox = await startSandbox();
    providePools(sandbox);
  });
  after(() => sandbox.close());

  for (const { name, caller, prepare } of layouts) {
    it(`in ${name}`, async () => {
      const folder = temporaryFolder();
      const scenario = await open(sandbox, prepare(folder, await tarball()));
      try {
        const up = await scenario.act("up");
        expect(up.changes).to.deep.equal({ create: 2 });
        expect(writes(up.calls)).to.deep.equal(["POST"]);
        expect(callers(sandbox)).to.deep.equal([caller]);
        const destroy = await scenario.act("destroy");
        expect(destroy.changes).to.deep.equal({ delete: 2 });
        expect(writes(destroy.calls)).to.deep.equal(["DELETE"]);
        expect(callers(sandbox)).to.deep.equal([caller]);
      } finally {
        scenario.opened.remove();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }

  it("and talks to pools through the tedious that it pins, where mssql has another", async () => {
    const folder = temporaryFolder();
    installNested(folder, await tarball(), "0.1.1005");
    write(join(folder, "index.js"), commonJs({ claims: both.claims }));
    const opening = { workDir: folder, program: loadProgram(join(folder, "index.js")) };
    const scenario = await open(sandbox, opening);
    try {
      const up = await scenario.act("up");
      expect(up.batches).not.to.deep.equal([]);
      expect(callers(sandbox)).to.deep.equal(["pulumi-immuta/0.1.1005"]);
    } finally {
      scenario.opened.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
