import { expect } from "chai";
import { picture } from "../../../docs/render-picture";
import { command } from "../../../docs/rendered";

describe("docs/report.svg", () => {
  it("shows the report that the tests hold to the real engine's preview", async () => {
    expect(await picture.isUpToDate(), `docs/report.svg is out of date: run \`${command}\``).to.equal(true);
    expect(await picture.text()).to.include("policy views are dropped and built again");
  });
});
