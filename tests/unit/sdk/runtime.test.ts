import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { refuseBun } from "../../../sdk/runtime";
import { SynapseIntegration } from "../../../sdk/synapse-integration";

const args = {
  host: "contoso.sql.azuresynapse.net",
  database: "claims",
  schema: "governed",
  autoBootstrap: true,
} as const;

const problem =
  /^SynapseIntegration claims: this program runs on Bun 1\.3\.0, .* Set `runtime: nodejs` in Pulumi\.yaml\./;

describe("on Bun", () => {
  it("says so, and what to set", () => {
    const refused = (): void => {
      refuseBun("SynapseIntegration claims", { node: "24.3.0", bun: "1.3.0" });
    };
    expect(refused).to.throw(RunError, problem);
    refuseBun("SynapseIntegration claims", { node: "24.3.0" });
  });

  it("a resource is refused before anything is registered", () => {
    Object.defineProperty(process.versions, "bun", { value: "1.3.0", configurable: true });
    try {
      expect(() => new SynapseIntegration("claims", args)).to.throw(RunError, problem);
    } finally {
      Reflect.deleteProperty(process.versions, "bun");
    }
  });
});
