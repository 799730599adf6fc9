import { usualContract } from "../../../provider/core/contract";
import { expect } from "chai";
import { plan, planCreate, planDelete, stepNamed, undo } from "../../../provider/synapse/plan";
import { properties } from "../../../provider/synapse/inputs/paths";
import { runsInMaster } from "../../../provider/synapse/api";
import { namesOf as names, type Step } from "../../../provider/synapse/steps/step";
import { unknown } from "../../../provider/core/unknown";
import type { State } from "../../../provider/synapse/state";
import { automatic, map, changed, manual, stateOf } from "./samples";

const begun = (...named: string[]): Step[] => named.map((name) => stepNamed(name)!);
const undoCreate = (named: string[], registered: boolean): Step[] =>
  undo(begun(...named), { operation: "create", registered });
const undoUpdate = (named: string[]): Step[] =>
  undo(begun(...named), { operation: "update", registered: true });
/** Where the scripts among the steps are run. */
const places = (steps: readonly Step[]): string[] =>
  steps.flatMap(({ script }) =>
    script === undefined ? [] : [runsInMaster(script.phase, usualContract) ? "master" : "database"],
  );

const other: Record<string, unknown> = {
  host: "other.sql.azuresynapse.net",
  port: 1434,
  database: "other",
  schema: "other",
  username: "other",
  password: "other",
  "passwordFrom.env": "OTHER",
  "passwordFrom.file": "/run/secrets/other",
  "passwordFrom.keyVault": `https://v.vault.azure.net/secrets/other/${"0".repeat(32)}`,
  passwordVersion: "2",
  "impersonation.enabled": true,
  "impersonation.role": "R",
  "metadataDelimiters.hashDelimiter": "#",
  "metadataDelimiters.hashKeyDelimiter": "~",
  "metadataDelimiters.arrayDelimiter": ";",
  "bootstrap.username": "other",
  "bootstrap.password": "other",
  "bootstrap.server": "10.0.0.1",
  "bootstrap.port": 1434,
  "bootstrap.trustServerCertificate": true,
  "bootstrap.encrypt": "strict",
  "bootstrap.run": "external",
  "bootstrap.approvedScripts": { create: "0".repeat(64) },
  "bootstrap.guard": "strict",
  "bootstrap.authentication": "entra-default",
  "bootstrap.tenantId": "other",
  "bootstrap.clientId": "other",
  "bootstrap.clientSecret": "other",
  "bootstrap.clientCertificatePath": "other.pem",
  "bootstrap.accessToken": "other",
  "bootstrap.checkPool": false,
  "bootstrap.connectTimeout": "1m",
  "bootstrap.requestTimeout": "1m",
  "bootstrap.waitForPool": "1m",
  "timeouts.create": "1m",
  "timeouts.update": "1m",
  "timeouts.delete": "1m",
  poolIdentity: "another",
  onCreateFailure: "keep",
  onDisabled: "recreate",
  retainPoolObjects: true,
};

const putSteps = {
  automatic: ["prove", "put", "wait until enabled", "confirm"],
  manual: ["prove", "generate edit", "run edit", "prove", "put", "wait until enabled", "confirm"],
};
const credentialSteps = [
  "prove",
  "generate initial-create",
  "generate edit",
  "run initial-create",
  "run edit",
  "prove",
  "put",
  "wait until enabled",
  "confirm",
];

