import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { splitBatches } from "../../provider/sql/script/split";
import { preflight } from "../../provider/sql/preflight";
import { failure, Life, startServers, type Servers } from "../assumptions/support";
import { FakeClock, Lines, loginTo, stageOn } from "./support";

/** docs/rights.md, executed: the page's own statements are the rights that the login has here. */

const page = readFileSync(join(__dirname, "..", "..", "docs", "rights.md"), "utf8");
const administrator = { username: "sqladmin", password: "Adm1n!stration" };
const password = "D3ployer!word";
const account = (name: string): { username: string; password: string } => ({ username: name, password });

/** The page's SQL blocks by their first line, such as "deployer, in master". */
const blocks = new Map(
  [...page.matchAll(/```sql\n-- (.+)\n([^]*?)```/g)].map(([, name = "", sql = ""]) => [
    name,
    sql.replace("<password>", password),
  ]),
);

const phases = ["look", "initial-create", "create", "edit", "delete", "cleanup", "post-cleanup"] as const;
const [, afterHeading = ""] = page.split(/\| Phase .*\n.*\n/);
const rows = (afterHeading.split("\n\n")[0] ?? "").split("\n").map((row) => {
  const cells = row.split("|").map((cell) => cell.trim());
  const bare = (index: number): string => (cells[index] ?? "").replace(/^`(.*)`$/, "$1");
  const [phase, database, right, takeAway, then] = [1, 2, 3, 4, 5].map(bare) as [
    (typeof phases)[number],
    string,
    string,
    string,
    string,
  ];
  return { phase, database, right, takeAway, then };
});

