import { expect } from "chai";
import { doubtAbout } from "../../../provider/synapse/account";
import type { AccountFound } from "../../../provider/sql/preflight";

const proven: AccountFound = { login: "0a", user: "0a", schemas: "its own", controls: true };

describe("an account is proven to be Immuta's", () => {
  const cases: [
    what: string,
    found: { [Name in keyof AccountFound]?: AccountFound[Name] | undefined },
    doubt: string | undefined,
  ][] = [
    ["by the schemas that its user owns", {}, undefined],
    ["without a grant of CONTROL too", { controls: false }, undefined],
    ["by CONTROL where a removal left no schema", { schemas: "none" }, undefined],
    ["but not by CONTROL beside others' schemas", { schemas: "others'" }, "owns none of Immuta's schemas"],
    ["but not by a user alone", { schemas: "none", controls: false }, "owns none of Immuta's schemas"],
    ["but not by a user of another login", { login: "0b" }, "belongs to another login"],
    ["and needs no login", { login: undefined }, undefined],
    ["but not by a login alone", { user: undefined }, "has no user of that name"],
    ["and nothing is in doubt where nothing is there", { login: undefined, user: undefined }, undefined],
  ];
  for (const [what, found, doubt] of cases)
    it(what, () => {
      const said = doubtAbout(JSON.parse(JSON.stringify({ ...proven, ...found })) as AccountFound, "claims");
      if (doubt === undefined) expect(said).to.equal(undefined);
      else expect(said).to.contain(doubt);
    });
});
