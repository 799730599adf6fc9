import { expect } from "chai";
import { root } from "../engine/support";
import { endOfCancelled } from "./cancel";

describe("Pulumi's host of dynamic providers, told to cancel", function () {
  this.timeout(180_000);

  it("lets the provider know, which stops", async () => {
    expect(await endOfCancelled(root)).to.contain(
      "Stopped, because Pulumi was told to (Ctrl-C, SIGINT or SIGTERM).",
    );
  });
});