describe("docs/rights.md", function () {
  this.timeout(60_000);
  let servers: Servers;
  before(async () => {
    servers = await startServers();
  });
  after(() => servers.close());

  /** Statements of the workspace's administrator. */
  const execute = async (life: Life, database: string, sql: string): Promise<void> => {
    const login = { host: life.host, authentication: { type: "sql" as const, ...administrator } };
    await stageOn(servers.synapse).run(sql, { database }, login);
  };
  const grant = async (life: Life, who: string): Promise<void> => {
    for (const database of ["master", "claims"])
      await execute(life, database, blocks.get(`${who}, in ${database}`) ?? "");
  };
  /** A pool whose only account is the page's deployer, and a program that uses it. */
  const prepared = async (setup: "manual" | "automatic" = "manual"): Promise<Life> => {
    const life = new Life(servers, setup);
    life.rotateAdministrator(administrator.password);
    await grant(life, "deployer");
    const deployer = account("immuta_deployer");
    Object.assign(
      life.program,
      setup === "automatic" ? deployer : { bootstrap: { trustServerCertificate: true, ...deployer } },
    );
    return life;
  };
  /** What is left of Immuta's. */
  const left = (life: Life): string[] =>
    life.leftInPool.filter((thing) => !thing.includes("immuta_deployer"));
  const impersonation = { impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" } };

  it("names every phase, and has the blocks and rows that are executed here", () => {
    expect([...blocks.keys()]).to.deep.equal([
      "deployer, in master",
      "deployer, in claims",
      "system account, in claims",
      "reader, in master",
      "reader, in claims",
    ]);
    expect([...new Set(rows.map(({ phase }) => phase))]).to.have.members([...phases]);
    // Each statement that grants something is the subject of a row.
    const granted = ["master", "claims"].flatMap((database) =>
      splitBatches(blocks.get(`deployer, in ${database}`) ?? "")
        .flatMap(({ text }) => text.trim().split("\n"))
        .filter((statement) => !statement.startsWith("CREATE LOGIN"))
        .map((statement) => {
          const named = /sp_addrolemember N'(\w+)'|^GRANT (.+) TO/.exec(statement);
          return `${database} ${named?.[1] ?? named?.[2] ?? "user"}`;
        }),
    );
    expect([...new Set(rows.map(({ database, right }) => `${database} ${right}`))]).to.have.members(granted);
  });

  for (const setup of ["manual", "automatic"] as const)
    it(`lists enough for the whole life of a setup that is ${setup}`, async () => {
      const life = await prepared(setup);
      await life.up();
      await life.up(impersonation);
      if (setup === "manual") await life.up({ password: "S3cond'Passw0rd" });
      expect(life.atImmuta?.["status"]).to.equal("enabled");
      await life.destroy();
      expect(left(life)).to.deep.equal([]);
    });

  it("lists enough for the cleanup of a setup that Immuta has forgotten", async () => {
    const life = await prepared();
    await life.up();
    servers.immuta.remove(life.integrationId);
    await life.destroy();
    expect(left(life)).to.deep.equal([]);
  });

  /** Brings a life to where the phase is next; the returned operation is the one that runs it. */
  const upTo = async (phase: (typeof phases)[number], life: Life): Promise<() => Promise<unknown>> => {
    if (["look", "initial-create", "create"].includes(phase)) return () => life.up();
    await life.up();
    if (phase === "edit") return () => life.up(impersonation);
    if (phase === "cleanup") servers.immuta.remove(life.integrationId);
    return () => life.destroy();
  };

  for (const { phase, database, right, takeAway, then } of rows)
    it(`says what ${phase} does without ${right} in ${database}`, async () => {
      const life = await prepared();
      const operation = await upTo(phase, life);
      await execute(life, database, takeAway);
      if (then.startsWith("no error")) {
        await operation();
        expect(left(life)).to.deep.equal(['master logins "immuta_claims"']);
        return;
      }
      const text = await failure(operation());
      expect(text).to.contain(then);
      if (phase === "look") expect(text).to.contain(`database ${database}`);
      else expect(text).to.match(new RegExp(`^The ${phase} script failed in database ${database}`, "m"));
    });

  it("is right that changes of impersonation need nothing in master, and that a removal is finished later", async () => {
    const life = await prepared();
    await life.up();
    for (const { takeAway } of rows.filter(({ phase }) => phase === "initial-create"))
      await execute(life, "master", takeAway);
    await life.up(impersonation);
    expect(await failure(life.destroy())).to.contain("The post-cleanup script failed");
    const giveBack = (blocks.get("deployer, in master") ?? "").split("\n").slice(2).join("\n");
    await execute(life, "master", giveBack);
    await life.destroy();
    expect(left(life)).to.deep.equal([]);
  });

  it("is right that the smaller fixed roles do not replace db_owner", async () => {
    const life = await prepared();
    const roles = ["db_ddladmin", "db_accessadmin", "db_securityadmin"];
    const instead = roles.map((role) => `EXEC sp_addrolemember N'${role}', N'immuta_deployer';`).join("\n");
    await execute(life, "claims", `EXEC sp_droprolemember N'db_owner', N'immuta_deployer';\n${instead}`);
    expect(await failure(life.up())).to.contain("The create script failed in database claims");
  });

  it("says what Immuta's system account holds afterwards", async () => {
    const life = await prepared();
    await life.up();
    const { permissions, schemas } = servers.synapse.catalog(life.host, "claims");
    const held = permissions
      .filter(({ grantee }) => grantee === "immuta_claims")
      .map((entry) => `${entry.state} ${entry.permission} ON ${entry.on}::[claims] TO [${entry.grantee}];\n`);
    expect(held.join("")).to.equal(blocks.get("system account, in claims"));
    expect(schemas).to.deep.equal(["governed", "immuta_functions", "immuta_procedures", "immuta_system"]);
    expect(servers.synapse.catalog(life.host, "master").users).to.include("immuta_claims");
  });

  it("lists what looking alone takes, and what it does not see", async () => {
    const life = await prepared();
    await life.up();
    await grant(life, "reader");
    const found = (username: string): Promise<string[]> =>
      preflight(
        loginTo(servers.synapse, {
          host: life.host,
          authentication: { type: "sql", ...account(username) },
        }),
        { database: "claims", schema: "governed", username: "immuta_claims" },
        { reporter: new Lines(), clock: new FakeClock() },
      );
    const schemas = ["governed", "immuta_functions", "immuta_procedures", "immuta_system"].map(
      (name) => `schema ${name} in database claims`,
    );
    const user = "user immuta_claims in database claims";
    expect(await found("immuta_reader")).to.have.members([...schemas, user]);
    expect(await found("immuta_deployer")).to.have.members([
      "login immuta_claims in database master",
      ...schemas,
      user,
    ]);
    await execute(life, "claims", "REVOKE VIEW DEFINITION FROM [immuta_reader]");
    expect(await found("immuta_reader")).to.have.members(schemas);
  });
});
