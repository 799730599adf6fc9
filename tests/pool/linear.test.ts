import { expect } from "chai";
import { findingsIn } from "../../cli/scripts/lint";
import { concernsIn, type Own } from "../../provider/sql/script/guard";

const own: Own = {
  schema: "governed",
  database: "claims",
  accounts: ["immuta_claims"],
  roles: ["ANALYSTS"],
  inMaster: false,
};

/** Whoever looked at the rest of the script for each piece of it would need minutes for these. */
describe("in time linear in a script, whatever it is made of,", () => {
  it("the guard judges it", () => {
    for (const piece of [
      "[",
      "(",
      "CASE ",
      "EXEC('",
      "'",
      "--",
      "/*",
      "TOP (",
      "SELECT ",
      "a.",
      "GRANT SELECT,",
      "DROP TABLE dbo.x ",
      "$",
      "IF ",
      "x ",
      "WITH a AS (",
    ]) {
      const text = piece.repeat(400_000 / piece.length);
      expect(concernsIn([{ text, line: 1 }], own), piece).to.be.an("array");
    }
  }).timeout(30_000);

  it("what a dedicated pool does not know is looked for", () => {
    for (const piece of [
      "MERGE a ",
      "CREATE TABLE a (",
      "EXEC('",
      "GO;\n",
      "CREATE PROC a ",
      "[",
      "DROP TABLE IF EXISTS a ",
    ])
      expect(findingsIn(piece.repeat(200_000 / piece.length)), piece).to.be.an("array");
  }).timeout(30_000);
});
