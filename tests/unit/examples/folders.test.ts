import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";

const root = join(__dirname, "..", "..", "..");
const folder = join(root, "examples");
const read = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");
interface Manifest {
  main: string;
  version: string;
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies: Record<string, string>;
}
const manifestIn = (path: string): Manifest =>
  JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;

describe("the examples", () => {
  const examples = readdirSync(folder).filter((name) => existsSync(join(folder, name, "package.json")));
  const ours = manifestIn(root);

  it("are those that the README promises", () => {
    expect(examples).to.include.members([
      ...["quickstart", "automatic", "existing-pool", "entra-login", "rotation", "gitops"],
    ]);
  });

  const python = { name: "python", options: { virtualenv: "venv" } };
  const runtimes = { csharp: "dotnet", go: "go", java: "java", python, yaml: "yaml" };

  it("are programs in TypeScript, and one in each other language of Pulumi", () => {
    const others = readdirSync(folder).filter((name) => !examples.includes(name));
    expect(others).to.have.members(Object.keys(runtimes));
  });

  for (const [language, expected] of Object.entries(runtimes))
    it(`${language} names the plugin of the npm package, in ten lines of README`, () => {
      const { name, runtime, plugins } = parse(read(language, "Pulumi.yaml")) as Record<string, unknown>;
      const path = "node_modules/pulumi-immuta/plugin";
      expect({ name, runtime, plugins }).to.deep.equal({
        name: `immuta-${language}`,
        runtime: expected,
        plugins: { providers: [{ name: "immuta", path }] },
      });
      expect(read(language, "README.md").trim().split("\n").length).to.be.lessThan(14);
    });

  for (const language of Object.keys(runtimes))
    it(`${language} has each setting without a default among its README's commands, and those of the project's`, () => {
      const { template } = parse(read(language, "Pulumi.yaml")) as Template;
      const asked = Object.entries(template.config ?? {}).filter(
        (setting) => setting[1].default === undefined,
      );
      for (const readme of [join(language, "README.md"), join("..", "README.md")])
        for (const [name, { secret = false }] of asked)
          expect(read(readme), readme).to.contain(`pulumi config set ${secret ? "--secret " : ""}${name} `);
    });

  for (const example of readdirSync(folder))
    it(`${example} is a template, which asks for the settings that its program reads, secrets as secrets`, () => {
      const { description, template } = parse(read(example, "Pulumi.yaml")) as Template;
      expect(template.description).to.equal(description);
      const asked = Object.entries(template.config ?? {}).filter(([name]) => !name.includes(":"));
      expect(asked.map(([name, { secret = false }]) => `${name} ${secret}`)).to.have.members(
        settingsOf(example).map(({ name, secret }) => `${name} ${secret}`),
      );
    });

  for (const example of examples)
    it(`${example} can be copied out: a project, its dependencies by published ranges, ten lines of README`, () => {
      const project = parse(read(example, "Pulumi.yaml")) as Record<string, string>;
      expect(project).to.include({ name: `immuta-${example}`, runtime: "nodejs" });
      const { main, dependencies, devDependencies = {} } = manifestIn(join(folder, example));
      expect(existsSync(join(folder, example, main))).to.equal(true);
      expect(dependencies["pulumi-immuta"]).to.equal(`^${ours.version}`);
      const runsSandbox = readdirSync(join(folder, example), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".sh"))
        .some((name) => read(example, name).includes("pulumi-immuta sandbox"));
      expect(devDependencies["pulumi-immuta-sandbox"]).to.equal(runsSandbox ? `^${ours.version}` : undefined);
      expect(devDependencies, "what npm would otherwise take from above").to.include.keys(
        "@types/node",
        "typescript",
      );
      expect(dependencies["@pulumi/pulumi"]).to.equal(ours.peerDependencies["@pulumi/pulumi"]);
      expect(read(example, "README.md").trim().split("\n").length).to.be.lessThan(14);
      const imported = [...read(example, "index.ts").matchAll(/from "([^"]+)"/g)].map(
        ([, name = ""]) => name,
      );
      const packages = imported
        .filter((name) => !name.startsWith("."))
        .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
      expect(Object.keys(dependencies)).to.include.members(packages);
      expect(
        imported.filter((name) => name.startsWith("..")),
        "what lies outside of the folder",
      ).to.deep.equal([]);
    });
});

interface Template {
  description: string;
  template: { description: string; config?: Record<string, { secret?: boolean; default?: string }> };
}

/** What an example reads of its stack's settings. */
function settingsOf(example: string): { name: string; secret: boolean }[] {
  const inJava = join("src", "main", "java", "immuta", "App.java");
  const [file = ""] = ["index.ts", "__main__.py", "main.go", inJava, "Program.cs"].filter((name) =>
    existsSync(join(folder, example, name)),
  );
  if (file === "") {
    const { config } = parse(read(example, "Pulumi.yaml")) as Template["template"];
    return Object.entries(config ?? {}).map(([name, { secret = false }]) => ({ name, secret }));
  }
  const reads = /\b(?:config|settings)\.(?:get|require)(_?secret|Object)?(?:<[^>]*>)?\("(\w+)"/gi;
  return [...read(example, file).matchAll(reads)].map(([, kind = "", name = ""]) => ({
    name,
    secret: /secret/i.test(kind),
  }));
}
