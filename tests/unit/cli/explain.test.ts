import { expect } from "chai";
import { main } from "../../../cli/index";
import { failureKinds } from "../../../provider";
import { ran, type Ran } from "./previews";

describe("pulumi-immuta explain", () => {
  const run = (...args: string[]): Promise<Ran> => ran((io) => main(["explain", ...args], io));

  it("says what a code means and what to do, without Markdown's links", async () => {
    const { code, out } = await run("IMMUTA-TAKEN");
    expect(code).to.equal(0);
    expect(out).to.match(/^IMMUTA-TAKEN\nImmuta already governs the database/);
    expect(out).to.contain("`aliases`").and.to.contain("Own or foreign (docs/ownership.md)");
    expect(await run("taken")).to.deep.equal({ code: 0, out, err: "" });
  });

  it("lists all of them where none is asked for", async () => {
    const { out } = await run();
    expect(out.trimEnd().split("\n")).to.have.length(failureKinds().length);
  });

  it("names the nearest where there is no such code", async () => {
    expect(await run("IMMUTA-TAKEM")).to.deep.equal({
      code: 1,
      out: "",
      err: "pulumi-immuta explain: there is no code IMMUTA-TAKEM. Did you mean IMMUTA-TAKEN?\n",
    });
  });
});
