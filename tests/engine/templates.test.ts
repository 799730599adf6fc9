import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { parse } from "yaml";
import { ensureEngine, type Engine } from "../../tools/engine";
import { root } from "./support";

const examples = join(root, "examples");

describe("pulumi new", function () {
  this.timeout(60_000);
  let engine: Engine;
  let parent: string;
  before(async () => {
    engine = await ensureEngine();
    parent = mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-new-"));
    mkdirSync(join(parent, "state"));
  });
  after(() => {
    rmSync(parent, { recursive: true, force: true });
  });

  for (const example of readdirSync(examples))
    it(`takes examples/${example} as a template, offline, under the project's own name`, async () => {
      const folder = join(parent, example);
      mkdirSync(join(folder, "node_modules"), { recursive: true });
      symlinkSync(root, join(folder, "node_modules", "pulumi-immuta"), "junction");
      const said = await made(folder, example);
      // A machine without Pulumi's host of the language gets the files all the same.
      expect(said.replace(/^(warning|error: failed to load language plugin).*$/gm, "").trim()).to.equal("");
      const project = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
      expect(project).to.include({ name: "lake", description: "Our lake" });
      expect(project).not.to.include.keys("template");
      for (const file of files(join(examples, example)))
        if (file !== "Pulumi.yaml")
          expect(readFileSync(join(folder, file), "utf8"), file).to.equal(
            readFileSync(join(examples, example, file), "utf8"),
          );
    });

  /** Gives what the command wrote to standard error. */
  const made = (folder: string, example: string): Promise<string> => {
    const given = ["--name", "lake", "--description", "Our lake", "--generate-only", "--yes", "--offline"];
    const args = ["new", join(examples, example), ...given, "--force", "--color", "never"];
    const env = {
      ...process.env,
      ...engine.environment(),
      PULUMI_HOME: join(parent, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(join(parent, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    return new Promise((resolve) => {
      execFile(engine.path, args, { cwd: folder, env }, (_error, _out, err) => {
        resolve(err);
      });
    });
  };
});

/** Of an example, what is not installed. */
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
