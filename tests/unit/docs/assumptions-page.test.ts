import { expect } from "chai";
import { page } from "../../../docs/render-assumptions";
import { command } from "../../../docs/rendered";
import { contractSettings } from "../../../provider/core/contract";

describe("docs/assumptions.md", () => {
  it("has the settings that the contract's table has", async () => {
    expect(await page.isUpToDate(), `docs/assumptions.md is out of date: run \`${command}\``).to.equal(true);
    const rows = [...(await page.text()).matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
    expect(rows).to.deep.equal(contractSettings);
  });
});
