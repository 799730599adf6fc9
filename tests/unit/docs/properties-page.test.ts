import { expect } from "chai";
import { page } from "../../../docs/render-properties";
import { command } from "../../../docs/rendered";
import { properties } from "../../../provider/synapse/inputs/paths";

describe("docs/properties.md", () => {
  it("is what the property table says", async () => {
    expect(await page.isUpToDate(), `docs/properties.md is out of date: run \`${command}\``).to.equal(true);
  });

  it("has an item for every input, with its default, secrecy and what a change of it means", async () => {
    const [inputs = ""] = (await page.text()).split("\n## ");
    const items = new Map(
      [...inputs.matchAll(/^- `([\w.]+)` \((.*?)\): \S/gm)].map(([, path, facts]) => [path, facts]),
    );
    expect([...items.keys()]).to.deep.equal(properties.map(({ path }) => path));
    expect(items.get("port")).to.equal("number, default `1433`; **replace**");
    expect(items.get("host")).to.equal("string, required; **replace**");
    expect(items.get("password")).to.equal(
      "string, secret, required in manual setup, default IMMUTA_SQL_ADMIN_PASSWORD in automatic setup; **credentials**",
    );
    expect(items.get("bootstrap.server")).to.equal(
      "string, default IMMUTA_SQL_SERVER, then `host`; **local**",
    );
    expect(items.get("bootstrap.waitForPool")).to.equal("string, default _`20m`_; **local**");
    expect(items.get("impersonation.enabled")).to.equal("boolean, default `false`; **put**");
    expect(items.get("metadataDelimiters.hashDelimiter")).to.equal("string, default `|`; **put**");
  });
});
