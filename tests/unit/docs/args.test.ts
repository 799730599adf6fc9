import { expect } from "chai";
import { args } from "../../../docs/render-args";
import { command } from "../../../docs/rendered";

describe("sdk/args.ts", () => {
  it("is what the table of inputs says", async () => {
    expect(await args.isUpToDate(), `sdk/args.ts is out of date: run \`${command}\``).to.equal(true);
  });
});
