import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { expect } from "chai";
import ts from "typescript";

/** The rules of docs/architecture.md: who may know whom, and what loads when. */

const root = join(__dirname, "..", "..");

/** What faces may know of the provider: provider/index.ts. */
const seam = "the provider's index";

interface Layer {
  /** Other folders of the repository that it may import from. */
  folders: string[];
  /** Packages that it may load; Node's own modules always. */
  packages: string[];
  /** Packages of which it may know the types. */
  types: string[];
}

const layers: Record<string, Layer> = {
  "provider/core": { folders: [], packages: [], types: [] },
  "provider/immuta": { folders: ["provider/core"], packages: ["axios", "axios-retry"], types: [] },
  "provider/sql": {
    folders: ["provider/core"],
    packages: ["mssql", "tedious", "@azure/identity"],
    types: [],
  },
  "provider/passwords": {
    folders: ["provider/core"],
    packages: ["@azure/identity", "@azure/keyvault-secrets"],
    types: [],
  },
  "provider/synapse": {
    folders: ["provider/core", "provider/immuta", "provider/sql", "provider/passwords"],
    packages: [],
    types: [],
  },
  "provider/face": { folders: [seam], packages: [], types: ["@pulumi/pulumi", "@grpc/grpc-js"] },
  // It loads the engine's protocol, when there is a first line to show.
  "provider/dynamic": {
    folders: [seam, "provider/face"],
    packages: ["@pulumi/pulumi", "@grpc/grpc-js"],
    types: [],
  },
  // All of it goes into one bundle.
  "provider/plugin": {
    folders: [seam, "provider/face"],
    packages: ["@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf"],
    types: [],
  },
  // What loads the sandbox in the command of that name alone.
  cli: { folders: [seam, "sdk/sandbox"], packages: [], types: [] },
  sdk: {
    folders: [seam],
    packages: ["@pulumi/pulumi", "@pulumi/azure-native", "pulumi-immuta-sandbox"],
    types: [],
  },
  "sandbox/immuta": { folders: [], packages: ["tedious", "yaml"], types: [] },
  "sandbox/synapse": { folders: [], packages: [], types: [] },
  "sandbox/azure": {
    folders: [],
    // The last two from where Pulumi's SDK has them.
    packages: ["@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf"],
    types: [],
  },
  "tools/engine": { folders: [], packages: ["@pulumi/pulumi", "pulumi", "yaml"], types: [] },
  "tools/demo": { folders: ["tools/engine", "sandbox"], packages: [], types: ["@pulumi/pulumi"] },
};

/** Packages that these files alone know. */
const places: Record<string, string[]> = {
  axios: ["provider/immuta/connection.ts", "provider/immuta/retry.ts"],
  "axios-retry": ["provider/immuta/retry.ts"],
  "@azure/keyvault-secrets": ["provider/passwords/reference.ts"],
};

interface Import {
  /** File that imports, from the root of the repository, with slashes. */
  file: string;
  /** What it imports: such a file, or the name of a package. */
  target: string;
  isPackage: boolean;
  typesOnly: boolean;
}

