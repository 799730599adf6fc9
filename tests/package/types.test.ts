import { realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { installSandbox, installStrict, linkFromCheckout } from "./installation";
import { write } from "./programs";
import { root, tarball, temporaryFolder } from "./tarball";

const body = `
const args: SynapseIntegrationArgs = {
  host: "sales.sql.azuresynapse.net",
  database: "sales",
  schema: "governed",
  autoBootstrap: true,
};
const integration = new SynapseIntegration("sales", args);
export const status: Output<string> = integration.status;
// @ts-expect-error the types are really there: an integration has no such output
export const missing = integration.missing;
// @ts-expect-error and no setup does without a database
new SynapseIntegration("sales", { host: "sales.sql.azuresynapse.net", schema: "governed", autoBootstrap: true });
`;
const byName = `import type { Output } from "@pulumi/pulumi";
import { SynapseIntegration, type SynapseIntegrationArgs } from "pulumi-immuta";
${body}`;
const byRequire = `import type { Output } from "@pulumi/pulumi";
import immuta = require("pulumi-immuta");
import SynapseIntegration = immuta.SynapseIntegration;
type SynapseIntegrationArgs = immuta.SynapseIntegrationArgs;
${body}`;

const ofAzure = `import type { Output } from "@pulumi/pulumi";
import { GovernedSqlPool } from "pulumi-immuta/azure";
const pool = new GovernedSqlPool("claims", {
  schema: "governed",
  administrator: { password: "placeholder" },
  systemAccount: { password: "placeholder" },
  network: { allowAzureServices: true },
  sqlPool: { args: { sku: { name: "DW200c" } } },
});
export const status: Output<string> = pool.status;
// @ts-expect-error the types are really there: an administrator has a password or says where it is
new GovernedSqlPool("claims", { schema: "s", systemAccount: { password: "p" }, administrator: { password: "p", passwordFrom: { env: "P" } } });
// @ts-expect-error and what a resource takes is azure-native's
new GovernedSqlPool("claims", { schema: "s", systemAccount: { password: "p" }, sqlPool: { args: { skuu: {} } } });
`;

const ofSandbox = `import { startSandbox, type Sandbox } from "pulumi-immuta-sandbox";
import * as sameAs from "pulumi-immuta/sandbox";
export async function sandbox(): Promise<sameAs.Sandbox> {
  const sandbox: Sandbox = await sameAs.startSandbox({ newPoolsWarmFor: 2 });
  // @ts-expect-error the types are really there: a sandbox has no such service
  sandbox.snowflake;
  // @ts-expect-error under both names
  await startSandbox({ newPoolsWarmFor: "long" });
  return sandbox;
}
`;

const { ModuleKind, ModuleResolutionKind } = ts;

describe("the tarball's types", function () {
  this.timeout(180_000);
  let folder: string;

  before(async () => {
    folder = temporaryFolder();
    installStrict(folder, await tarball());
    write(join(folder, "module.mts"), byName);
    write(join(folder, "commonjs.cts"), byName);
    write(join(folder, "require.cts"), byRequire);
    write(join(folder, "plain.ts"), byName);
    linkFromCheckout("@pulumi/azure-native", join(folder, "node_modules"));
    installSandbox(folder, await tarball("pulumi-immuta-sandbox"));
    write(join(folder, "sandbox.ts"), ofSandbox);
    write(join(folder, "sandbox.mts"), ofSandbox);
    for (const name of ["plugin.ts", "plugin.mts"])
      write(join(folder, name), byName.replace('"pulumi-immuta"', '"pulumi-immuta/plugin"'));
    write(join(folder, "azure.ts"), ofAzure);
    write(join(folder, "azure.mts"), ofAzure);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const parsed = new Map<string, ts.SourceFile | undefined>();

  /** Parses a file once for all the settings that read it the same way. */
  function host(options: ts.CompilerOptions): ts.CompilerHost {
    const plain = ts.createCompilerHost(options);
    return {
      ...plain,
      getSourceFile: (name, how, ...rest) => {
        const key = `${name} ${JSON.stringify(how)}`;
        if (!parsed.has(key)) parsed.set(key, plain.getSourceFile(name, how, ...rest));
        return parsed.get(key);
      },
    };
  }

  /** What a strict compiler finds in the programs, and in the declarations of the package that they reach. */
  function problems(names: string[], settings: ts.CompilerOptions): string[] {
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      target: ts.ScriptTarget.ES2022,
      typeRoots: [join(root, "node_modules", "@types")],
      types: ["node"],
      ...settings,
    };
    const rootNames = names.map((name) => join(folder, name));
    const program = ts.createProgram({ rootNames, options, host: host(options) });
    const checked = program.getSourceFiles().filter((file) => realpathSync(file.fileName).startsWith(folder));
    expect(
      checked.some((file) => /dist\/sdk\/(((azure|plugin)\/)?index|sandbox)\.d\.ts$/.test(file.fileName)),
    ).to.equal(true);
    return [
      ...program.getOptionsDiagnostics(),
      ...checked.flatMap((file) => [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
      ]),
    ].map(
      ({ file, messageText }) =>
        `${file?.fileName ?? "options"}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  }

  it("serve programs with module node16: ES modules, CommonJS, and import = require", () => {
    expect(
      problems(["module.mts", "commonjs.cts", "require.cts"], {
        module: ModuleKind.Node16,
        moduleResolution: ModuleResolutionKind.Node16,
      }),
    ).to.deep.equal([]);
  });

  it("serve programs whose modules a bundler resolves", () => {
    expect(
      problems(["plain.ts"], {
        module: ModuleKind.ESNext,
        moduleResolution: ModuleResolutionKind.Bundler,
      }),
    ).to.deep.equal([]);
  });

  it("serve the settings of `pulumi new`, which resolve as Node 10 did", () => {
    expect(
      problems(["plain.ts"], {
        module: ModuleKind.CommonJS,
        moduleResolution: ModuleResolutionKind.Node10,
      }),
    ).to.deep.equal([]);
  });

  it("of pulumi-immuta/plugin and pulumi-immuta/azure serve ES modules, and the settings of `pulumi new`", () => {
    const modern = { module: ModuleKind.Node16, moduleResolution: ModuleResolutionKind.Node16 };
    const plain = { module: ModuleKind.CommonJS, moduleResolution: ModuleResolutionKind.Node10 };
    expect(problems(["azure.mts", "plugin.mts"], modern)).to.deep.equal([]);
    expect(problems(["azure.ts", "plugin.ts"], plain)).to.deep.equal([]);
  });

  it("of the sandbox serve both too, under both names", () => {
    const modern = { module: ModuleKind.Node16, moduleResolution: ModuleResolutionKind.Node16 };
    const plain = { module: ModuleKind.CommonJS, moduleResolution: ModuleResolutionKind.Node10 };
    expect(problems(["sandbox.mts"], modern)).to.deep.equal([]);
    expect(problems(["sandbox.ts"], plain)).to.deep.equal([]);
  });
});
