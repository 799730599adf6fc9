import { expect } from "chai";
import { picture } from "../../../docs/render-picture";
import { terminal } from "../../../docs/render-terminal";
import { command } from "../../../docs/rendered";

describe("docs/report.svg", () => {
  it("shows the report that the tests hold to the real engine's preview", async () => {
    expect(await picture.isUpToDate(), `docs/report.svg is out of date: run \`${command}\``).to.equal(true);
    expect(await picture.text()).to.include("policy views are dropped and built again");
  });
});

describe("docs/up.svg", () => {
  it("shows what the tests hold to the real engine's up", async () => {
    expect(await terminal.isUpToDate(), `docs/up.svg is out of date: run \`${command}\``).to.equal(true);
    expect(await terminal.text()).to.include("enabled as integration 3");
  });
});
