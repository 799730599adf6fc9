import { expect } from "chai";

import {
  automaticName,
  blobContainerName,
  firewallRuleName,
  nameProblem,
  privateEndpointName,
  resourceGroupName,
  sqlPoolName,
  storageAccountName,
  workspaceName,
  type NameRule,
} from "../../../sandbox/azure/names";

const cases: { what: string; rule: NameRule; accepted: string[]; refused: string[] }[] = [
  {
    what: "resource group",
    rule: resourceGroupName,
    accepted: ["rg", "Data-Platform_(dev).1", "größe", "a".repeat(90)],
    refused: ["", "ends-with.", "no spaces", "a/b", "a".repeat(91)],
  },
  {
    what: "storage account",
    rule: storageAccountName,
    accepted: ["abc", "claims2025", "a".repeat(24)],
    refused: ["ab", "Claims", "claims-lake", "claims_lake", "a".repeat(25)],
  },
  {
    what: "blob container",
    rule: blobContainerName,
    accepted: ["abc", "a-b-c", "0files", "a".repeat(63)],
    refused: ["ab", "Files", "-abc", "abc-", "a--b", "a.b"],
  },
  {
    what: "private endpoint",
    rule: privateEndpointName,
    accepted: ["pe", "Claims-pe.1", "claims_", "a".repeat(64)],
    refused: ["p", "-pe", "_pe", "pe-", "pe.", "p e", "a".repeat(65)],
  },
  {
    what: "workspace",
    rule: workspaceName,
    accepted: ["a", "claims", "claims-2025", "a".repeat(50)],
    refused: ["", "Claims", "-claims", "claims-", "claims_1", "claims-ondemand", "a".repeat(51)],
  },
  {
    what: "SQL pool",
    rule: sqlPoolName,
    accepted: ["dw", "Data_Warehouse", "d", "a".repeat(60)],
    refused: [
      "",
      "data-warehouse",
      "a@b",
      "a/b",
      "a?",
      "ends.",
      "ends ",
      "master",
      "Master",
      "a".repeat(61),
      "a\u0007b",
    ],
  },
  {
    what: "firewall rule",
    rule: firewallRuleName,
    accepted: ["AllowAllWindowsAzureIps", "office-1", "a b"],
    refused: ["", "a:b", "a/b", "ends.", "a".repeat(129)],
  },
];

describe("Azure's naming rules", () => {
  for (const { what, rule, accepted, refused } of cases) {
    it(`accepts good names of a ${what}`, () => {
      for (const name of accepted) expect(nameProblem(rule, name), name).to.equal(undefined);
    });
    it(`refuses bad names of a ${what}, showing the name`, () => {
      for (const name of refused) expect(nameProblem(rule, name), name).to.include(`"${name}"`);
    });
  }

  it("makes up a name of the logical one and eight hexadecimal digits", () => {
    expect(automaticName("lake", new Uint8Array())).to.match(/^lake[0-9a-f]{8}$/);
  });

  it("makes up the same name from the same seed, and another for another resource", () => {
    const seed = Uint8Array.of(1, 2, 3);
    expect(automaticName("lake", seed)).to.equal(automaticName("lake", seed));
    expect(automaticName("lake", seed).slice(-8)).not.to.equal(automaticName("sea", seed).slice(-8));
  });
});
