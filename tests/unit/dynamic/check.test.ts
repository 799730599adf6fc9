import { expect } from "chai";
import { check, configure } from "../../../provider/dynamic";
import type { PropertyMap } from "../../../provider";
import { manual } from "../provider/samples";

const configured = (settings: Readonly<Record<string, string>>): Promise<void> =>
  configure({ config: { get: (name: string) => settings[name] } } as Parameters<typeof configure>[0]);

const refused = async (inputs: object): Promise<string[]> =>
  ((await check({}, inputs as PropertyMap)).failures ?? []).map(({ reason }) => reason);

describe("what Pulumi's host is told of a check", () => {
  before(() => configured({ "immuta:sqlAdminUsername": "Admin_Of_All" }));
  after(() => configured({}));

  it("refuses the configured administrator's login as the system account", async () => {
    expect(await refused({ ...manual, username: "admin_of_all", bootstrap: {} })).to.deep.equal([
      "username: \"admin_of_all\" is the login that runs Immuta's scripts, which would change and drop it. Give Immuta's system account a name of its own.",
    ]);
  });

  it("says nothing of it where the program names another login, or where the account is another one", async () => {
    expect(await refused({ ...manual, username: "admin_of_all" })).to.deep.equal([]);
    expect(await refused({ ...manual, bootstrap: {} })).to.deep.equal([]);
  });
});
