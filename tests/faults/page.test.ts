import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Ground } from "./ground";
import { type Operation, operations, type Steps, stepsOf } from "./operations";
import { faultsSection, stepsSection } from "./page";

describe("tests/faults/campaign.md", function () {
  this.timeout(120_000);
  const page = readFileSync(join(__dirname, "campaign.md"), "utf8");

  it("lists the faults that are played", () => {
    expect(sectionOf("Faults")).to.equal(faultsSection().trim());
  });

  it("lists the steps that the operations really have", async () => {
    const ground = await Ground.open();
    try {
      const steps = new Map<Operation, Steps>();
      for (const operation of operations) steps.set(operation, await stepsOf(ground, operation));
      expect(sectionOf("Steps")).to.equal(stepsSection(steps).trim());
    } finally {
      await ground.close();
    }
  });

  it("says that nothing went wrong in the last campaign", () => {
    expect(sectionOf("The last campaign")).to.contain("None went wrong.");
  });

  const sectionOf = (heading: string): string => {
    const text = page.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`));
    return text?.trim() ?? expect.fail(`there is no section ${heading}`);
  };
});
