import { expect } from "chai";
import type { Synapse } from "../../../sandbox/synapse";
import { Client, HOST, loginError, POOL, renew, startWithPool } from "./support";

const PASSWORD = "Simpl3!access";

interface Case {
  name: string;
  /** What the administrator runs in the pool first; the user is `plain`. */
  grants?: string[];
  batch: string;
  numbers: number[];
  rows?: unknown[][];
}

const OBJECTS = [
  "CREATE SCHEMA s",
  "CREATE TABLE s.t (a int)",
  "INSERT INTO s.t VALUES (1)",
  "CREATE VIEW s.v AS SELECT a FROM s.t",
  "CREATE PROCEDURE s.p AS SELECT a FROM s.t",
  "CREATE FUNCTION s.f() RETURNS int AS BEGIN RETURN 5 END",
  "CREATE ROLE r",
  "CREATE USER other WITHOUT LOGIN",
];

const CASES: Case[] = [
  {
    name: "nothing: may ask who it is",
    batch: "SELECT USER_NAME(), IS_ROLEMEMBER('db_owner')",
    numbers: [],
    rows: [["plain", 0]],
  },
  { name: "nothing: SELECT", batch: "SELECT * FROM s.t", numbers: [229] },
  { name: "nothing: INSERT", batch: "INSERT INTO s.t VALUES (1)", numbers: [229] },
  { name: "nothing: EXECUTE", batch: "EXEC s.p", numbers: [229] },
  { name: "nothing: a scalar function", batch: "SELECT s.f()", numbers: [229] },
  { name: "nothing: CREATE USER", batch: "CREATE USER u WITHOUT LOGIN", numbers: [15247] },
  { name: "nothing: CREATE ROLE", batch: "CREATE ROLE q", numbers: [15247] },
  { name: "nothing: CREATE SCHEMA", batch: "CREATE SCHEMA q", numbers: [262, 2759] },
  { name: "nothing: CREATE PROCEDURE", batch: "CREATE PROCEDURE s.q AS SELECT 1", numbers: [262] },
  { name: "nothing: CREATE TABLE", batch: "CREATE TABLE q (a int)", numbers: [262] },
  {
    name: "nothing: DROP",
    batch: "DROP TABLE s.t; DROP SCHEMA s; DROP ROLE r; DROP USER other",
    numbers: [3701, 15151, 15151, 15151],
  },
  {
    name: "nothing: GRANT",
    batch: "GRANT SELECT TO other; GRANT SELECT ON SCHEMA::s TO other; GRANT SELECT ON s.t TO other",
    numbers: [15247, 15151, 15151],
  },
  {
    name: "nothing: membership",
    batch: "ALTER ROLE r ADD MEMBER other; EXEC sp_addrolemember 'db_owner', 'plain'",
    numbers: [15151, 15151],
  },
  { name: "nothing: does not see objects", batch: "SELECT name FROM sys.objects", numbers: [], rows: [] },
  {
    name: "nothing: does not see other users",
    batch: "SELECT name FROM sys.database_principals WHERE name IN ('other', 'plain', 'dbo')",
    numbers: [],
    rows: [["dbo"], ["plain"]],
  },
  {
    name: "SELECT on an object",
    grants: ["GRANT SELECT ON s.t TO plain"],
    batch: "SELECT a FROM s.t; SELECT name FROM sys.objects",
    numbers: [],
    rows: [[1], ["t"]],
  },
  {
    name: "SELECT on a view reaches its tables",
    grants: ["GRANT SELECT ON s.v TO plain"],
    batch: "SELECT a FROM s.v; SELECT a FROM s.t",
    numbers: [229],
    rows: [[1]],
  },
  {
    name: "EXECUTE on a procedure reaches its tables",
    grants: ["GRANT EXECUTE ON s.p TO plain"],
    batch: "EXEC s.p",
    numbers: [],
    rows: [[1]],
  },
  {
    name: "but not through dynamic text",
    grants: [
      "CREATE PROCEDURE s.dynamic AS EXEC('SELECT a FROM s.t')",
      "GRANT EXECUTE ON s.dynamic TO plain",
    ],
    batch: "EXEC s.dynamic",
    numbers: [229],
  },
  {
    name: "EXECUTE on a schema",
    grants: ["GRANT EXECUTE ON SCHEMA::s TO plain"],
    batch: "EXEC s.p; SELECT s.f()",
    numbers: [],
    rows: [[1], [5]],
  },
  {
    name: "SELECT on the database",
    grants: ["GRANT SELECT TO plain"],
    batch: "SELECT a FROM s.t",
    numbers: [],
    rows: [[1]],
  },
  {
    name: "DENY goes before GRANT",
    grants: ["GRANT SELECT TO plain", "DENY SELECT ON SCHEMA::s TO plain"],
    batch: "SELECT a FROM s.t",
    numbers: [229],
  },
  {
    name: "by way of a role",
    grants: ["GRANT SELECT ON SCHEMA::s TO r", "ALTER ROLE r ADD MEMBER plain"],
    batch: "SELECT a FROM s.t; SELECT IS_ROLEMEMBER('r')",
    numbers: [],
    rows: [[1], [1]],
  },
  {
    name: "by way of public",
    grants: ["GRANT SELECT ON s.t TO public"],
    batch: "SELECT a FROM s.t",
    numbers: [],
    rows: [[1]],
  },
  {
    name: "db_datareader",
    grants: ["EXEC sp_addrolemember 'db_datareader', 'plain'"],
    batch: "SELECT a FROM s.t; DELETE FROM s.t",
    numbers: [229],
    rows: [[1]],
  },
  {
    name: "db_owner",
    grants: ["EXEC sp_addrolemember 'db_owner', 'plain'"],
    batch: "CREATE ROLE q; GRANT SELECT TO q; DROP TABLE s.t; SELECT name FROM sys.objects WHERE name = 'p'",
    numbers: [],
    rows: [["p"]],
  },
  {
    name: "CONTROL of the database",
    grants: ["GRANT CONTROL TO plain"],
    batch:
      "CREATE USER u WITHOUT LOGIN; CREATE ROLE q; GRANT CONTROL ON SCHEMA::s TO q; SELECT a FROM s.t; SELECT HAS_PERMS_BY_NAME('s', 'SCHEMA', 'CONTROL')",
    numbers: [],
    rows: [[1], [1]],
  },
  {
    name: "CREATE PROCEDURE wants ALTER on its schema too",
    grants: ["GRANT CREATE PROCEDURE TO plain"],
    batch: "CREATE PROCEDURE s.q AS SELECT 1",
    numbers: [2760],
  },
  {
    name: "CREATE PROCEDURE with ALTER on its schema",
    grants: ["GRANT CREATE PROCEDURE TO plain", "GRANT ALTER ON SCHEMA::s TO plain"],
    batch: "CREATE PROCEDURE s.q AS SELECT 1",
    numbers: [],
  },
  {
    name: "CREATE SCHEMA, and its owner's rights in it",
    grants: ["GRANT CREATE SCHEMA TO plain", "GRANT CREATE TABLE TO plain"],
    batch:
      "EXEC('CREATE SCHEMA mine'); CREATE TABLE mine.t (a int); INSERT mine.t VALUES (2); SELECT a FROM mine.t; DROP TABLE mine.t; DROP SCHEMA mine",
    numbers: [],
    rows: [[2]],
  },
  {
    name: "ALTER ANY USER",
    grants: ["GRANT ALTER ANY USER TO plain"],
    batch: "CREATE USER u WITHOUT LOGIN; DROP USER u; CREATE ROLE q",
    numbers: [15247],
  },
  {
    name: "ALTER ANY ROLE, but not the fixed ones",
    grants: ["GRANT ALTER ANY ROLE TO plain"],
    batch: "CREATE ROLE q; ALTER ROLE r ADD MEMBER other; ALTER ROLE db_owner ADD MEMBER other",
    numbers: [15151],
  },
  {
    name: "GRANT OPTION hands on what it is for",
    grants: ["GRANT SELECT ON s.t TO plain WITH GRANT OPTION"],
    batch: "GRANT SELECT ON s.t TO other; GRANT INSERT ON s.t TO other",
    numbers: [15151],
  },
  {
    name: "VIEW DEFINITION",
    grants: ["GRANT VIEW DEFINITION TO plain"],
    batch:
      "SELECT o.name, LEFT(m.definition, 11) FROM sys.objects o JOIN sys.sql_modules m ON m.object_id = o.object_id WHERE o.type = 'V'",
    numbers: [],
    rows: [["v", "CREATE VIEW"]],
  },
  {
    name: "a definition is not shown for EXECUTE alone",
    grants: ["GRANT EXECUTE ON s.p TO plain"],
    batch: "SELECT definition FROM sys.sql_modules",
    numbers: [],
    rows: [[null]],
  },
  {
    name: "HAS_PERMS_BY_NAME",
    grants: ["GRANT SELECT ON s.t TO plain"],
    batch:
      "SELECT HAS_PERMS_BY_NAME('s.t', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME('s.t', 'OBJECT', 'INSERT'), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CONTROL'), HAS_PERMS_BY_NAME('s.none', 'OBJECT', 'SELECT')",
    numbers: [],
    rows: [[1, 0, 0, null]],
  },
];

