import { expect } from "chai";
import { command, isUpToDate, renderProperties } from "../../../docs/render-properties";
import { properties } from "../../../provider/properties";

describe("docs/properties.md", () => {
  it("is what the property table says", async () => {
    expect(await isUpToDate(), `docs/properties.md is out of date: run \`${command}\``).to.equal(true);
  });

  it("has a row for every input, with its default, secrecy and what a change of it means", async () => {
    const rows = (await renderProperties())
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    expect(rows.map(([, path]) => path)).to.deep.equal(properties.map(({ path }) => `\`${path}\``));
    const cells = (path: string): (string | undefined)[] =>
      rows.find(([, input]) => input === `\`${path}\``)?.slice(2, -2) ?? [];
    const link = (change: string): string => `[${change}](#what-a-change-means)`;
    expect(cells("port")).to.deep.equal(["number", "`1433`", "", "", link("replace")]);
    expect(cells("host")).to.deep.equal(["string", "", "", "always", link("replace")]);
    expect(cells("password")).to.deep.equal(["string", "", "secret", "in manual setup", link("credentials")]);
    expect(cells("impersonation.enabled")).to.deep.equal(["boolean", "`false`", "", "", link("put")]);
    expect(cells("metadataDelimiters.hashDelimiter")).to.deep.equal(["string", "`\\|`", "", "", link("put")]);
  });
});
