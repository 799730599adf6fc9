import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { schemaOf } from "../../provider/plugin/schema";
import { manualArgs } from "./one-integration";
import { root } from "./support";
import { twoFaces, type TwoFaces } from "./two-faces";

const page = readFileSync(join(root, "docs", "troubleshooting.md"), "utf8");

/** As the SDKs of other languages declare it. */
class Generated extends pulumi.CustomResource {}

describe("a program without the plugin gets the words that docs/troubleshooting.md quotes", function () {
  this.timeout(120_000);
  let faces: TwoFaces;

  beforeEach(async () => {
    faces = await twoFaces();
  });
  afterEach(() => faces.close());

  const { version, pluginDownloadURL } = schemaOf() as Record<"version" | "pluginDownloadURL", string>;
  const [, section = ""] = page.split("## The plugin is not found");

  const folder = { providers: [{ name: "immuta", path: "missing" }] };
  for (const [where, plugins, download, quoted] of [
    [
      "nowhere",
      undefined,
      true,
      "Could not automatically download and install resource plugin 'pulumi-resource-immuta'",
    ],
    ["nowhere, and downloads are off", undefined, false, "no resource plugin 'pulumi-resource-immuta' found"],
    ["in a folder that is not there", folder, true, "no folder at path"],
  ] as const)
    it(`where Pulumi.yaml has it ${where}`, async () => {
      const project = { name: "faces", runtime: "nodejs", main: root, plugins };
      writeFileSync(join(faces.folder, "Pulumi.yaml"), JSON.stringify(project));
      faces.declare(
        () =>
          new Generated("immuta:index:SynapseIntegration", "claims", manualArgs, {
            version,
            pluginDownloadURL,
          }),
      );
      // Nothing is asked of this machine's network.
      const proxy = "http://127.0.0.1:9";
      const scenario = await faces.openStack({
        HTTPS_PROXY: proxy,
        https_proxy: proxy,
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: String(!download),
      });
      const said = await scenario.fail("preview");
      expect(said).to.contain(quoted);
      expect(section).to.contain(quoted);
      if (plugins === undefined) expect(said).to.contain("see-docs-plugin-md");
    });
});

describe("pulumi import of the dynamic type", function () {
  this.timeout(120_000);

  it("ends in the words of Pulumi's host that docs/troubleshooting.md quotes", async () => {
    const faces = await twoFaces();
    try {
      const type = "pulumi-nodejs:dynamic/immuta:SynapseIntegration";
      faces.declare(() => new Generated(type, "claims", manualArgs, { import: "3" }));
      const quoted = "Cannot read properties of undefined (reading 'toJavaScript')";
      expect(await (await faces.openStack()).fail("preview")).to.contain(quoted);
      expect(page).to.contain(`\`${quoted}\`: \`pulumi import\` of \`${type}\``);
    } finally {
      await faces.close();
    }
  });
});
