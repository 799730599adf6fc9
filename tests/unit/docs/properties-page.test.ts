import { expect } from "chai";
import { page } from "../../../docs/render-properties";
import { command } from "../../../docs/rendered";
import { properties } from "../../../provider/properties";

describe("docs/properties.md", () => {
  it("is what the property table says", async () => {
    expect(await page.isUpToDate(), `docs/properties.md is out of date: run \`${command}\``).to.equal(true);
  });

  it("has a row for every input, with its default, secrecy and what a change of it means", async () => {
    const rows = (await page.text())
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    expect(rows.map(([, path]) => path)).to.deep.equal(properties.map(({ path }) => `\`${path}\``));
    const cells = (path: string): (string | undefined)[] =>
      rows.find(([, input]) => input === `\`${path}\``)?.slice(2, -2) ?? [];
    expect(cells("port")).to.deep.equal(["number", "`1433`", "replace"]);
    expect(cells("host")).to.deep.equal(["string; required", "", "replace"]);
    expect(cells("password")).to.deep.equal([
      "string; secret; required in manual setup",
      "IMMUTA_SQL_ADMIN_PASSWORD, in automatic setup",
      "credentials",
    ]);
    expect(cells("bootstrap.server")[1]).to.equal("IMMUTA_SQL_SERVER, then `host`");
    expect(cells("bootstrap.waitForPool")[1]).to.equal("_`20m`_");
    expect(cells("impersonation.enabled")).to.deep.equal(["boolean", "`false`", "put"]);
    expect(cells("metadataDelimiters.hashDelimiter")).to.deep.equal(["string", "`\\|`", "put"]);
  });
});
