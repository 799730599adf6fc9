import { expect } from "chai";
import {
  blobContainerName,
  nameProblem,
  sqlPoolName,
  storageAccountName,
  workspaceName,
  type NameRule,
} from "../../../../sandbox/azure/names";
import * as names from "../../../../sdk/azure/names";

/** Names of components, as people give them. */
const given = [
  ...["claims", "Claims", "claims-eu", "claims_eu", "claims.eu", "Überblick", "-claims-", "claims--eu"],
  ...["c", "contoso-claims-europe-production-2025", "x".repeat(120), "claims eu/1"],
];

/** azure-native puts eight hexadecimal digits after a logical name. */
const automatic = (name: string): string => `${name}0123abcd`;

const rules: { what: string; rule: NameRule; nameOf: (name: string) => string }[] = [
  { what: "storage account", rule: storageAccountName, nameOf: (name) => automatic(names.lakeName(name)) },
  {
    what: "filesystem",
    rule: blobContainerName,
    nameOf: (name) => automatic(names.filesystemName(name)),
  },
  { what: "workspace", rule: workspaceName, nameOf: (name) => automatic(names.workspaceName(name)) },
  { what: "SQL pool", rule: sqlPoolName, nameOf: names.poolName },
];

describe("the names of what a GovernedSqlPool makes", () => {
  for (const { what, rule, nameOf } of rules) {
    it(`are allowed for a ${what}, whatever the component is called`, () => {
      for (const name of given) expect(nameProblem(rule, nameOf(name)), name).to.equal(undefined);
    });

    it(`differ where the components' names do by more than a hyphen, for a ${what}`, () => {
      const distinct = given.filter((name) => name !== "claims_eu");
      expect(new Set(distinct.map(nameOf)).size).to.equal(distinct.length);
    });
  }

  it("are the component's where that is allowed", () => {
    expect(names.lakeName("claims")).to.equal("claims");
    expect(names.filesystemName("claims-eu")).to.equal("claims-eu");
    expect(names.workspaceName("claims-eu")).to.equal("claims-eu");
    expect(names.poolName("Claims_eu")).to.equal("Claims_eu");
  });

  it("give each database an account of its own, of letters, digits and underscores", () => {
    expect(names.accountName("claims")).to.equal("immuta_claims");
    const databases = ["claims", "claims 2025", "claims'2025", "claims]2025", "x".repeat(60), "größe"];
    const accounts = databases.map(names.accountName);
    expect(new Set(accounts).size).to.equal(databases.length);
    for (const account of accounts) expect(account).to.match(/^immuta_[a-z0-9_]{1,121}$/);
  });

  it("give one database one account, in whatever case its name is written, as SQL compares them", () => {
    expect(names.accountName("Claims")).to.equal(names.accountName("claims"));
  });
});
