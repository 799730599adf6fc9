import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Synapse } from "../../../sandbox/synapse";
import { having, program } from "../../pool/foreign/parts";
import { ADMINISTRATOR, HOST, POOL, startWithPool } from "./support";

/** A client of another making: what it accepts does not only fit tedious. */
describe("FreeTDS against the sandbox's Synapse", () => {
  let synapse: Synapse;
  let folder: string;

  before(async () => {
    synapse = await startWithPool();
    folder = mkdtempSync(join(tmpdir(), "freetds-"));
    writeFileSync(join(folder, "authority.pem"), synapse.certificateAuthority);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await synapse.close();
  });

  const run = async (
    client: string,
    encryption: string,
    password: string,
    batches: string[],
  ): Promise<string> => {
    const settings = [
      "[global]",
      "tds version = 7.4",
      "[claims]",
      `host = ${synapse.address}`,
      `port = ${synapse.port}`,
      `encryption = ${encryption}`,
      `ca file = ${join(folder, "authority.pem")}`,
      "check certificate hostname = no",
    ];
    writeFileSync(join(folder, "freetds.conf"), `${settings.join("\n")}\n`);
    const user = `${ADMINISTRATOR.user}@${HOST.split(".")[0] ?? ""}`;
    const child = spawn(client, ["-S", "claims", "-U", user, "-P", password, "-D", POOL], {
      env: { ...process.env, FREETDSCONF: join(folder, "freetds.conf"), HOME: folder, LC_ALL: "C.UTF-8" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => (output += text));
    }
    child.stdin.on("error", () => undefined);
    child.stdin.end(`${batches.map((batch) => `${batch}\ngo\n`).join("")}exit\n`);
    await new Promise((resolve) => child.on("close", resolve));
    return output;
  };

  describe("tsql", () => {
    before(async function () {
      await having(this, () => program("tsql", "-C", "FreeTDS, Debian's freetds-bin"));
    });

    for (const encryption of ["require", "request"]) {
      it(`logs in and works (encryption = ${encryption})`, async () => {
        const output = await run("tsql", encryption, ADMINISTRATOR.password, [
          `CREATE USER ${encryption}_user WITHOUT LOGIN`,
          "CREATE PROCEDURE dbo.p AS PRINT 'from the procedure'",
          "EXEC p; SELECT name AS found, 42 AS number FROM sys.database_principals WHERE name = 'dbo'",
          "\nSELECT * FROM nothing",
          "DROP PROCEDURE p",
        ]);
        expect(output).to.contain("from the procedure").and.contain("found\tnumber\ndbo\t42\n");
        expect(output).to.match(
          /Msg 208 \(severity 16, state 1\) from claims Line 2:\s+"Invalid object name 'nothing'\."/,
        );
        expect(synapse.catalog(HOST, POOL).users).to.contain(`${encryption}_user`);
      });
    }

    it("hears a wrong password as 18456", async () => {
      expect(await run("tsql", "require", "wrong", [])).to.contain("Msg 18456 (severity 14, state 1)");
    });

    it("is refused without encryption", async () => {
      const output = await run("tsql", "off", ADMINISTRATOR.password, ["SELECT 'inside'"]);
      expect(output).to.contain("There was a problem connecting to the server").and.not.contain("inside");
    });
  });

  describe("fisql", () => {
    before(async function () {
      await having(this, () => program("fisql", "-C", "FreeTDS, Debian's freetds-bin"));
    });

    it("logs in and works", async () => {
      const output = await run("fisql", "require", ADMINISTRATOR.password, [
        "SELECT DB_NAME() AS db, 7 AS seven",
      ]);
      expect(output).to.match(/claims\s+7/);
    });
  });
});