describe("plan", () => {
  for (const [setup, inputs] of [
    ["automatic", automatic],
    ["manual", manual],
  ] as const) {
    describe(`${setup} setup`, () => {
      it("finds nothing to do for the same inputs", () => {
        expect(plan(stateOf(inputs), map(inputs))).to.deep.equal({
          action: "none",
          differences: [],
          replaces: [],
          deleteBeforeReplace: true,
          steps: [],
        });
      });

      for (const property of properties.filter((p) => p.path in other)) {
        const { path, change } = property;
        // The role counts only while impersonation is on.
        const base =
          path === "impersonation.role" ? { ...inputs, impersonation: { enabled: true, role: "Q" } } : inputs;

        it(`treats a change of ${path} as ${change}`, () => {
          const result = plan(stateOf(base), map(changed(base, path, other[path])));
          const steps = {
            replace: [],
            local: [],
            put:
              setup === "manual" && path === "impersonation.role"
                ? [putSteps.manual[0], "preflight", ...putSteps.manual.slice(1)]
                : putSteps[setup],
            none: [],
            credentials:
              setup === "manual"
                ? path === "username"
                  ? [credentialSteps[0], "prove account", ...credentialSteps.slice(1)]
                  : credentialSteps
                : [],
          }[change];
          expect(names(result.steps)).to.deep.equal(steps);
          expect(result.replaces).to.deep.equal(change === "replace" ? [path] : []);
          expect(result.action).to.equal(
            change === "replace" ? "replace" : steps.length > 0 ? "update" : "store",
          );
        });

        it(`takes an unknown ${path} for a change that is known at up, and for no replacement`, () => {
          const result = plan(stateOf(base), map(changed(base, path, unknown)));
          expect(result.action).not.to.equal("none");
          expect(result.replaces).to.deep.equal([]);
          expect(result.differences).to.deep.equal([{ path, change, known: false }]);
        });
      }
    });
  }

  it("covers every property of the table but autoBootstrap and authenticationType, which have their own cases", () => {
    const covered = [...Object.keys(other), "autoBootstrap", "authenticationType", "adopt", "adoptMode"];
    expect(properties.map((p) => p.path)).to.have.members(covered);
  });

  describe("with bootstrap.checkPool", () => {
    const checked = changed(manual, "bootstrap.checkPool", true);
    const [known, ours] = [
      { poolObjects: ["user a"] },
      changed(checked, "metadataDelimiters.hashDelimiter", "#"),
    ];
    const drifted = { ...known, poolDrift: { missing: ["user a"], added: [] } };

    it("looks into the pool when all is done", () => {
      expect(names(planCreate(map(checked))).at(-1)).to.equal("check pool");
      expect(names(plan(stateOf(checked, known), map(ours)).steps)).to.deep.equal([
        ...putSteps.manual,
        "check pool",
      ]);
    });
    it("looks there at once where it is new, and does nothing else", () => {
      expect(names(plan(stateOf(manual), map(checked)).steps)).to.deep.equal(["prove", "check pool"]);
    });
    it("calls nobody where nothing changes", () => {
      expect(plan(stateOf(checked, known), map(checked)).action).to.equal("none");
    });
    it("runs the edit script where a refresh found the pool otherwise", () => {
      const result = plan(stateOf(checked, drifted), map(checked));
      expect(names(result.steps)).to.deep.equal([...putSteps.manual, "check pool"]);
      expect(result.action).to.equal("update");
    });
    it("does not where the program no longer wants it", () => {
      expect(plan(stateOf(checked, drifted), map(manual)).action).to.equal("store");
    });
    it("leaves a pool alone into which the provider does not log in", () => {
      const external = changed(checked, "bootstrap.run", "external");
      expect(names(planCreate(map(external)))).not.to.include("check pool");
    });
  });

  it("replaces on a change of setup", () => {
    expect(plan(stateOf(automatic), map(manual)).replaces).to.deep.equal(["autoBootstrap"]);
    expect(plan(stateOf(manual), map(automatic)).replaces).to.deep.equal(["autoBootstrap"]);
  });

  it("makes one edit script and one PUT of several changes at once", () => {
    const news = changed(changed(manual, "metadataDelimiters.hashDelimiter", "#"), "impersonation", {
      enabled: true,
      role: "R",
    });
    expect(names(plan(stateOf(manual), map(news)).steps)).to.deep.equal([
      putSteps.manual[0],
      "preflight",
      ...putSteps.manual.slice(1),
    ]);
  });

  it("looks at the account of an adopted integration before each of its scripts, until one has run", () => {
    const { scripts: _none, ...adopted } = stateOf(manual);
    const change = changed(manual, "metadataDelimiters.hashDelimiter", "#");
    const first = (steps: readonly Step[], name: string): string[] =>
      names(steps).slice(0, names(steps).indexOf(name));
    expect(first(plan(adopted, map(change)).steps, "run edit")).to.include("prove account");
    expect(first(planDelete(adopted, true), "remove")).to.include("prove account");
    expect(first(planDelete(adopted, false), "run cleanup")).to.include("prove account");
    const orphan = {
      ...adopted,
      integrationId: undefined,
      progress: { operation: "create", done: [] },
    } as unknown as State;
    expect(first(plan(orphan, map(manual)).steps, "run initial-create")).to.include("prove account");
    for (const steps of [
      plan({ ...adopted, scripts: {} }, map(change)).steps,
      planDelete({ ...adopted, scripts: {} }, true),
      planDelete(adopted, true, true),
      plan(adopted, map(changed(manual, "timeouts.create", "5m"))).steps,
    ])
      expect(names(steps)).not.to.include("prove account");
  });

  it("deletes the old one first where the new one would claim the same host", () => {
    const sameHost = plan(stateOf(manual), map(changed(manual, "database", "other")));
    const otherHost = plan(stateOf(manual), map(changed(manual, "host", "other.sql.azuresynapse.net")));
    expect([sameHost.deleteBeforeReplace, otherHost.deleteBeforeReplace]).to.deep.equal([true, false]);
  });

  for (const [what, path, value] of [
    ["case of the host", "host", "ORGANIZATION.azure.com"],
    ["a trailing dot of the host", "host", "organization.azure.com."],
    ["case of the database", "database", "IMMUTA"],
    ["case of the schema", "schema", "Sample_Schema"],
    ["the role while impersonation is off", "impersonation.role", "R"],
  ] as const)
    it(`sees no change in ${what}`, () => {
      expect(plan(stateOf(manual), map(changed(manual, path, value))).action).to.equal("none");
    });

  it("sees a change when an optional property comes or goes", () => {
    expect(plan(stateOf(manual), map(changed(manual, "timeouts.create", "5m"))).action).to.equal("store");
    expect(plan(stateOf(manual), map(changed(manual, "bootstrap.username", undefined))).action).to.equal(
      "store",
    );
  });

  describe("from a state that is not settled", () => {
    const halfUpdated = stateOf(manual, {
      progress: { operation: "update", done: ["run edit"], changes: ["put"] },
    });

    it("brings pool and Immuta together although the program was reverted", () => {
      expect(names(plan(halfUpdated, map(manual)).steps)).to.deep.equal(putSteps.manual);
    });

    it("sets the login's password again where a change of credentials stopped half way", () => {
      const state = stateOf(manual, {
        progress: { operation: "update", done: ["run initial-create"], changes: ["credentials"] },
      });
      expect(names(plan(state, map(manual)).steps)).to.deep.equal(credentialSteps);
    });

    it("makes a create that Immuta gave up and that was kept anew", () => {
      const state = stateOf(automatic, {
        status: "createError",
        progress: { operation: "create", done: ["register"] },
      });
      expect(names(plan(state, map(automatic)).steps)).to.deep.equal([
        "prove",
        "remove",
        "wait until gone",
        "look",
        "register",
        "wait until enabled",
        "confirm",
      ]);
    });

    it("goes on with a create that was registered by waiting", () => {
      const state = stateOf(automatic, { progress: { operation: "create", done: ["register"] } });
      expect(names(plan(state, map(automatic)).steps)).to.deep.equal([
        "prove",
        "wait until enabled",
        "confirm",
      ]);
    });

    const { integrationId: _none, ...unregistered } = stateOf(manual, {
      progress: { operation: "create", done: ["run initial-create", "run create"] },
    });

    it("goes on with a create that was not registered from its scripts, which are repeatable", () => {
      const steps = names(planCreate(map(manual))).filter((step) => step !== "preflight");
      expect(names(plan(unregistered, map(manual)).steps)).to.deep.equal(steps);
    });

    it("takes the old scripts' work back first where the program changed meanwhile", () => {
      const news = changed(manual, "username", "another");
      expect(names(plan(unregistered, map(news)).steps).slice(0, 6)).to.deep.equal([
        "look",
        "prove account",
        "generate cleanup",
        "generate post-cleanup",
        "run cleanup",
        "run post-cleanup",
      ]);
    });
  });

  it("creates an automatic setup with POST alone", () => {
    expect(names(planCreate(map(automatic)))).to.deep.equal([
      "look",
      "register",
      "wait until enabled",
      "confirm",
    ]);
  });

  it("creates a manual setup with two scripts before POST, the first in master", () => {
    const steps = planCreate(map(manual));
    expect(names(steps)).to.deep.equal([
      "look",
      "preflight",
      "generate initial-create",
      "generate create",
      "run initial-create",
      "run create",
      "register",
      "wait until enabled",
      "confirm",
    ]);
    expect(places(steps)).to.deep.equal(["master", "database"]);
  });

  it("deletes an automatic setup with DELETE alone, and a gone one with nothing", () => {
    expect(names(planDelete(stateOf(automatic), true))).to.deep.equal(["remove", "wait until gone"]);
    expect(planDelete(stateOf(automatic), false)).to.deep.equal([]);
  });

  it("deletes a manual setup: scripts while it exists, DELETE, then the scripts run", () => {
    const steps = planDelete(stateOf(manual), true);
    expect(names(steps)).to.deep.equal([
      "generate delete",
      "generate post-cleanup",
      "reach",
      "remove",
      "wait until gone",
      "run delete",
      "run post-cleanup",
    ]);
    expect(places(steps)).to.deep.equal(["database", "master"]);
  });

  it("deletes nothing in a pool whose objects are to stay", () => {
    expect(names(planDelete(stateOf(manual), true, true))).to.deep.equal(["remove", "wait until gone"]);
    expect(planDelete(stateOf(manual), false, true)).to.deep.equal([]);
  });

  it("cleans the pool of a manual setup that Immuta forgot", () => {
    expect(names(planDelete(stateOf(manual), false))).to.deep.equal([
      "generate cleanup",
      "generate post-cleanup",
      "run cleanup",
      "run post-cleanup",
    ]);
  });

  it("undoes only what a failed create began", () => {
    expect(undoCreate([], false)).to.deep.equal([]);
    expect(names(undoCreate(["run initial-create"], false))).to.deep.equal([
      "generate post-cleanup",
      "run post-cleanup",
    ]);
    expect(names(undoCreate(["run initial-create", "run create", "register"], true))).to.deep.equal([
      "prove",
      "generate cleanup",
      "generate post-cleanup",
      "run cleanup",
      "run post-cleanup",
      "remove",
      "wait until gone",
    ]);
    expect(names(undoCreate(["register"], true))).to.deep.equal(["prove", "remove", "wait until gone"]);
  });

  it("does not look for an account that this resource made before", () => {
    const news = map(changed(manual, "username", "Former"));
    const steps = plan(stateOf(manual, { formerAccounts: ["former"] }), news).steps;
    expect(names(steps)).to.deep.equal(credentialSteps);
  });

  it("undoes a failed update with the scripts of the old payload", () => {
    expect(undoUpdate(["put"])).to.deep.equal([]);
    expect(names(undoUpdate(["run edit"]))).to.deep.equal(["prove", "generate edit", "run edit"]);
    const steps = undoUpdate(["run initial-create", "run edit", "put"]);
    expect(names(steps)).to.deep.equal([
      "prove",
      "generate initial-create",
      "generate edit",
      "run initial-create",
      "run edit",
    ]);
    expect(steps.flatMap(({ script, needs }) => script?.side ?? needs?.credentials ?? [])).to.deep.equal([
      ...["old", "old", "old", "old"],
    ]);
  });
});
