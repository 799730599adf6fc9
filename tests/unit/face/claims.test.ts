import { expect } from "chai";
import { usualContract } from "../../../provider/core/contract";
import { Claims } from "../../../provider/face/claims";
import { unknown } from "../../../provider/core/unknown";

const urn = (name: string): string =>
  `urn:pulumi:dev::p::pulumi-nodejs:dynamic/immuta:SynapseIntegration::${name}`;

const manual = { autoBootstrap: false, host: "claims.sql.azuresynapse.net", username: "immuta" };

describe("databases of one run", () => {
  const place = { autoBootstrap: true, host: "claims.sql.azuresynapse.net", database: "claims" };

  it("are refused to a second integration, in any spelling and setup, as often as it asks", () => {
    const claims = new Claims();
    const first = urn("team::claims");
    expect(claims.claim(first, place, usualContract)).to.equal(undefined);
    const second = { ...manual, host: "Claims.SQL.azuresynapse.net.", database: "CLAIMS" };
    for (let asked = 0; asked < 2; asked++)
      expect(claims.claim(urn("sales"), second, usualContract)).to.equal(
        'database: "CLAIMS" on Claims.SQL.azuresynapse.net. is the database of team::claims already. ' +
          "Immuta keeps one integration for a database: remove one of the two, or give it another database.",
      );
    expect(claims.claim(first, place, usualContract)).to.equal(undefined);
  });

  const others: [what: string, name: string, inputs: object][] = [
    ["the same resource, asked again for its replacement", "claims", { schema: "other" }],
    ["another database of the server", "sales", { database: "sales" }],
    ["a database of that name on another server", "sales", { host: "sales.sql.azuresynapse.net" }],
    ["a database that is not known yet", "sales", { database: unknown }],
    ["a host that is not known yet", "sales", { host: unknown }],
  ];
  for (const [what, name, inputs] of others)
    it(`are left to ${what}`, () => {
      const claims = new Claims();
      claims.claim(urn("claims"), place, usualContract);
      expect(claims.claim(urn(name), { ...place, ...inputs }, usualContract)).to.equal(undefined);
    });
});

describe("system accounts of one run", () => {
  let accounts: Claims;
  beforeEach(() => {
    accounts = new Claims();
  });

  it("are refused to a second integration of the same server", () => {
    expect(accounts.claim(urn("claims"), manual, usualContract)).to.equal(undefined);
    expect(
      accounts.claim(
        urn("sales"),
        { ...manual, host: "Claims.SQL.azuresynapse.net.", username: "IMMUTA" },
        usualContract,
      ),
    ).to.equal(
      'username: "IMMUTA" is the system account of claims on Claims.SQL.azuresynapse.net. already. ' +
        "Immuta's scripts make and drop this login with their integration: give each integration of a server its own. " +
        "Adopted ones that share a login must all set retainPoolObjects to true.",
    );
  });

  it("are shared by integrations that all leave the login alone when they go", () => {
    const retaining = { ...manual, retainPoolObjects: true };
    expect(accounts.claim(urn("claims"), retaining, usualContract)).to.equal(undefined);
    expect(accounts.claim(urn("sales"), retaining, usualContract)).to.equal(undefined);
    expect(accounts.claim(urn("other"), manual, usualContract)).to.contain("is the system account of sales");
  });

  const others: [what: string, inputs: object][] = [
    ["the same resource, asked again", {}],
    ["another server", { host: "sales.sql.azuresynapse.net" }],
    ["another account", { username: "immuta_sales" }],
    ["automatic setup, whose privileged account is no integration's", { autoBootstrap: true }],
    ["a host that is not known yet", { host: unknown }],
    ["an account that is not known yet", { username: unknown }],
  ];
  for (const [what, inputs] of others)
    it(`are left to ${what}`, () => {
      accounts.claim(urn("claims"), manual, usualContract);
      const name = Object.keys(inputs).length === 0 ? "claims" : "sales";
      expect(accounts.claim(urn(name), { ...manual, ...inputs }, usualContract)).to.equal(undefined);
    });
});
