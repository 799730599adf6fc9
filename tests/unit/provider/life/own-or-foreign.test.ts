import { expect } from "chai";
import * as life from "../../../../provider/synapse/integration";
import { automatic, map, changed, manual } from "../samples";
import type { PropertyMap } from "../../../../provider/core/property-map";
import { Stage, elsewhere, failed, failureOf, made, partialStateOf } from "./stage";

describe("the life of a SynapseIntegration: own or foreign", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  it("writes nothing to an integration that is another one now", async () => {
    const { id, outs } = await made(stage, manual);
    const found = stage.integrations.get("7");
    if (found !== undefined) found.config.host = "elsewhere.azure.com";
    const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");
    for (const work of [
      () => life.update(id, outs, news, stage.ports()),
      () => life.remove(outs, stage.ports()),
      () => life.read(id, outs, stage.ports()),
    ]) {
      const error = await failureOf(work());
      expect(error.message).to.contain("it has host elsewhere.azure.com");
    }
    expect(stage.acts).to.deep.equal(["get 7", "get 7", "get 7"]);
  });

  /** All that is done about an integration that is there. */
  const works = (id: string, outs: PropertyMap): (() => Promise<unknown>)[] => {
    const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");
    return [
      () => life.update(id, outs, news, stage.ports()),
      () => life.remove(outs, stage.ports()),
      () => life.read(id, outs, stage.ports()),
    ];
  };

  it("calls nobody under another tenant than the state's", async () => {
    const { id, outs } = await made(stage, manual);
    stage.tenant = "https://other.example";
    for (const work of works(id, outs))
      expect((await failureOf(work())).message).to.contain(
        "belongs to the Immuta tenant https://tenant.example, but IMMUTA_URL",
      );
    expect(stage.acts).to.deep.equal([]);
  });

  it("runs nothing in a pool that holds already what the scripts would make", async () => {
    stage.found = ["schema immuta_system in database immuta", "login taylor@synapse.com in database master"];
    const error = await failureOf(life.create(manual, stage.ports()));
    expect(error.message).to.match(
      /^The pool already holds .* did not make it: schema immuta_system in database immuta, login taylor@synapse\.com in database master\. Nothing was changed\./,
    );
    expect(stage.acts).to.deep.equal(["list", "preflight immuta"]);
  });

  it("takes no account over that somebody else made, when the system account is changed", async () => {
    const { id, outs } = await made(stage, manual);
    stage.account = { login: "01", schemas: "others'", controls: false };
    const error = await failureOf(
      life.update(id, outs, changed(manual, "username", "other_account"), stage.ports()),
    );
    expect(error.message).to.contain(
      "Login other_account in master of organization.azure.com is there, and nothing proves that it is Immuta's for this integration: database immuta has no user of that name. ",
    );
    expect(error.message).to.contain("Nothing was changed.");
    expect(stage.acts).to.deep.equal(["get 7", "account other_account immuta"]);
  });

  it("knows the accounts again that it made: after a change back, and after a change that failed", async () => {
    const { id, outs } = await made(stage, manual);
    const other = changed(manual, "username", "other_account");
    const changedOnce = await life.update(id, outs, other, stage.ports());
    expect(changedOnce.outs["formerAccounts"]).to.deep.equal([manual.username]);
    stage.acts.length = 0;
    stage.account = { login: "01", schemas: "others'", controls: false };
    const back = await life.update(id, changedOnce.outs, manual, stage.ports());
    expect(stage.acts).not.to.include(`account ${manual.username ?? ""} immuta`);
    expect(back.outs["formerAccounts"]).to.deep.equal(["other_account"]);

    stage.account = { schemas: "others'", controls: false };
    const third = changed(manual, "username", "third_account");
    stage.failures.set("run edit in immuta", failed("edit"));
    const error = await partialStateOf(life.update(id, back.outs, third, stage.ports()));
    expect(error.message).to.contain("The integration is what it was before.");
    expect(error.properties["formerAccounts"]).to.deep.equal(["other_account", "third_account"]);
    expect(life.diff(id, error.properties, map(manual)).changes).to.equal(false);
  });

  it("names both ids and the adoption where the state's id is gone and another stands in its place", async () => {
    const { id, outs } = await made(stage, manual);
    const other = await life.create(automatic, elsewhere(stage, "9"));
    expect(other.outs["integrationId"]).to.equal("9");
    stage.acts.length = 0;
    for (const work of [() => life.read(id, outs, stage.ports()), () => life.remove(outs, stage.ports())])
      expect((await failureOf(work())).message).to.match(
        /knows the integration as 7, .* integration 9\. .* set adopt: "9" for one run/,
      );
    expect(stage.acts).to.deep.equal(["get 7", "list", "get 7", "list"]);
  });

  it("goes on in another tenant only where somebody says that it moved", async () => {
    const { id, outs } = await made(stage, manual);
    stage.tenant = "https://new.example";
    const error = await failureOf(life.read(id, outs, stage.ports()));
    expect(error.message).to.contain("set IMMUTA_PREVIOUS_URL to its old URL for one run");
    const moved = await life.read(id, outs, stage.ports({ IMMUTA_PREVIOUS_URL: "https://tenant.example/" }));
    expect(moved.props["tenant"]).to.equal("https://new.example");
    expect(life.diff(id, moved.props, map(manual)).changes).to.equal(false);
    expect((await life.read(id, moved.props, stage.ports())).props).to.deep.equal(moved.props);
  });

  it("takes two tenants behind one host for two", async () => {
    stage.tenant = "https://gateway.example/a";
    const { outs } = await made(stage, manual);
    stage.tenant = "https://gateway.example/b";
    expect((await failureOf(life.remove(outs, stage.ports()))).message).to.contain(
      "belongs to the Immuta tenant https://gateway.example/a, but IMMUTA_URL (or immuta:url) names https://gateway.example/b",
    );
    expect(stage.acts).to.deep.equal([]);
  });

  it("refuses in diff what it refuses in up, in the same sentence, whether anything changed or not", async () => {
    const { id, outs } = await made(stage, manual);
    const other = { namedTenant: "https://other.example" };
    const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");
    stage.tenant = other.namedTenant;
    const { message } = await failureOf(life.update(id, outs, news, stage.ports()));
    for (const program of [manual, news])
      expect(() => life.diff(id, outs, map(program), undefined, other)).to.throw(message);
    const previousTenant = "https://tenant.example";
    expect(life.diff(id, outs, map(manual), undefined, { ...other, previousTenant }).changes).to.equal(false);
    expect(life.diff(id, outs, map(manual), undefined, {}).changes, "no tenant named").to.equal(false);
    const adopting = { ...manual, adopt: "9" };
    expect(life.diff(id, outs, map(adopting), undefined, other).changes, "taken from there").to.equal(true);
  });

  describe("where the state names the tenant by its host alone", () => {
    const byHost = async (): Promise<{ id: string; outs: PropertyMap }> => {
      const { id, outs } = await made(stage, manual);
      return { id, outs: { ...outs, tenant: "tenant.example" } };
    };

    it("has no change and calls nobody while nothing changes", async () => {
      const { id, outs } = await byHost();
      for (const namedTenant of ["https://tenant.example", "https://tenant.example/a"])
        expect(life.diff(id, outs, map(manual), undefined, { namedTenant }).changes).to.equal(false);
      expect(() =>
        life.diff(id, outs, map(manual), undefined, { namedTenant: "https://other.example" }),
      ).to.throw("belongs to the Immuta tenant tenant.example");
      const stored = await life.update(id, outs, changed(manual, "timeouts.create", "5m"), stage.ports());
      expect(stored.outs["tenant"]).to.equal("tenant.example");
      expect(stage.acts).to.deep.equal([]);
    });

    it("names the whole tenant once a GET has proved the integration there", async () => {
      const { id, outs } = await byHost();
      const read = await life.read(id, outs, stage.ports());
      const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");
      const updated = await life.update(id, outs, news, stage.ports());
      expect([read.props["tenant"], updated.outs["tenant"]]).to.deep.equal(
        Array.from({ length: 2 }, () => "https://tenant.example"),
      );
      await life.remove(outs, stage.ports());
      expect(stage.integrations.size).to.equal(0);
    });

    it("takes what another tenant of that host does not have for none that is gone, until somebody says so", async () => {
      const { id, outs } = await byHost();
      stage.integrations.clear();
      for (const work of works(id, outs))
        expect((await failureOf(work())).message).to.contain(
          "does not have integration 7, and this state names its tenant by the host tenant.example alone",
        );
      expect(stage.acts.filter((act) => /^(run|delete|put)/.test(act))).to.deep.equal([]);
      const said = stage.ports({ IMMUTA_PREVIOUS_URL: "https://tenant.example" });
      await life.remove(outs, said);
      expect(stage.acts).to.include("run post-cleanup in master");
    });

    it("forgets no POST whose answer was lost and that this tenant does not list", async () => {
      const { outs } = await byHost();
      const { integrationId: _none, ...rest } = outs;
      const progress = {
        operation: "create",
        done: ["run initial-create", "run create", "register"],
        unanswered: true,
      };
      stage.integrations.clear();
      const error = await failureOf(life.remove({ ...rest, progress }, stage.ports()));
      expect(error.message).to.contain(
        "does not have the integration on database immuta of organization.azure.com",
      );
      expect(stage.acts).to.deep.equal(["list"]);
    });
  });
});
