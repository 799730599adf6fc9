import { expect } from "chai";
import { usualContract } from "../../../provider/core/contract";
import { functions } from "../../../provider/plugin/functions";
import { Tenant } from "../sdk/support";

describe("getBootstrapScripts of the plugin", () => {
  it("asks for scripts as the contract is set", async () => {
    const tenant = new Tenant();
    const args = {
      host: "contoso.sql.azuresynapse.net",
      database: "claims",
      schema: "governed",
      username: "immuta_claims",
      password: "c4nary-Pass",
    };
    await functions["immuta:index:getBootstrapScripts"]?.run(tenant, args, {
      ...usualContract,
      sendPort: "always",
    });
    expect(tenant.scriptRequests.map(({ payload }) => payload.config.port)).to.deep.equal(
      Array.from({ length: 4 }, () => 1433),
    );
  });
});
