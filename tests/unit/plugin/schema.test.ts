import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { examples } from "../../../docs/render-examples";
import { schema } from "../../../docs/render-schema";
import { readConfiguration } from "../../../provider/core/configuration";
import { settings } from "../../../provider/core/settings";
import { schemaOf } from "../../../provider/plugin/schema";
import { properties } from "../../../provider/synapse/inputs/paths";
import { AuthenticationType } from "../../../sdk/plugin";

interface Property {
  $ref?: string;
  secret?: true;
  type?: string;
}
interface Typed {
  properties?: Record<string, Property>;
  enum?: { value: string }[];
}
interface Schema {
  language: { nodejs: { packageName: string } };
  types: Record<string, Typed>;
  resources: Record<
    string,
    { description: string; inputProperties: Record<string, Property>; requiredInputs: string[] }
  >;
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

describe("the schema of the plugin", () => {
  const made = schemaOf() as Schema;
  const resource = made.resources["immuta:index:SynapseIntegration"];
  const typeAt = (ref = ""): Typed | undefined => made.types[ref.replace("#/types/", "")];
  const at = (path: string): Property | undefined => {
    const [head = "", field] = path.split(".");
    const top = resource?.inputProperties[head];
    return field === undefined ? top : typeAt(top?.$ref)?.properties?.[field];
  };

  it("is the one that lies in the repository (`npm run docs` writes it)", async () => {
    expect(await schema.isUpToDate()).to.equal(true);
  });

  it("has an example in each language, from the examples", async () => {
    expect(await examples.isUpToDate()).to.equal(true);
    const description = resource?.description ?? "";
    expect([...description.matchAll(/^```(\w+)$/gm)].map(([, language]) => language)).to.deep.equal([
      ...["typescript", "yaml", "python", "go", "java", "csharp"],
    ]);
  });

  for (const { path, secret, words } of properties)
    it(`has ${path}, secret and with its words as in the table`, () => {
      const property = at(path);
      expect(property, path).not.to.equal(undefined);
      expect(property?.secret).to.equal(secret);
      const { enum: allowed } = typeAt(property?.$ref) ?? {};
      expect(allowed?.map(({ value }) => value)).to.deep.equal(words);
    });

  it("leads nowhere but to types that are there", () => {
    const refs = [...JSON.stringify(made).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect(refs).to.have.length.greaterThan(20);
    expect(refs.filter((ref) => typeAt(ref) === undefined)).to.deep.equal([]);
  });

  it("names a place to get the plugin from, that of a release or one that is nobody's to own", () => {
    expect(schemaOf()).to.include({ pluginDownloadURL: "https://not-published-see-docs-plugin-md.invalid" });
    expect(schemaOf("https://there.example")).to.include({ pluginDownloadURL: "https://there.example" });
  });

  it("leads the TypeScript that `pulumi import` writes to what this package has", () => {
    const manifest = JSON.parse(readFileSync(join(__dirname, "..", "..", "..", "package.json"), "utf8")) as {
      name: string;
      exports: Record<string, unknown>;
    };
    expect(made.language.nodejs.packageName.replace(manifest.name, ".")).to.be.oneOf(
      Object.keys(manifest.exports),
    );
    const written = properties.filter(({ immuta, words }) => immuta !== undefined && words !== undefined);
    expect(written.map(({ path }) => path)).to.deep.equal(["authenticationType"]);
    const words = Object.values(written[0]?.words ?? []);
    expect(words.map((word) => [capitalized(word), word])).to.deep.equal(Object.entries(AuthenticationType));
  });

  it("has the settings that the configuration reads, and no others", () => {
    const asked = new Map<string, undefined>();
    const configuration = readConfiguration((name) => {
      asked.set(name, undefined);
      return { url: "https://tenant.example", contract: "{}" }[name] ?? "1";
    }, {});
    configuration.tenant();
    configuration.sqlRoute();
    configuration.contract();
    expect([...asked.keys()]).to.have.members(Object.keys(settings));
  });

  it("knows the variables of the environment that the configuration reads for them", () => {
    const read = new Set<string>();
    const get = (_variables: object, variable: string): undefined => void read.add(variable);
    const environment = new Proxy<NodeJS.ProcessEnv>({}, { get });
    const configuration = readConfiguration(
      (name) => (name === "contract" ? "{}" : "https://tenant.example"),
      environment,
    );
    configuration.tenant();
    configuration.contract();
    const variables = Object.values(settings).map(({ env }) => env);
    expect([...read]).to.include.members(variables);
  });
});
