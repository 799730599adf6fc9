import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

const root = join(__dirname, "..", "..", "..");

describe("the package", () => {
  it("loads neither HTTP nor SQL libraries before a program looks something up", () => {
    const program = `
      require("./sdk");
      const heavy = /node_modules.(axios|axios-retry|mssql|tedious|@azure)[\\\\/]/;
      console.log(JSON.stringify(Object.keys(require.cache).filter((path) => heavy.test(path))));`;
    const printed = execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
      cwd: root,
      encoding: "utf8",
    });
    expect(JSON.parse(printed)).to.deep.equal([]);
  });
});
