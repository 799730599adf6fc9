import { expect } from "chai";
import { check } from "../../../provider/synapse/check";
import { properties } from "../../../provider/synapse/inputs/paths";
import { unknown } from "../../../provider/core/unknown";
import { moreRefusals } from "./more-refusals";
import { refusals } from "./refusals";
import { automatic, map, changed, manual } from "./samples";

const reasons = (inputs: object): string[] => check(map(inputs)).failures.map((failure) => failure.reason);

/** Not of the type, and not of the value's absence. */
const isByRule = (sentence: string): boolean => !/: (must be a|is required)/.test(sentence);

describe("check", () => {
  const cases = [...refusals, ...moreRefusals];
  for (const [what, path, value, sentence, beside] of cases)
    it(`refuses ${what}`, () => {
      expect(reasons(changed({ ...manual, ...beside }, path, value))).to.deep.equal([sentence]);
    });

  it("has a case for every property, and one for the rule of each that has one", () => {
    const named = (path: string): string[] =>
      cases.map(([, , , sentence]) => sentence).filter((sentence) => sentence.startsWith(`${path}: `));
    const unshown = properties.filter(({ path, rule }) => {
      const shown = rule === undefined ? named(path) : named(path).filter(isByRule);
      return shown.length === 0;
    });
    expect(unshown.map(({ path }) => path)).to.deep.equal([]);
  });

  it("refuses a manual setup without the login that runs the scripts, and without the system account", () => {
    expect(
      reasons({ ...automatic, autoBootstrap: false, username: undefined, password: undefined }),
    ).to.deep.equal([
      "username: is required in manual setup (autoBootstrap false). Immuta's own system account, which the scripts create.",
      "password: is required in manual setup (autoBootstrap false). Password of the system account. `passwordFrom` can take its place, so that no state holds it.",
      "bootstrap: is required in manual setup (autoBootstrap false). Give the login that runs Immuta's scripts, or {} to take it from IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD.",
    ]);
  });

  it("refuses a bootstrap login in automatic setup, which has no use for it", () => {
    expect(reasons({ ...automatic, bootstrap: {} })).to.deep.equal([
      "bootstrap: is not used in automatic setup (autoBootstrap true): Immuta prepares the pool with username and password. Remove it, or set autoBootstrap to false.",
    ]);
  });

  it("refuses all that is wrong at once, and names no property, whose value the engine would print", () => {
    const { failures } = check(map({ ...manual, port: 0, password: "", colour: "red" }));
    expect(failures.map((failure) => failure.property)).to.deep.equal(["", "", ""]);
    expect(failures.map((failure) => failure.reason.split(":")[0])).to.deep.equal([
      "colour",
      "port",
      "password",
    ]);
  });

  it("quotes no secret", () => {
    const canary = "c4nary\u0007";
    const text = reasons({
      ...manual,
      password: canary,
      bootstrap: { username: "a", password: canary },
    }).join();
    expect(text).not.to.contain("c4nary");
    expect(text).to.match(/password: .*bootstrap.password: /);
  });

  it("passes the guide's own example values", () => {
    expect(reasons(automatic)).to.deep.equal([]);
    expect(reasons(manual)).to.deep.equal([]);
    expect(
      reasons({ ...manual, impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" } }),
    ).to.deep.equal([]);
  });

  const fixed = [
    ...["public", "guest", "dbo", "sys", "INFORMATION_SCHEMA", "sa", "db_owner", "db_accessadmin"],
    ...["db_securityadmin", "db_ddladmin", "db_backupoperator", "db_datareader", "db_datawriter"],
    ...["db_denydatareader", "db_denydatawriter", "db_exporter", "dbmanager", "loginmanager"],
    ...["smallrc", "mediumrc", "largerc", "xlargerc", "staticrc10", "staticrc80"],
  ];
  for (const name of fixed)
    it(`refuses ${name} as role, schema and system account, in any case`, () => {
      for (const spelt of [name, name.toUpperCase()])
        expect(
          reasons({
            ...manual,
            schema: spelt,
            username: spelt,
            impersonation: { enabled: true, role: spelt },
          }).map((reason) => reason.replace(/ .*/, "")),
        ).to.deep.equal(["schema:", "impersonation.role:", "username:"]);
    });

  it("refuses the databases of a server, and none that is called like one", () => {
    for (const database of ["master", "TempDB", "model", "msdb"])
      expect(reasons({ ...automatic, database }), database).to.have.lengthOf(1);
    for (const database of ["masters", "model_2", "immuta"])
      expect(reasons({ ...automatic, database }), database).to.deep.equal([]);
  });

  it("leaves the account and the password of automatic setup alone, which exist already", () => {
    expect(reasons({ ...automatic, username: "sa", password: "abc" })).to.deep.equal([]);
  });

  describe("judges a password of the system account that is", () => {
    const weak = { ...manual, password: "abc" };
    const judged = (news: object, olds: object): number => check(map(news), map(olds)).failures.length;
    const cases: [what: string, news: object, olds: object, failures: number][] = [
      ["new", weak, {}, 1],
      ["changed", weak, manual, 1],
      ["given to another account", { ...weak, username: "other" }, weak, 1],
      ["in place of a reference", weak, { ...manual, password: undefined }, 1],
      ["changed of what was adopted", { ...weak, adopt: "7" }, { ...manual, adopt: "7" }, 1],
    ];
    const left: typeof cases = [
      ["what it was", weak, weak, 0],
      ["adopted", { ...weak, adopt: "7" }, {}, 0],
      ["first given to what was adopted", { ...weak, adopt: "7" }, { ...manual, password: undefined }, 0],
      ["not known yet", { ...manual, password: unknown }, {}, 0],
      ["of a setup that is not known yet", { ...weak, autoBootstrap: unknown }, {}, 0],
    ];
    for (const [what, news, olds, failures] of [...cases, ...left])
      it(`${what}: ${failures === 0 ? "passes" : "is refused"}`, () => {
        expect(judged(news, olds)).to.equal(failures);
      });

    it("of eight characters of any three kinds, and of a login too short to be looked for", () => {
      for (const password of ["abcABC12", "abc-1234", "ABC-1234", "abcABC-ä"])
        expect(judged({ ...manual, password }, {}), password).to.equal(0);
      expect(judged({ ...manual, username: "ab", password: "abcABC12" }, {})).to.equal(0);
    });
  });

  it("takes for the administrator only who logs in to run the scripts by a password", () => {
    const entra = { authentication: "entra-default", username: "immuta_account" };
    expect(reasons({ ...manual, username: "immuta_account", bootstrap: entra })).to.deep.equal([]);
    expect(reasons({ ...manual, username: "sqladmin", bootstrap: { username: unknown } })).to.deep.equal([]);
    expect(reasons({ ...automatic, username: "sqladmin" })).to.deep.equal([]);
  });

  it("fills in Immuta's defaults, also inside what is given in part", () => {
    const { host, database, schema, username, password } = automatic;
    const given = { host, database, schema, autoBootstrap: true, username, password };
    expect(check(given).inputs).to.deep.equal(automatic);
    expect(
      check({ ...given, metadataDelimiters: { hashDelimiter: "#" } }).inputs["metadataDelimiters"],
    ).to.deep.equal({
      hashDelimiter: "#",
      hashKeyDelimiter: "-",
      arrayDelimiter: ",",
    });
  });

  it("lets pass what is not known yet", () => {
    for (const path of [
      "host",
      "database",
      "password",
      "impersonation",
      "impersonation.role",
      "metadataDelimiters",
      "bootstrap",
      "bootstrap.password",
      "timeouts",
      "autoBootstrap",
    ])
      expect(reasons(changed(manual, path, unknown)), path).to.deep.equal([]);
    const twoUnknown = changed(
      changed(manual, "metadataDelimiters.hashDelimiter", unknown),
      "metadataDelimiters.arrayDelimiter",
      unknown,
    );
    expect(reasons(twoUnknown)).to.deep.equal([]);
  });

  it("keeps an object that is not known yet as it is", () => {
    expect(check({ ...manual, metadataDelimiters: unknown }).inputs["metadataDelimiters"]).to.equal(unknown);
  });
});