describe("the architecture", function () {
  this.timeout(30_000);

  for (const [folder, layer] of Object.entries(layers)) {
    it(`${folder} knows ${layer.folders.length === 0 ? "no other folder" : layer.folders.join(" and ")}`, () => {
      const imports = importsBelow(folder);
      expect(imports, "the rule looks at nothing").not.to.deep.equal([]);
      const within = (target: string): boolean =>
        [folder, ...layer.folders].some((allowed) =>
          allowed === seam ? target === "provider/" : target.startsWith(`${allowed}/`),
        );
      expect(told(imports.filter((one) => !one.isPackage && !within(one.target)))).to.deep.equal([]);
    });

    it(`${folder} loads ${layer.packages.length === 0 ? "no package" : `no package but ${layer.packages.join(", ")}`}`, () => {
      const allowed = ({ target, typesOnly }: Import): boolean =>
        layer.packages.includes(target) || (typesOnly && layer.types.includes(target));
      expect(told(importsBelow(folder).filter((one) => one.isPackage && !allowed(one)))).to.deep.equal([]);
    });
  }

  for (const [name, files] of Object.entries(places))
    it(`${name} is known in ${files.join(" and ")} alone`, () => {
      const knowing = importsBelow("provider").filter((one) => one.target === name);
      expect(knowing).not.to.deep.equal([]);
      expect(told(knowing.filter(({ file }) => !files.includes(file)))).to.deep.equal([]);
    });

  it("@pulumi/azure-native is known in sdk/azure alone, which nothing else of sdk knows", () => {
    const inAzure = ({ file }: Import): boolean => file.startsWith("sdk/azure/");
    const knowing = importsBelow("sdk").filter(
      ({ target }) => target === "@pulumi/azure-native" || target.startsWith("sdk/azure/"),
    );
    expect(knowing.filter(inAzure)).not.to.deep.equal([]);
    expect(told(knowing.filter((one) => !inAzure(one)))).to.deep.equal([]);
  });

  it("Pulumi's own protocol library is loaded in two files of provider/dynamic alone", () => {
    const loading = importsBelow("provider/dynamic").filter((one) => one.isPackage && !one.typesOnly);
    expect(new Set(loading.map(({ target }) => target))).to.deep.equal(
      new Set(["@pulumi/pulumi", "@grpc/grpc-js"]),
    );
    expect(new Set(loading.map(({ file }) => file))).to.deep.equal(
      new Set(["provider/dynamic/calls.ts", "provider/dynamic/protocol.ts"]),
    );
  });

  it("a command knows the sandbox in cli/sandbox.ts alone, which loads it when it is run", () => {
    const knowing = importsBelow("cli").filter((one) => one.target.startsWith("sdk/"));
    expect(told(knowing)).to.deep.equal([
      "cli/sandbox.ts → sdk/sandbox/ (types)",
      "cli/sandbox.ts → sdk/sandbox/",
    ]);
    const help = 'require("./cli"); require("./cli/sandbox").run(["--help"], { out() {} })';
    expect(loadedBy(help, ["yaml", "tedious", "@pulumi"])).to.deep.equal([[]]);
  });

  it("the package of the sandbox is known in sdk/sandbox.ts alone, which nothing else of sdk knows", () => {
    const knowing = importsBelow("sdk").filter(
      ({ target }) => target === "pulumi-immuta-sandbox" || target.startsWith("sdk/sandbox/"),
    );
    expect(new Set(knowing.map(({ file }) => file))).to.deep.equal(new Set(["sdk/sandbox.ts"]));
  });

  it("gRPC and protobuf are loaded in sandbox/azure/protocol.ts alone, from Pulumi's SDK", () => {
    const loading = importsBelow("sandbox/azure").filter(
      ({ target, typesOnly }) => !typesOnly && /^(@grpc|google)/.test(target),
    );
    expect(new Set(loading.map(({ file }) => file))).to.deep.equal(new Set(["sandbox/azure/protocol.ts"]));
  });

  it("Immuta, Synapse and Azure meet in sandbox/index.ts alone", () => {
    const wired = importsBelow("sandbox").filter(({ file }) => !file.includes("/", "sandbox/".length));
    expect(new Set(wired.map(({ file }) => file))).to.deep.equal(new Set(["sandbox/index.ts"]));
    expect(
      told(wired.filter(({ target, isPackage }) => isPackage || !target.startsWith("sandbox/"))),
    ).to.deep.equal([]);
  });

  for (const folder of ["provider", "sdk", "cli", "sandbox"])
    it(`${folder} has no circle of imports, types included`, () => {
      const graph = graphOf(importsBelow(folder));
      expect(graph.size, "the rule looks at nothing").to.be.greaterThan(1);
      expect(circlesIn(graph).map((files) => files.join(", "))).to.deep.equal([]);
    });

  it("a circle of imports would be seen, without what only leads to it or away from it", () => {
    const graph = new Map([
      ["before", ["a"]],
      ["a", ["b", "after"]],
      ["b", ["c"]],
      ["c", ["a"]],
      ["after", []],
      ["itself", ["itself"]],
    ]);
    expect(circlesIn(graph)).to.deep.equal([["a", "b", "c"], ["itself"]]);
  });

  describe("what loads when", () => {
    const heavy = ["axios", "axios-retry", "mssql", "tedious", "@azure"];

    it("what goes to Node is CommonJS", () => {
      const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { type?: string };
      expect(manifest.type).to.equal("commonjs");
    });

    it("requiring what a program imports loads neither axios nor mssql, nor @pulumi/azure-native, which the component does", () => {
      const azure = "@pulumi/azure-native";
      const loaded = loadedBy('require("./sdk"); report(); require("./sdk/azure");', [...heavy, azure]);
      expect(loaded).to.deep.equal([[], [azure]]);
    });

    it("a preview's check and diff load neither axios nor mssql, and nothing of Pulumi", () => {
      const preview = `
        const provider = require("./provider/dynamic");
        const program = {
          host: "contoso.sql.azuresynapse.net", database: "claims", schema: "governed", autoBootstrap: false,
          username: "immuta_system_account", password: "An-0ther", bootstrap: { username: "sqladmin", password: "S0me" },
        };
        (async () => {
          const { inputs, failures } = await provider.check({}, program);
          if (failures.length > 0) throw new Error(JSON.stringify(failures));
          const state = { ...inputs, stateFormat: 1, integrationId: "7", tenant: "tenant.example", status: "enabled" };
          const { changes } = await provider.diff("id", state, { ...inputs, impersonation: { enabled: true, role: "R" } });
          if (!changes) throw new Error("no change was found");
        })();`;
      expect(loadedBy(preview, [...heavy, "@pulumi"])).to.deep.equal([[]]);
    });

    it("the SQL driver comes without @azure/identity, which whoever else loads it gets as it is", () => {
      const steps = `require("./provider/sql/run"); report();
        if (typeof require("@azure/identity").DefaultAzureCredential !== "function") throw new Error();`;
      const packages = ["mssql", "tedious", "@azure/identity"];
      expect(loadedBy(steps, packages)).to.deep.equal([["mssql", "tedious"], packages]);
    });

    it("and axios would be seen if it were loaded", () => {
      expect(loadedBy('require("./provider/immuta/client")', ["axios"])).to.deep.equal([["axios"]]);
    });
  });
});