describe("rights in the sandbox's Synapse", () => {
  let synapse: Synapse;

  before(async () => {
    synapse = await startWithPool();
  });
  beforeEach(async () => {
    renew(synapse);
    const master = await Client.connect(synapse, { database: "master" });
    await master.run(
      `CREATE LOGIN plain WITH PASSWORD = '${PASSWORD}'`,
      "CREATE USER plain FROM LOGIN plain",
    );
    await master.close();
  });
  after(async () => {
    await synapse.close();
  });

  for (const { name, grants = [], batch, numbers, rows } of CASES) {
    it(name, async () => {
      const administrator = await Client.connect(synapse);
      await administrator.run("CREATE USER plain FROM LOGIN plain", ...OBJECTS, ...grants);
      const plain = await Client.connect(synapse, { user: "plain", password: PASSWORD });
      const answer = await plain.batch(batch);
      expect(answer.numbers, answer.errors.map(({ message }) => message).join("; ")).to.deep.equal(numbers);
      if (rows !== undefined) expect(answer.rows).to.deep.equal(rows);
    });
  }

  describe("in master", () => {
    const asPlain = async (): Promise<Client> =>
      Client.connect(synapse, { user: "plain", password: PASSWORD, database: "master" });
    const CREATE = "CREATE LOGIN made WITH PASSWORD = 'Syst3m!account'";

    it("a plain login manages no logins but its own password", async () => {
      const client = await asPlain();
      expect((await client.batch(CREATE)).numbers).to.deep.equal([15247]);
      expect((await client.batch("DROP LOGIN plain")).numbers).to.deep.equal([15151]);
      expect(
        (await client.batch("ALTER LOGIN sqladmin WITH PASSWORD = 'Syst3m!account'")).numbers,
      ).to.deep.equal([15151]);
      expect(
        (
          await client.batch(
            "ALTER LOGIN plain WITH PASSWORD = 'Syst3m!account' OLD_PASSWORD = 'Simpl3!access'",
          )
        ).numbers,
      ).to.deep.equal([]);
      expect(await client.values("SELECT name FROM sys.sql_logins")).to.deep.equal(["plain"]);
    });

    it("a member of loginmanager manages logins, not the administrator's", async () => {
      const master = await Client.connect(synapse, { database: "master" });
      await master.run("EXEC sp_addrolemember 'loginmanager', 'plain'");
      const client = await asPlain();
      await client.run(CREATE, "ALTER LOGIN made WITH PASSWORD = 'An0ther!secret'", "DROP LOGIN made");
      expect(
        (await client.batch("ALTER LOGIN sqladmin WITH PASSWORD = 'Syst3m!account'")).numbers,
      ).to.deep.equal([15151]);
      expect((await client.batch("EXEC sp_addrolemember 'dbmanager', 'plain'")).numbers).to.deep.equal([
        15151,
      ]);
      expect((await client.batch("CREATE USER u FROM LOGIN sqladmin")).numbers).to.deep.equal([15247]);
    });
  });

  it("a user that may not connect is refused", async () => {
    const administrator = await Client.connect(synapse);
    await administrator.run("CREATE USER plain FROM LOGIN plain", "REVOKE CONNECT FROM plain");
    expect((await loginError(synapse, { user: "plain", password: PASSWORD })).messages[0]?.number).to.equal(
      4060,
    );
  });

  describe("the catalog for assertions", () => {
    const EMPTY = {
      logins: [],
      users: [],
      roles: [],
      roleMembers: [],
      schemas: [],
      objects: [],
      permissions: [],
    };

    it("is empty for an empty pool, and after all is dropped again", async () => {
      expect(synapse.catalog(HOST, POOL)).to.deep.equal(EMPTY);
      expect(synapse.catalog(HOST, "master")).to.deep.equal({
        ...EMPTY,
        logins: ["plain"],
        users: ["plain"],
      });
      const administrator = await Client.connect(synapse);
      await administrator.run(...OBJECTS, "GRANT SELECT ON SCHEMA::s TO r", "ALTER ROLE r ADD MEMBER other");
      await administrator.run(
        "DROP VIEW s.v; DROP PROCEDURE s.p; DROP FUNCTION s.f; DROP TABLE s.t; DROP SCHEMA s; ALTER ROLE r DROP MEMBER other; DROP ROLE r; DROP USER other",
      );
      expect(synapse.catalog(HOST, POOL)).to.deep.equal(EMPTY);
    });

    it("is sorted and plain", async () => {
      const administrator = await Client.connect(synapse);
      await administrator.run(
        ...OBJECTS,
        "GRANT SELECT ON SCHEMA::s TO r",
        "DENY EXECUTE ON s.p TO other",
        "ALTER ROLE r ADD MEMBER other",
        "GRANT CREATE TABLE TO r",
      );
      expect(JSON.parse(JSON.stringify(synapse.catalog(HOST, POOL)))).to.deep.equal({
        logins: [],
        users: ["other"],
        roles: ["r"],
        roleMembers: [{ role: "r", member: "other" }],
        schemas: ["s"],
        objects: [
          { schema: "s", name: "f", type: "FN" },
          { schema: "s", name: "p", type: "P" },
          { schema: "s", name: "t", type: "U" },
          { schema: "s", name: "v", type: "V" },
        ],
        permissions: [
          { grantee: "other", state: "DENY", permission: "EXECUTE", on: "OBJECT::s.p" },
          { grantee: "r", state: "GRANT", permission: "CREATE TABLE", on: "DATABASE" },
          { grantee: "r", state: "GRANT", permission: "SELECT", on: "SCHEMA::s" },
        ],
      });
    });
  });
});
