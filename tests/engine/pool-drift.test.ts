import { expect } from "chai";
import { stageOn } from "../pool/support";
import { administrator, host, manualArgs, oneIntegration, type OneIntegration } from "./one-integration";

/** What somebody drops in the pool, as a night's drift run and the pull request after it see it. */
describe("drift in the pool, before the engine", function () {
  this.timeout(120_000);
  let one: OneIntegration;
  before(async () => {
    one = await oneIntegration({
      ...manualArgs,
      bootstrap: { ...manualArgs.bootstrap, checkPool: true },
      impersonation: { enabled: true, role: "IMPERSONATORS" },
    });
    await one.scenario.act("up");
  });
  after(() => one.close());

  it("is none in a refresh and a preview after the up", async () => {
    expect((await one.scenario.act("refresh")).changes).to.deep.equal({ same: 2 });
    expect((await one.scenario.act("preview")).changes).to.deep.equal({ same: 2 });
  });

  it("is told by a refresh, shown by the preview after it, and put right by up", async () => {
    await stageOn(one.sandbox.synapse).run(
      "DROP PROCEDURE immuta_procedures.impersonate",
      { database: "claims" },
      {
        host,
        authentication: {
          type: "sql",
          username: administrator.administratorLogin,
          password: administrator.administratorPassword,
        },
      },
    );
    const missing =
      "missing: GRANT EXECUTE on immuta_procedures.impersonate to IMPERSONATORS, sql stored procedure immuta_procedures.impersonate";
    const refresh = await one.scenario.act("refresh");
    expect(refresh.changes).to.deep.equal({ same: 1, update: 1 });
    expect(refresh.output).to.contain(`database claims: ${missing}`);
    const preview = await one.scenario.act("preview", { plain: true });
    expect(preview.changes).to.deep.equal({ same: 1, update: 1 });
    expect(preview.output).to.contain(`the pool differs from what Immuta's scripts made: ${missing}`);
    expect(preview.output).to.contain("edit script → database claims");
    expect(preview.calls).to.deep.equal([]);
    await one.scenario.act("up");
    expect((await one.scenario.act("refresh")).changes).to.deep.equal({ same: 2 });
    expect((await one.scenario.act("preview")).changes).to.deep.equal({ same: 2 });
  });
});
