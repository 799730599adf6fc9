import { usualContract } from "../../../provider/core/contract";
import { expect } from "chai";
import { phases } from "../../../provider/core/phases";
import { plan, planCreate, planDelete, setupScripts, undo } from "../../../provider/synapse/plan";
import type { Step } from "../../../provider/synapse/steps/step";
import { scriptIdentity } from "../../../provider/sql/script/identity";
import { generateScripts as generated, type ScriptInputs } from "../../../provider/synapse/bootstrap-scripts";
import { runsInMaster } from "../../../provider/synapse/api";
import { map, manual, stateOf } from "../provider/samples";
import { claims, failureOf, Tenant } from "./support";

const args = {
  host: "contoso.sql.azuresynapse.net",
  database: "claims",
  schema: "governed",
  username: "immuta_system_account",
  password: "c4nary'Pass",
};

const generateScripts = (
  immuta: Tenant,
  inputs: ScriptInputs,
  contract = usualContract,
): ReturnType<typeof generated> => generated(immuta, inputs, contract);

describe("getBootstrapScripts", () => {
  it("gives the scripts of a setup and of its undoing, and where each is run", async () => {
    const tenant = new Tenant();
    const scripts = await generateScripts(tenant, args);
    const script = (phase: string, runIn: string): object => {
      const text = `-- ${phase}\nPRINT 'c4nary''Pass'\nGO\nPRINT 2`;
      return { script: text, identity: scriptIdentity(text, args.password), batches: 2, runIn };
    };
    expect(scripts).to.deep.equal({
      initialCreate: script("initial-create", "master"),
      create: script("create", "claims"),
      cleanup: script("cleanup", "claims"),
      postCleanup: script("post-cleanup", "master"),
    });
    expect(tenant.calls).to.have.members([
      "script initial-create",
      "script create",
      "script cleanup",
      "script post-cleanup",
    ]);
  });

  it("asks for all of them with one payload, that of the resource, defaults and all", async () => {
    const tenant = new Tenant();
    await generateScripts(tenant, { ...args, impersonation: { enabled: true, role: "R" }, port: undefined });
    for (const { payload } of tenant.scriptRequests)
      expect(payload).to.deep.equal({
        type: "Azure Synapse Analytics",
        autoBootstrap: false,
        config: {
          ...args,
          impersonation: { enabled: true, role: "R" },
          metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
          authenticationType: "userPassword",
        },
      });
  });

  it("gives edit and delete too for an integration that is proven to be on that place", async () => {
    const tenant = new Tenant([claims]);
    const scripts = await generateScripts(tenant, { ...args, integrationId: "7" });
    expect(Object.keys(scripts)).to.have.members([
      "initialCreate",
      "create",
      "cleanup",
      "postCleanup",
      "edit",
      "delete",
    ]);
    expect(scripts).to.have.nested.property("edit.runIn", "claims");
    expect(scripts).to.have.nested.property("delete.runIn", "claims");
    expect(tenant.calls[0]).to.equal("get 7");
    expect(tenant.calls).to.include.members(["script edit of 7", "script delete of 7"]);
    expect(tenant.calls).to.include.members(["script initial-create", "script post-cleanup"]);
  });

  const foreign: [what: string, tenant: Tenant, sentence: string][] = [
    ["that is not there", new Tenant(), "Immuta tenant.example has no integration with id 7."],
    [
      "on another database",
      new Tenant([{ ...claims, config: { ...claims.config, database: "sales" } }]),
      "integration 7 (Azure Synapse Analytics, enabled, contoso.sql.azuresynapse.net/sales/governed) at Immuta tenant.example is not " +
        "the Azure Synapse Analytics integration on host contoso.sql.azuresynapse.net, database claims, schema governed. " +
        "Correct integrationId, or leave it out.",
    ],
    [
      "of another platform",
      new Tenant([{ ...claims, type: "Snowflake" }]),
      "integration 7 (Snowflake, enabled, contoso.sql.azuresynapse.net/claims/governed) at Immuta tenant.example is not " +
        "the Azure Synapse Analytics integration on host contoso.sql.azuresynapse.net, database claims, schema governed. " +
        "Correct integrationId, or leave it out.",
    ],
  ];
  for (const [what, tenant, sentence] of foreign)
    it(`refuses an integration ${what}, and generates nothing`, async () => {
      expect(await failureOf(generateScripts(tenant, { ...args, integrationId: "7" }))).to.equal(sentence);
      expect(tenant.scriptRequests).to.deep.equal([]);
    });

  it("refuses all that is wrong at once, with the resource's own sentences, and asks nobody", async () => {
    const tenant = new Tenant();
    const wrong = { ...args, host: "https://a.b", password: "c4nary\n", databse: "x", integrationId: "" };
    expect(await failureOf(generateScripts(tenant, wrong))).to.equal(
      "these inputs cannot work:\n" +
        "  - databse: no such property. Did you mean database?\n" +
        '  - host: "https://a.b" has a scheme. Give the host name alone, such as contoso.sql.azuresynapse.net.\n' +
        "  - password: has a control character, which does not travel unchanged through T-SQL. Use printable characters.\n" +
        "  - integrationId: is empty. Give Immuta's id, or leave it out.",
    );
    expect(tenant.calls).to.deep.equal([]);
  });

  it("takes the arguments of a manual setup's resource as they are", async () => {
    const { initialCreate } = await generateScripts(new Tenant(), {
      ...map(manual),
      timeouts: { create: "5m" },
    });
    expect(initialCreate.runIn).to.equal("master");
  });

  it("keeps the password out of an error that repeats it", async () => {
    const tenant = new Tenant();
    tenant.text = (_phase, payload) => {
      throw new Error(`cannot use ${payload.config.password}`);
    };
    expect(await failureOf(generateScripts(tenant, args))).to.equal("cannot use <secret>");
  });

  it("names the databases in which the resource runs its phases", () => {
    const olds = stateOf(manual);
    const steps: Step[] = [
      ...planCreate(map(manual)),
      ...plan(olds, { ...manual, password: "other" }).steps,
      ...planDelete(olds, true),
      ...undo(setupScripts, { operation: "create", registered: false }),
    ];
    const runs = steps.flatMap(({ script, announced }) =>
      script === undefined
        ? []
        : [
            {
              phase: script.phase,
              told: announced?.fields({
                id: undefined,
                changed: [],
                contract: usualContract,
                news: map(manual),
              }),
            },
          ],
    );
    expect(new Set(runs.map(({ phase }) => phase))).to.have.all.keys(...phases);
    for (const { phase, told } of runs)
      expect(told, phase).to.deep.equal({
        database: runsInMaster(phase, usualContract) ? "master" : manual.database,
      });
  });
});
