import { expect } from "chai";
import { lineOf } from "../../provider/core/announcement";
import { packageVersion } from "../../provider/core/configuration";
import { automaticArgs, manualArgs, oneIntegration, type OneIntegration } from "./one-integration";

/** The lines on the integration's own row. */
const linesIn = (output: string): string[] => {
  const section = /pulumi-nodejs:dynamic\/immuta:SynapseIntegration \(claims\):\n((?: {4}.*\n)+)/.exec(
    output,
  );
  return (section?.[1] ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => line.trim());
};

describe("a preview says what will be done, on the resource's own row, once, and calls nobody", function () {
  this.timeout(120_000);
  let one: OneIntegration;

  before(async () => {
    one = await oneIntegration(manualArgs);
  });
  after(() => one.close());

  const previewed = async (args: Record<string, unknown>): Promise<string[]> => {
    one.args = args;
    const outcome = await one.scenario.act("preview", { plain: true });
    expect(outcome.calls).to.deep.equal([]);
    expect(outcome.batches).to.deep.equal([]);
    return linesIn(outcome.output);
  };

  it("for a new manual setup", async () => {
    expect(await previewed(manualArgs)).to.deep.equal([
      "initial-create script → database master",
      "create script → database claims",
      "POST /integrations (manual setup, impersonation off)",
    ]);
  });

  it("for a new automatic setup", async () => {
    const args = { ...automaticArgs, impersonation: { enabled: true, role: "R" } };
    expect(await previewed(args)).to.deep.equal([
      "POST /integrations (automatic setup, impersonation on, role R)",
    ]);
  });

  it("for changes of an integration that is there", async () => {
    one.args = manualArgs;
    await one.scenario.act("up");
    const put = (what: string): string[] => [
      "edit script → database claims",
      `PUT /integrations/3 (${what})`,
    ];
    expect(await previewed({ ...manualArgs, metadataDelimiters: { hashDelimiter: "#" } })).to.deep.equal(
      put("hashDelimiter #"),
    );
    expect(await previewed({ ...manualArgs, password: "An0ther-one!" })).to.deep.equal([
      "changed, value not shown: password",
      "initial-create script → database master",
      ...put("the system account"),
    ]);
    expect(await previewed({ ...manualArgs, timeouts: { create: "5m" } })).to.deep.equal([
      "stored only, nobody is called: timeouts.create",
    ]);
    expect(await previewed(manualArgs)).to.deep.equal([""]);
  });

  it("for a replacement, with its order, which the engine does not tell", async () => {
    expect(await previewed({ ...manualArgs, schema: "other" })).to.deep.equal([
      "REPLACES the integration (schema): its policy views are dropped and built again. The old one is deleted before the new one is made.",
    ]);
    expect(await previewed({ ...manualArgs, host: "other.sql.azuresynapse.net" })).to.deep.equal([
      "REPLACES the integration (host): its policy views are dropped and built again. The old one is deleted before the new one is made.",
    ]);
  });

  it("for an adoption, with what it may write", async () => {
    const fresh = await one.another({});
    const announced = async (args: Record<string, unknown>): Promise<string[]> => {
      one.args = args;
      const outcome = await fresh.act("preview", { plain: true });
      expect(outcome.calls).to.deep.equal([]);
      return linesIn(outcome.output);
    };
    expect(await announced({ ...manualArgs, adopt: "3" })).to.deep.equal([
      'adopts integration "3" exactly: nothing is written, and a difference is an error',
    ]);
    expect(await announced({ ...manualArgs, adopt: true, adoptMode: "converge" })).to.deep.equal([
      "ADOPTS the integration on this host, database and schema and brings it to the program: where they differ, edit script and PUT",
    ]);
  });

  it("with --diff, whose view has no room for them, on stderr, under the resource's name", async () => {
    one.args = { ...manualArgs, metadataDelimiters: { hashDelimiter: "#" } };
    const { stdout, stderr } = await one.scenario.opened.stack.preview({ diff: true, color: "never" });
    expect(stdout).to.contain('hashDelimiter   : "|" => "#"').and.not.to.contain("edit script");
    const [, properties = ""] = stdout.split("::claims]");
    const [own = ""] = properties.split("\nResources:");
    expect(own.split("\n").filter((line) => /^\s*[~+-] /.test(line)).length).to.be.within(1, 5);
    expect(stderr.trim().split("\n")).to.deep.equal([
      // Such a view hides no line.
      lineOf({
        format: 1,
        provider: packageVersion(),
        steps: [
          { step: "run edit", database: "claims" },
          { step: "put", id: "3", hashDelimiter: "#" },
        ],
        changed: ["metadataDelimiters.hashDelimiter"],
      }),
      "claims:",
      "edit script → database claims",
      "PUT /integrations/3 (hashDelimiter #)",
    ]);
  });

  it("in preview --json, with the resource's URN", async () => {
    one.args = { ...manualArgs, metadataDelimiters: { hashDelimiter: "#" } };
    const events: { diagnosticEvent?: { message: string; urn?: string } }[] = [];
    await one.scenario.opened.stack.preview({ onEvent: (event) => void events.push(event) });
    const told = events.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent?.message.includes("PUT ") === true ? [diagnosticEvent.urn] : [],
    );
    expect(told).to.deep.equal([
      "urn:pulumi:test::one::pulumi-nodejs:dynamic/immuta:SynapseIntegration::claims",
    ]);
  });
});
