import { expect } from "chai";
import { check } from "../../../provider/check";
import { unknown } from "../../../provider/unknown";
import { automatic, bag, changed, manual } from "./samples";

const reasons = (inputs: object): string[] => check(bag(inputs)).failures.map((failure) => failure.reason);

const long = "x".repeat(129);
const lone = "ab\ud800c";

describe("check", () => {
  const refusals: [what: string, path: string, value: unknown, sentence: string][] = [
    [
      "a missing host",
      "host",
      undefined,
      "host: is required. Host name of the workspace's dedicated SQL endpoint, such as `contoso.sql.azuresynapse.net`.",
    ],
    [
      "an empty host",
      "host",
      "",
      'host: "" is empty. Give the workspace\'s dedicated SQL endpoint, such as contoso.sql.azuresynapse.net.',
    ],
    [
      "a host with a scheme",
      "host",
      "https://a.b",
      'host: "https://a.b" has a scheme. Give the host name alone, such as contoso.sql.azuresynapse.net.',
    ],
    [
      "a host with a port",
      "host",
      "a.b:1433",
      'host: "a.b:1433" has a port. Give the host name alone and the port in `port`.',
    ],
    [
      "a host with a comma port",
      "host",
      "a.b,1433",
      'host: "a.b,1433" has a port. Give the host name alone and the port in `port`.',
    ],
    [
      "a host with a path",
      "host",
      "a.b/c",
      'host: "a.b/c" has a path. Give the host name alone, such as contoso.sql.azuresynapse.net.',
    ],
    [
      "a host with blanks",
      "host",
      "a b",
      'host: "a b" is no host name. Give letters, digits, hyphens and dots, such as contoso.sql.azuresynapse.net.',
    ],
    [
      "a serverless endpoint",
      "host",
      "a-ondemand.sql.azuresynapse.net",
      'host: "a-ondemand.sql.azuresynapse.net" is the workspace\'s serverless endpoint. Immuta governs dedicated SQL pools: give the endpoint without -ondemand.',
    ],
    ["a host that is no text", "host", 5, "host: must be a string, but a number was given."],
    [
      "port 0",
      "port",
      0,
      "port: 0 is no port. Give a whole number from 1 to 65535; Synapse listens on 1433.",
    ],
    [
      "a port beyond 65535",
      "port",
      70000,
      "port: 70000 is no port. Give a whole number from 1 to 65535; Synapse listens on 1433.",
    ],
    [
      "a broken port",
      "port",
      14.5,
      "port: 14.5 is no port. Give a whole number from 1 to 65535; Synapse listens on 1433.",
    ],
    ["a port as text", "port", "1433", "port: must be a number, but a string was given."],
    [
      "a missing database",
      "database",
      undefined,
      "database: is required. The existing dedicated SQL pool in which Immuta keeps its schemas and views.",
    ],
    ["an empty database", "database", "", 'database: "" is empty. Give a name of 1 to 128 characters.'],
    [
      "a long database",
      "database",
      long,
      `database: "${long}" is 129 characters long. SQL identifiers have at most 128.`,
    ],
    [
      "a missing schema",
      "schema",
      undefined,
      "schema: is required. The Immuta-managed schema in which the policy-enforced views are made.",
    ],
    ["a blank schema", "schema", "  ", 'schema: "  " is empty. Give a name of 1 to 128 characters.'],
    [
      "a schema with a newline",
      "schema",
      "a\nb",
      'schema: "a\\nb" has a control character. Give a name of printable characters.',
    ],
    [
      "a missing setup",
      "autoBootstrap",
      undefined,
      "autoBootstrap: is required. true: automatic setup, Immuta prepares the pool itself. false: manual setup, this provider runs Immuta's scripts.",
    ],
    [
      "a setup as text",
      "autoBootstrap",
      "false",
      "autoBootstrap: must be a boolean, but a string was given.",
    ],
    [
      "a long username",
      "username",
      long,
      `username: "${long}" is 129 characters long. SQL identifiers have at most 128.`,
    ],
    [
      "an empty password",
      "password",
      "",
      "password: is empty. Give the password, or leave the property out.",
    ],
    ["a long password", "password", long, "password: is longer than 128 characters, SQL Server's limit."],
    [
      "a password with a newline",
      "password",
      "a\nb",
      "password: has a control character, which does not travel unchanged through T-SQL. Use printable characters.",
    ],
    [
      "a password with half a character",
      "password",
      lone,
      "password: has half a surrogate pair, which does not travel unchanged through JSON. Use whole characters.",
    ],
    [
      "another way to log in",
      "authenticationType",
      "oAuth",
      'authenticationType: "oAuth" is not supported. Immuta\'s Synapse integration knows userPassword only.',
    ],
    [
      "impersonation without a role",
      "impersonation",
      { enabled: true },
      "impersonation.role: is required when impersonation.enabled is true. Name the role that may impersonate, such as IMMUTA_IMPERSONATION.",
    ],
    [
      "impersonation as text",
      "impersonation",
      "on",
      "impersonation: must be an object, but a string was given.",
    ],
    [
      "an empty role",
      "impersonation",
      { enabled: false, role: "" },
      'impersonation.role: "" is empty. Give a name of 1 to 128 characters.',
    ],
    [
      "an unknown part of impersonation",
      "impersonation",
      { enabled: false, rolle: "R" },
      "impersonation.rolle: no such property. Did you mean role?",
    ],
    [
      "an empty delimiter",
      "metadataDelimiters.hashDelimiter",
      "",
      'metadataDelimiters.hashDelimiter: "" is empty. Give one character, such as |.',
    ],
    [
      "a delimiter that is a tab",
      "metadataDelimiters.arrayDelimiter",
      "\t",
      'metadataDelimiters.arrayDelimiter: "\\t" has a control character. Give a printable one, such as |.',
    ],
    [
      "two equal delimiters",
      "metadataDelimiters.arrayDelimiter",
      "|",
      'metadataDelimiters.arrayDelimiter: "|" is metadataDelimiters.hashDelimiter as well. Give three different delimiters.',
    ],
    [
      "an unknown delimiter",
      "metadataDelimiters.hashDelimeter",
      "|",
      "metadataDelimiters.hashDelimeter: no such property. Did you mean hashDelimiter?",
    ],
    [
      "a server with a scheme",
      "bootstrap.server",
      "tcp://x",
      'bootstrap.server: "tcp://x" is no host name or address. Give it without scheme, path or port; the port goes into bootstrap.port.',
    ],
    [
      "a server with a port",
      "bootstrap.server",
      "x:1433",
      'bootstrap.server: "x:1433" is no host name or address. Give it without scheme, path or port; the port goes into bootstrap.port.',
    ],
    [
      "an empty bootstrap password",
      "bootstrap.password",
      "",
      "bootstrap.password: is empty. Give the password, or leave the property out.",
    ],
    [
      "trust as text",
      "bootstrap.trustServerCertificate",
      "yes",
      "bootstrap.trustServerCertificate: must be a boolean, but a string was given.",
    ],
    [
      "a timeout that is none",
      "timeouts.create",
      "soon",
      'timeouts.create: "soon" is no duration. Give a number with a unit, such as 90s, 20m or 1h30m.',
    ],
    [
      "a timeout without a unit",
      "timeouts.update",
      "20",
      'timeouts.update: "20" is no duration. Give a number with a unit, such as 90s, 20m or 1h30m.',
    ],
    [
      "a timeout of nothing",
      "timeouts.delete",
      "0s",
      'timeouts.delete: "0s" is out of range. Give more than 0s and at most 24h.',
    ],
    ["an unknown timeout", "timeouts.creat", "1m", "timeouts.creat: no such property. Did you mean create?"],
    ["a mistyped property", "databse", "x", "databse: no such property. Did you mean database?"],
    [
      "an unknown property",
      "colour",
      "red",
      "colour: no such property. Known are host, port, database, schema, autoBootstrap, username, password, passwordFrom, passwordVersion, authenticationType, impersonation, metadataDelimiters, bootstrap, timeouts, poolIdentity, onCreateFailure, onDisabled, retainPoolObjects, adopt, adoptMode.",
    ],
  ];
  for (const [what, path, value, sentence] of refusals)
    it(`refuses ${what}`, () => {
      expect(reasons(changed(manual, path, value))).to.deep.equal([sentence]);
    });

  it("refuses a manual setup without the login that runs the scripts, and without the system account", () => {
    expect(
      reasons({ ...automatic, autoBootstrap: false, username: undefined, password: undefined }),
    ).to.deep.equal([
      "username: is required in manual setup (autoBootstrap false). Manual setup: Immuta's system account, made by the scripts. Automatic setup: a privileged account, used once for each change; default IMMUTA_SQL_ADMIN_USERNAME.",
      "password: is required in manual setup (autoBootstrap false). Password of `username`; default in automatic setup IMMUTA_SQL_ADMIN_PASSWORD.",
      "bootstrap: is required in manual setup (autoBootstrap false). Give the login that runs Immuta's scripts, or {} to take it from IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD.",
    ]);
  });

  it("refuses a bootstrap login in automatic setup, which has no use for it", () => {
    expect(reasons({ ...automatic, bootstrap: {} })).to.deep.equal([
      "bootstrap: has no use in automatic setup (autoBootstrap true): Immuta prepares the pool with username and password. Remove it, or set autoBootstrap to false.",
    ]);
  });

  it("refuses all that is wrong at once, and names no property, whose value the engine would print", () => {
    const { failures } = check(bag({ ...manual, port: 0, password: "", colour: "red" }));
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
