import { expect } from "chai";
import {
  ConfigurationError,
  packageVersion,
  readConfiguration,
  type Configuration,
} from "../../../provider/core/configuration";

type Settings = Record<string, string>;

const read = (settings: Settings, env: Settings = {}): Configuration =>
  readConfiguration((name) => settings[name], env);

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error("expected a refusal");
};

const reachable = { IMMUTA_URL: "https://acme.hosted.immutacloud.com", IMMUTA_API_KEY: "k" };

describe("configuration", () => {
  it("takes an explicit provider's arguments before the environment, and what they leave out from there", () => {
    const settings: Settings = { url: "https://other.example" };
    const { url, apiKey, from } = readConfiguration((name) => settings[name], reachable, "settings").tenant();
    expect([url.host, apiKey, from]).to.deep.equal(["other.example", "k", "stack"]);
  });

  const values: [variable: string, name: string, of: (configuration: Configuration) => unknown][] = [
    ["IMMUTA_API_KEY", "apiKey", (c) => c.tenant().apiKey],
    ["IMMUTA_SQL_ADMIN_USERNAME", "sqlAdminUsername", (c) => c.sqlAdministrator.username],
    ["IMMUTA_SQL_ADMIN_PASSWORD", "sqlAdminPassword", (c) => c.sqlAdministrator.password],
    ["IMMUTA_SQL_ACCESS_TOKEN", "sqlAccessToken", (c) => c.sqlAccessToken],
    ["IMMUTA_SQL_SERVER", "sqlServer", (c) => c.sqlRoute().server],
  ];
  for (const [variable, name, of] of values)
    it(`takes ${name} from ${variable}, else from immuta:${name}, and an empty variable for none`, () => {
      const url = { url: reachable.IMMUTA_URL, apiKey: "k" };
      expect(of(read({ ...url, [name]: "of the stack" }, { [variable]: "of the run" }))).to.equal(
        "of the run",
      );
      expect(of(read({ ...url, [name]: "of the stack" }, { [variable]: "" }))).to.equal("of the stack");
      expect(of(read({ ...url, [name]: "of the stack" }))).to.equal("of the stack");
    });

  it("takes the URL of the environment before that of the stack", () => {
    const stack = { url: "https://stack.example", apiKey: "k" };
    expect(read(stack, { IMMUTA_URL: "https://run.example" }).tenant().url.host).to.equal("run.example");
    expect(read(stack).tenant().url.host).to.equal("stack.example");
  });

  it("names a tenant by the origin and path of its URL, also where there is no key", () => {
    const named = (url: string): (string | undefined)[] => {
      const { namedTenant, previousTenant } = read({}, { IMMUTA_URL: url, IMMUTA_PREVIOUS_URL: url });
      return [...new Set([namedTenant, previousTenant])];
    };
    expect(named("https://Acme.example:443/")).to.deep.equal(["https://acme.example"]);
    expect(named("https://gateway.example/a//")).to.deep.equal(["https://gateway.example/a"]);
    expect(named("no URL")).to.deep.equal([undefined]);
    expect(read({}, {})).not.to.have.any.keys("namedTenant", "previousTenant");
  });

  const numbers: [variable: string, name: string, of: (configuration: Configuration) => unknown][] = [
    ["IMMUTA_CONCURRENCY", "concurrency", (c) => c.concurrency],
    ["IMMUTA_SQL_PORT", "sqlPort", (c) => c.sqlRoute().port],
  ];
  for (const [variable, name, of] of numbers)
    it(`takes ${name} from ${variable}, else from immuta:${name}`, () => {
      expect(of(read({ [name]: "3" }, { [variable]: "5" }))).to.equal(5);
      expect(of(read({ [name]: "3" }))).to.equal(3);
    });

  it("takes the time for a request and the objects to retain from either", () => {
    expect(read({ requestTimeout: "1m" }, { IMMUTA_REQUEST_TIMEOUT: "90s" }).requestTimeout).to.equal(90_000);
    expect(read({ requestTimeout: "1m" }).requestTimeout).to.equal(60_000);
    expect(
      read({ retainPoolObjects: "a" }, { IMMUTA_RETAIN_POOL_OBJECTS: " claims,, sales " }).retainPoolObjects,
    ).to.deep.equal(["claims", "sales"]);
    expect(read({ retainPoolObjects: "a" }).retainPoolObjects).to.deep.equal(["a"]);
  });

  it("has defaults where nothing is said, and asks for nothing before it is needed", () => {
    const nothing = read({});
    expect(nothing).to.deep.include({
      sqlAdministrator: {},
      debug: false,
      concurrency: 8,
      retainPoolObjects: [],
    });
    expect(nothing.sqlRoute()).to.deep.equal({});
    expect(nothing).not.to.have.any.keys("requestTimeout", "sqlAccessToken");
  });

  it("takes 8 for a concurrency that is no positive whole number", () => {
    for (const concurrency of ["0", "-1", "1.5", "many"])
      expect(read({}, { IMMUTA_CONCURRENCY: concurrency }).concurrency, concurrency).to.equal(8);
  });

  it("shows debug lines for PULUMI_IMMUTA_DEBUG=1 only", () => {
    expect(read({}, { PULUMI_IMMUTA_DEBUG: "1" }).debug).to.equal(true);
    expect(read({ debug: "1" }, { PULUMI_IMMUTA_DEBUG: "0" }).debug).to.equal(false);
  });

  const refusals: [what: string, env: Settings, sentence: string][] = [
    [
      "no URL",
      { IMMUTA_URL: "" },
      "No Immuta URL. Set IMMUTA_URL in the environment, or run `pulumi config set immuta:url https://<your tenant>`.",
    ],
    [
      "no key",
      { IMMUTA_API_KEY: "" },
      "No Immuta API key. Set IMMUTA_API_KEY in the environment, or run `pulumi config set --secret immuta:apiKey`.",
    ],
    [
      "a URL that is none",
      { IMMUTA_URL: "acme" },
      "IMMUTA_URL (or immuta:url) is no URL: give it as https://<your tenant>.",
    ],
    ...["https://me:pw@acme.example", "https://acme.example/?key=c4nary", "https://acme.example/#x"].map(
      (url): [string, Settings, string] => [
        `the URL ${url}`,
        { IMMUTA_URL: url },
        "IMMUTA_URL (or immuta:url) has a login, query or fragment: give it as https://<your tenant>.",
      ],
    ),
    [
      "another scheme",
      { IMMUTA_URL: "ftp://acme.example" },
      "IMMUTA_URL (or immuta:url) has the scheme ftp: give it as https://<your tenant>.",
    ],
    [
      "http",
      { IMMUTA_URL: "http://acme.example:8080" },
      "IMMUTA_URL (or immuta:url) is http:, which would send the API key to acme.example:8080 unencrypted. Use https, or set immuta:allowInsecure to true.",
    ],
    [
      "http to a name that only looks like loopback",
      { IMMUTA_URL: "http://127.0.0.1.example" },
      "IMMUTA_URL (or immuta:url) is http:, which would send the API key to 127.0.0.1.example unencrypted. Use https, or set immuta:allowInsecure to true.",
    ],
  ];
  for (const [what, env, sentence] of refusals)
    it(`refuses ${what}`, () => {
      expect(refusal(() => read({}, { ...reachable, ...env }).tenant())).to.equal(sentence);
    });

  it("refuses a port that is none, where it is needed", () => {
    for (const port of ["0", "65536", "x", "1.5"])
      expect(
        refusal(() => read({}, { IMMUTA_SQL_PORT: port }).sqlRoute()),
        port,
      ).to.equal("IMMUTA_SQL_PORT (or immuta:sqlPort) is no port: give a whole number from 1 to 65535.");
  });

  it("says of a look into pools yes, no or nothing, and refuses another word where it is asked for", () => {
    const said = (IMMUTA_CHECK_POOL?: string): boolean | undefined =>
      read({}, IMMUTA_CHECK_POOL === undefined ? {} : { IMMUTA_CHECK_POOL }).checkPool();
    expect([said("1"), said("true"), said("0"), said("false"), said(""), said()]).to.deep.equal([
      ...[true, true, false, false, undefined, undefined],
    ]);
    expect(refusal(() => said("maybe"))).to.equal('IMMUTA_CHECK_POOL is "maybe": give 1 or 0.');
  });

  it("takes http to loopback, and elsewhere where the stack or the run allows it", () => {
    for (const url of ["http://127.0.0.1:1", "http://127.8.9.1", "http://localhost:80", "http://[::1]:8080"])
      expect(read({}, { ...reachable, IMMUTA_URL: url }).tenant().url.protocol, url).to.equal("http:");
    const plain = { ...reachable, IMMUTA_URL: "http://acme.example" };
    expect(read({ allowInsecure: "true" }, plain).tenant().url.host).to.equal("acme.example");
    expect(read({}, { ...plain, IMMUTA_ALLOW_INSECURE: "true" }).tenant().url.host).to.equal("acme.example");
    expect(refusal(() => read({ allowInsecure: "yes" }, plain).tenant())).to.contain("is http:");
  });

  it("knows the package's version, for the servers' audit", () => {
    expect(packageVersion()).to.match(/^\d+\.\d+\.\d+/);
  });
});
