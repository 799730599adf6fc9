import { expect } from "chai";
import { markdownOf } from "../../../cli/report/markdown";
import type { Integration } from "../../../cli/report/model";
import { announced, changed, inputs, report, said, step, unknown, urnOf } from "./previews";

const only = ({ integrations }: { integrations: Integration[] }): Integration => {
  expect(integrations).to.have.length(1);
  return integrations[0]!;
};

const rows = (one: Integration): unknown[][] =>
  one.changes.map(({ property, before, after }) => [property, before.state, after.state]);

describe("what a report makes of a preview", () => {
  it("tells a replacement from one that is known at up only", () => {
    const replaced = only(changed({ host: "other" }, [], "replace"));
    expect([replaced.action, replaced.replacedBecause, replaced.mayReplace]).to.deep.equal([
      "replace",
      ["host"],
      [],
    ]);
    const open = only(changed({ host: unknown }));
    expect([open.action, open.replacedBecause, open.mayReplace]).to.deep.equal(["update", [], ["host"]]);
    expect(open.risks).to.deep.equal(["replace"]);
  });

  it("takes an input that is not there yet for one that is known at up", () => {
    const { host: _host, ...rest } = inputs("claims");
    const one = only(report([step("update", "claims", inputs("claims"), rest)]));
    expect(one.mayReplace).to.deep.equal(["host"]);
  });

  it("shows an object that is known at up only as one row, with the strongest that it may mean", () => {
    const one = only(changed({ impersonation: unknown }));
    expect(rows(one)).to.deep.equal([["impersonation", "known", "unknown"]]);
    expect(one.changes[0]?.change).to.equal("put");
    expect(one.risks).to.deep.equal(["impersonation", "role"]);
  });

  it("compares as the provider does", () => {
    const same = { host: "CLAIMS.sql.azuresynapse.net.", impersonation: { enabled: false, role: "idle" } };
    expect(only(changed(same)).changes).to.deep.equal([]);
  });

  describe("secrets", () => {
    const wrapped = (kind: string, value: string) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      [kind]: value,
    });

    for (const kind of ["ciphertext", "plaintext", "value"])
      it(`are never shown, wrapped with their ${kind}`, () => {
        const found = changed({
          password: wrapped(kind, "hunter2"),
          schema: wrapped(kind, "hunter2"),
          bootstrap: wrapped(kind, "hunter2"),
        });
        expect(JSON.stringify(found) + markdownOf(found, 65_536)).not.to.include("hunter2");
        expect(rows(only(found))).to.deep.equal([
          ["schema", "known", "secret"],
          ["bootstrap", "known", "secret"],
        ]);
        expect(only(found).changes[1]?.before).to.deep.equal({
          state: "known",
          value: "username: sqladmin, password: secret",
        });
      });

    it("are never shown where the preview shows them (--show-secrets), but compared", () => {
      const found = report([
        step(
          "update",
          "claims",
          { ...inputs("claims"), password: "hunter1", bootstrap: { username: "a", password: "hunter1" } },
          { ...inputs("claims"), password: "hunter2", bootstrap: { username: "a", password: "hunter1" } },
        ),
      ]);
      expect(JSON.stringify(found) + markdownOf(found, 65_536)).not.to.include("hunter");
      expect(rows(only(found))).to.deep.equal([["password", "secret", "secret"]]);
    });

    it("are told as changed where the provider names them, and that is no step", () => {
      const stored = only(changed({}, [announced("claims", { stored: ["bootstrap.password"] })]));
      expect(rows(stored)).to.deep.equal([["bootstrap.password", "secret", "secret"]]);
      expect(stored.action).to.equal("store");
      const account = only(
        changed({}, [
          announced("claims", {
            changed: ["password"],
            steps: [{ step: "run initial-create", database: "master" }],
          }),
        ]),
      );
      expect(account.steps).to.deep.equal(["initial-create script → database master"]);
      expect(rows(account)).to.deep.equal([["password", "secret", "secret"]]);
      expect(account.action).to.equal("update");
    });

    it("are told as changed inside an object that is secret as a whole", () => {
      const before = { ...inputs("claims"), bootstrap: "[secret]" };
      const one = only(
        report(
          [step("update", "claims", before, before)],
          [announced("claims", { stored: ["bootstrap.password"] })],
        ),
      );
      expect(rows(one)).to.deep.equal([["bootstrap", "secret", "secret"]]);
      expect(one.action).to.equal("store");
    });

    it("do not come in through debug messages, which hold them in plain text", () => {
      const found = changed({ schema: "other" }, [said("claims", "password,,,hunter2", "debug")], "replace");
      expect(JSON.stringify(found)).not.to.include("hunter2");
    });
  });

  it("calls an update that calls nobody stored only", () => {
    expect(only(changed({ timeouts: { create: "5m" } })).action).to.equal("store");
    const automatic = { ...inputs("claims"), autoBootstrap: true, bootstrap: undefined };
    const renamed = step("update", "claims", automatic, { ...automatic, username: "other" });
    expect(only(report([renamed])).action).to.equal("store");
    expect(only(changed({ username: "other" })).action).to.equal("update");
  });

  it("does not call the end of an operation that stopped half way stored only", () => {
    const before = { ...inputs("claims"), progress: { operation: "update", done: ["run edit"] } };
    expect(only(report([step("update", "claims", before, inputs("claims"))])).action).to.equal("update");
  });

  it("says the removal's steps, which no preview tells, from the provider's plan", () => {
    const steps = (before: Record<string, unknown>): string[] =>
      only(report([step("delete", "claims", before)])).steps;
    expect(steps(inputs("claims"))).to.deep.equal([
      "DELETE /integrations/7",
      "delete script → database claims",
      "post-cleanup script → database master",
    ]);
    expect(steps({ ...inputs("claims"), retainPoolObjects: true })).to.deep.equal(["DELETE /integrations/7"]);
    expect(steps({ ...inputs("claims"), stateFormat: 99 })).to.deep.equal([]);
  });

  it("says a replacement's steps in their order", () => {
    const made = (host: string): string[] =>
      only(changed({ host, schema: "other" }, [], "replace")).steps.filter((line) => line.includes(" /"));
    const post = "POST /integrations (manual setup, impersonation off)";
    expect(made("claims.sql.azuresynapse.net")).to.deep.equal(["DELETE /integrations/7", post]);
    expect(made("other")).to.deep.equal([post, "DELETE /integrations/7"]);
  });

  it("tells what an interrupted replacement left from the integration itself", () => {
    const left = { ...step("delete", "claims", inputs("claims")) };
    (left["oldState"] as Record<string, unknown>)["delete"] = true;
    const found = report([step("same", "claims", inputs("claims"), inputs("claims")), left]);
    expect(found.counts.unchanged).to.equal(1);
    expect(only(found).warnings).to.deep.equal(["An interrupted replacement left it behind."]);
  });

  it("tells adoption, and whether it may change what it takes over", () => {
    const adopted = (more: object) =>
      report([step("create", "claims", undefined, { ...inputs("claims"), adopt: "7", ...more })]);
    expect(only(adopted({})).risks).to.deep.equal(["adopt"]);
    expect(markdownOf(adopted({}), 65_536)).to.include("`claims`: adopted as it is");
    const converging = markdownOf(adopted({ adoptMode: "converge" }), 65_536);
    expect(converging).to.include("Adoption may change what it takes over");
  });

  it("finds the risks of a change, and of a new integration only what it turns on", () => {
    const risks = (change: object) => only(changed({ ...change })).risks;
    expect(risks({ impersonation: { enabled: true, role: "R" } })).to.deep.equal(["impersonation", "role"]);
    expect(risks({ metadataDelimiters: { hashDelimiter: "#" } })).to.deep.equal(["delimiters"]);
    expect(risks({ username: "other" })).to.deep.equal([]);
    const fresh = (impersonation: object) =>
      only(
        report([
          step("create", "claims", undefined, {
            ...inputs("claims"),
            metadataDelimiters: { hashDelimiter: "#" },
            impersonation,
          }),
        ]),
      ).risks;
    expect(fresh({ enabled: true, role: "R" })).to.deep.equal(["impersonation", "role"]);
    expect(fresh({ enabled: false, role: "idle" })).to.deep.equal([]);
  });

  it("finds integrations inside components, and tells equal names apart", () => {
    const inside = (component: string) => ({
      ...step("delete", "claims", inputs("claims")),
      urn: urnOf("claims", `${component}$`),
    });
    const found = report([inside("acme:index:East"), inside("acme:index:West")]);
    expect(found.integrations.map(({ name }) => name)).to.deep.equal([
      "acme:index:East › claims",
      "acme:index:West › claims",
    ]);
  });

  it("counts other resources by what happens to them, without providers and the stack", () => {
    const other = (op: string, type: string) => ({ op, urn: `urn:pulumi:test::governance::${type}::x${op}` });
    const found = report([
      other("create", "pulumi:pulumi:Stack"),
      other("create", "pulumi:providers:azure-native"),
      other("create", "azure-native:synapse:SqlPool"),
      other("delete", "azure-native:synapse:SqlPool"),
      other("same", "azure-native:synapse:Workspace"),
    ]);
    expect(found.others).to.deep.equal({ create: 1, delete: 1 });
  });

  describe("of one place that is adopted and removed", () => {
    const place = inputs("x");
    const riskOf = (...steps: Record<string, unknown>[]): [string, boolean][] =>
      report(steps).integrations.map(({ name, risks }) => [name, risks.includes("handover")]);

    it("is a handover by id, by place, of a replaced one, and by a lost state that is given another id", () => {
      const elsewhere = { ...inputs("y"), host: "X.sql.azuresynapse.net." };
      for (const steps of [
        [step("create", "new", undefined, { ...elsewhere, adopt: "7" }), step("delete", "old", place)],
        [step("create", "new", undefined, { ...place, adopt: true }), step("delete", "old", place)],
        [
          step("create", "new", undefined, { ...place, adopt: true }),
          step("replace", "old", place, elsewhere),
        ],
        [step("update", "new", elsewhere, { ...elsewhere, adopt: "8" }), step("delete", "old", elsewhere)],
      ])
        expect(riskOf(...steps)).to.have.deep.members([
          ["new", true],
          ["old", true],
        ]);
      const apart = step("create", "new", undefined, { ...elsewhere, adopt: "8" });
      expect(riskOf(apart, step("delete", "old", place))).to.deep.equal([
        ["old", false],
        ["new", false],
      ]);
    });

    it("gives the alias to write, as a URN where a component is between", () => {
      const old = step("delete", "old", place);
      const taken = (types: string): string[] =>
        report([
          { ...old, urn: urnOf("old", types) },
          step("create", "new", undefined, { ...place, adopt: "7" }),
        ])
          .integrations.flatMap(({ warnings }) => warnings)
          .map((warning) => /aliases: (\[.*?\]) in/.exec(warning)?.[1] ?? warning);
      expect(taken("")).to.deep.equal(['[{ name: "old" }]']);
      expect(taken("app:index:Pool$")).to.deep.equal([`["${urnOf("old", "app:index:Pool$")}"]`]);
    });
  });

  it("puts the most dangerous first", () => {
    const all = inputs("x");
    const found = report([
      step("update", "stored", all, { ...all, timeouts: { create: "5m" } }),
      step("create", "new", undefined, all),
      step("update", "user", all, { ...all, username: "other" }),
      step("create", "adopted", undefined, { ...all, host: "another.sql.azuresynapse.net", adopt: true }),
      step("update", "delimiters", all, { ...all, metadataDelimiters: { hashDelimiter: "#" } }),
      step("update", "switched", all, { ...all, impersonation: { enabled: true, role: "R" } }),
      step("update", "maybe", all, { ...all, database: unknown }),
      step("replace", "replaced", all, { ...all, database: "other" }),
      step("delete", "deleted", all),
    ]);
    expect(found.integrations.map(({ name }) => name)).to.deep.equal([
      ...["deleted", "replaced", "maybe", "switched", "delimiters", "adopted", "user", "new", "stored"],
    ]);
    expect(found.counts).to.deep.equal({
      ...{ delete: 1, replace: 1, mayReplace: 1, update: 4, adopt: 1, create: 1, store: 1, unchanged: 0 },
    });
  });
});
