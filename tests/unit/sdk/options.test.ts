import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { SynapseIntegration } from "../../../sdk";

const place = {
  host: "contoso.sql.azuresynapse.net",
  database: "claims",
  schema: "governed",
  autoBootstrap: true,
} as const;

/** The timeouts that the engine is told. */
async function timeoutsTold(
  timeouts: pulumi.Input<{ create?: string; delete?: string }> | undefined,
  customTimeouts: pulumi.CustomTimeouts | undefined,
): Promise<unknown> {
  let inputs: Record<string, unknown> = {};
  await pulumi.runtime.setMocks({
    newResource: (resource: pulumi.runtime.MockResourceArgs) => {
      inputs = resource.inputs as Record<string, unknown>;
      return { id: "id", state: inputs };
    },
    call: () => ({}),
  });
  const { urn } = new SynapseIntegration(
    "claims",
    { ...place, ...(timeouts === undefined ? {} : { timeouts }) },
    customTimeouts === undefined ? {} : { customTimeouts },
  );
  await new Promise((resolve) => urn.apply(resolve));
  return inputs["timeouts"];
}

describe("resource options of a SynapseIntegration", () => {
  const cases: Record<string, [pulumi.CustomResourceOptions, RegExp]> = {
    import: [{ import: "3" }, /give `adopt` with its id/],
    id: [{ id: "3" }, /give `adopt` with its id/],
    replaceOnChanges: [{ replaceOnChanges: ["impersonation"] }, /`pulumi up --replace <urn>`/],
    version: [{ version: "1.0.0" }, /set it in package\.json/],
    pluginDownloadURL: [{ pluginDownloadURL: "https://example.com" }, /nothing is downloaded/],
  };
  for (const [option, [opts, instead]] of Object.entries(cases))
    it(`refuse ${option}, and say what to do instead`, () => {
      const made = (): SynapseIntegration => new SynapseIntegration("claims", place, opts);
      expect(made)
        .to.throw(pulumi.RunError, `SynapseIntegration claims: the resource option \`${option}\` was given`)
        .with.property("message")
        .that.matches(instead);
    });

  it("take customTimeouts as timeouts where the program gives none of its own", async () => {
    const custom = { create: "5m", delete: "7m", read: "1m" };
    expect(await timeoutsTold(undefined, custom)).to.deep.equal({ create: "5m", delete: "7m" });
    const own = { create: "9m" };
    for (const given of [own, pulumi.output(own), Promise.resolve(own)])
      expect(await timeoutsTold(given, custom)).to.deep.equal({ create: "9m", delete: "7m" });
    expect(await timeoutsTold(undefined, undefined)).to.equal(undefined);
    expect(await timeoutsTold(undefined, { read: "1m" })).to.equal(undefined);
  });
});