const told = (imports: readonly Import[]): string[] =>
  imports.map(({ file, target, typesOnly }) => `${file} → ${target}${typesOnly ? " (types)" : ""}`);

/** For each file the files that it imports. */
function graphOf(imports: readonly Import[]): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const { file, target, isPackage } of imports) {
    const others = graph.get(file) ?? [];
    graph.set(file, isPackage ? others : [...others, fileAt(target)]);
  }
  return graph;
}

/** The file that an import without an extension means. */
function fileAt(target: string): string {
  const path = target.replace(/\/$/, "");
  return [path, `${path}.ts`, `${path}/index.ts`].find((name) => ts.sys.fileExists(join(root, name))) ?? path;
}

/** The groups of files of which each leads to every other, each sorted. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachedFrom(file, graph)]));
  const leads = (from: string, to: string): boolean => reached.get(from)?.has(to) === true;
  const circles = [...graph.keys()]
    .filter((file) => leads(file, file))
    .map((file) => [...graph.keys()].filter((other) => leads(file, other) && leads(other, file)).sort());
  return [...new Map(circles.map((files) => [files.join(), files])).values()];
}

function reachedFrom(file: string, graph: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(file) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(graph.get(next) ?? []));
  }
  return reached;
}

const known = new Map<string, Import[]>();

/** All imports of the TypeScript files below a folder. */
const importsBelow = (folder: string): Import[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith(`dist${sep}`))
    .flatMap((name) => {
      const path = join(root, folder, name);
      const imports = known.get(path) ?? importsOf(path);
      known.set(path, imports);
      return imports;
    });

function importsOf(path: string): Import[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typesOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const { text } = specifier;
    if (text.startsWith("node:")) return;
    const isPackage = !text.startsWith(".");
    const target = isPackage ? packageOf(text) : named(join(dirname(path), text));
    found.push({ file: named(path), target, isPackage, typesOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isOfTypes(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && isLoading(node.expression)) add(node.arguments[0], false);
    else if (ts.isExternalModuleReference(node)) add(node.expression, false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isOfTypes({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = importClause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

/** `import(…)`, `require(…)`, `require.resolve(…)`, and `load(…)`, as what createRequire gives is called here. */
const isLoading = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || /^(require(\.resolve)?|load)$/.test(callee.getText());

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** From the root, with slashes; a folder of the repository keeps a slash after it, so that prefixes tell layers apart. */
const named = (path: string): string =>
  relative(root, path).split(sep).join("/") + (path.endsWith(".ts") ? "" : "/");

/** Which of these packages a fresh Node process has loaded, at each `report()` in the script and at its end. */
function loadedBy(script: string, packages: readonly string[]): string[][] {
  const report = `const report = () => {
    console.log(JSON.stringify([
      ...Object.keys(require.cache), ...process.moduleLoadList.filter((name) => !/^(NativeModule|Internal)/.test(name)),
    ]));
  };
  process.on("exit", report);`;
  const output = execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", report + script], {
    cwd: root,
    encoding: "utf8",
  });
  const reports = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as string[]);
  return reports.map((files) =>
    packages.filter((name) => files.some((file) => file.includes(join("node_modules", name) + sep))),
  );
}
