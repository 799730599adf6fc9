import { expect } from "chai";
import { SystemAccounts } from "../../../provider/dynamic/accounts";
import { unknown } from "../../../provider/core/unknown";

const urn = (name: string): string =>
  `urn:pulumi:dev::p::pulumi-nodejs:dynamic/immuta:SynapseIntegration::${name}`;

const manual = { autoBootstrap: false, host: "claims.sql.azuresynapse.net", username: "immuta" };

describe("system accounts of one run", () => {
  let accounts: SystemAccounts;
  beforeEach(() => {
    accounts = new SystemAccounts();
  });

  it("are refused to a second integration of the same server", () => {
    expect(accounts.claim(urn("claims"), manual)).to.equal(undefined);
    expect(
      accounts.claim(urn("sales"), { ...manual, host: "Claims.SQL.azuresynapse.net.", username: "IMMUTA" }),
    ).to.equal(
      'username: "IMMUTA" is the system account of claims on Claims.SQL.azuresynapse.net. already. ' +
        "Immuta's scripts make and drop this login with their integration: give each integration of a server its own. " +
        "Adopted ones that share a login must all set retainPoolObjects to true.",
    );
  });

  it("are shared by integrations that all leave the login alone when they go", () => {
    const retaining = { ...manual, retainPoolObjects: true };
    expect(accounts.claim(urn("claims"), retaining)).to.equal(undefined);
    expect(accounts.claim(urn("sales"), retaining)).to.equal(undefined);
    expect(accounts.claim(urn("other"), manual)).to.contain("is the system account of sales");
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
      accounts.claim(urn("claims"), manual);
      const name = Object.keys(inputs).length === 0 ? "claims" : "sales";
      expect(accounts.claim(urn(name), { ...manual, ...inputs })).to.equal(undefined);
    });
});
