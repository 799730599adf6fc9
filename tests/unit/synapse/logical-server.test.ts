import { expect } from "chai";
import type { Synapse } from "../../../sandbox/synapse";
import { Client, startWithPool } from "./support";

describe("a logical server of older pools", () => {
  const server = "claims.database.windows.net";
  const [user, password] = ["serveradmin", "Adm1n!stration"];
  let synapse: Synapse;
  before(async () => {
    synapse = await startWithPool();
    synapse.createWorkspace({ host: server, administratorLogin: user, administratorPassword: password });
    synapse.createPool(server, "older");
  });
  after(async () => {
    await synapse.close();
  });

  for (const [form, login] of [
    ["by its name", user],
    ["as user@server, beside a workspace with the same first label", `${user}@claims`],
    ["as user@host", `${user}@${server}`],
  ] as const) {
    it(`is logged in to ${form}, its certificate checked`, async () => {
      const client = await Client.connect(synapse, { server, user: login, password, database: "older" });
      expect(await client.values("SELECT CONCAT(DB_NAME(), ' ', SUSER_SNAME())")).to.deep.equal([
        `older ${user}`,
      ]);
      await client.close();
    });
  }
});
