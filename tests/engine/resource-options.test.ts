import * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";
import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manualArgs } from "./one-integration";
import { everythingIn, integrations } from "./support";
import { twoFaces, type TwoFaces } from "./two-faces";

/** As docs/configuration.md has it. */
class Tenant extends pulumi.ProviderResource {
  constructor(name: string, settings: Record<string, pulumi.Input<string>>) {
    super("pulumi-nodejs", name, settings);
  }
}

describe("resource options of the dynamic face", function () {
  this.timeout(120_000);
  let faces: TwoFaces;

  beforeEach(async () => {
    faces = await twoFaces();
  });
  afterEach(() => faces.close());

  const declare = (name: string, opts: pulumi.CustomResourceOptions): immuta.SynapseIntegration =>
    new immuta.SynapseIntegration(name, manualArgs as unknown as immuta.SynapseIntegrationArgs, opts);

  it("say where they do less than they may be given for", async () => {
    class Other extends pulumi.ComponentResource {}
    faces.program = () => {
      const deletedWith = new Other("contoso:platform:Other", "other");
      declare("claims", { deletedWith, customTimeouts: { create: "5m", read: "1m" } });
      return {};
    };
    const { output } = await (await faces.openStack()).act("preview", { plain: true });
    expect(output).to.contain("Immuta, which keeps the integration.");
    expect(output).to.contain("customTimeouts.read has no effect");
  });

  it("reach two tenants from one program by explicit providers", async () => {
    const other = await faces.startAnother();
    const tenants = { one: faces.sandbox, two: other };
    faces.program = () =>
      Object.fromEntries(
        Object.entries(tenants).map(
          ([
            name,
            {
              immuta: { url },
              apiKey,
              environment,
            },
          ]) => {
            const provider = new Tenant(name, {
              "immuta:url": url,
              "immuta:apiKey": pulumi.secret(apiKey),
              "immuta:sqlServer": environment["IMMUTA_SQL_SERVER"] ?? "",
              "immuta:sqlPort": environment["IMMUTA_SQL_PORT"] ?? "",
            });
            return [name, declare(name, { provider }).tenant];
          },
        ),
      );
    const authorities = join(faces.folder, "authorities.pem");
    const each = faces.sandboxes.map(({ environment }) =>
      readFileSync(environment["NODE_EXTRA_CA_CERTS"] ?? ""),
    );
    writeFileSync(authorities, each.join("\n"));
    const unset = ["IMMUTA_URL", "IMMUTA_API_KEY", "IMMUTA_SQL_SERVER", "IMMUTA_SQL_PORT"];
    const scenario = await faces.openStack({
      ...Object.fromEntries(unset.map((name) => [name, ""])),
      NODE_EXTRA_CA_CERTS: authorities,
    });
    const { outputs } = await scenario.act("up");
    for (const [
      name,
      {
        immuta: { url },
      },
    ] of Object.entries(tenants))
      expect(outputs[name]?.value).to.equal(new URL(url).origin);
    for (const one of faces.sandboxes) expect(integrations(one)).to.have.length(1);
    const stored = everythingIn(join(scenario.opened.folder, "state"));
    for (const { apiKey } of faces.sandboxes) expect(stored).not.to.contain(apiKey);
    await scenario.act("destroy");
    for (const one of faces.sandboxes) expect(integrations(one)).to.deep.equal([]);
  });
});
