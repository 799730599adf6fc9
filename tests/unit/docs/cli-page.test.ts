import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Bench, openBench } from "../cli/tenant";

const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "cli.md"), "utf8");
const blocks = [...page.matchAll(/```text\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
/** Ports differ from run to run. */
const withoutPorts = (text: string): string => text.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:…");

const [host, password] = ["claims.sql.azuresynapse.net", "Adm1n!stration"];

describe("docs/cli.md", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    bench.sandbox.immuta.seed({ id: 101, config: { host, database: "claims", schema: "governed" } });
    const impersonation = { enabled: true, role: "IMMUTA_IMPERSONATION" };
    bench.sandbox.immuta.seed({
      ...{ id: 102, autoBootstrap: false },
      config: { host, database: "sales", schema: "governed", impersonation },
    });
  });
  afterEach(() => bench.close());

  it("shows the list that adopt prints", async () => {
    expect(blocks).to.include((await bench.run(["adopt", "--list"])).out);
  });

  it("shows what doctor prints in front of a paused pool", async () => {
    const { synapse } = bench.sandbox;
    synapse.createWorkspace({ host, administratorLogin: "sqladmin", administratorPassword: password });
    synapse.createPool(host, "claims");
    synapse.setFault(host, "claims", { kind: "paused", at: "login" });
    const command = ["doctor", "--host", host, "--database", "claims"];
    const { out, code } = await bench.run([...command, "--trust-server-certificate"], {
      IMMUTA_SQL_ADMIN_USERNAME: "sqladmin",
      IMMUTA_SQL_ADMIN_PASSWORD: password,
    });
    expect(code).to.equal(1);
    expect(blocks.map(withoutPorts)).to.include(withoutPorts(`$ pulumi-immuta ${command.join(" ")}\n${out}`));
  });

  it("shows what doctor --probe prints at a tenant that refuses a port", async () => {
    const { immuta } = bench.sandbox;
    for (const id of [101, 102]) immuta.remove(id);
    immuta.switches.portInPayload = "refused";
    const account = { username: "immuta_claims", password };
    immuta.seed({
      ...{ id: 103, autoBootstrap: false },
      config: { host, database: "claims", schema: "governed", ...account },
    });
    const { out, code } = await bench.run(["doctor", "--probe"]);
    expect(code).to.equal(0);
    expect(blocks.map(withoutPorts)).to.include(withoutPorts(`$ pulumi-immuta doctor --probe\n${out}`));
  });
});
