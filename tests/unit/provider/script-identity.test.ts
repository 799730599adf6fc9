import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { masked } from "../../../provider/core/secrets";
import { reviewable, scriptIdentity } from "../../../provider/sql/script/identity";
import { renderScript } from "../../../sandbox/immuta/scripts";

const password = "Pass]w'ord-1";
const other = "An0ther:secret";
const quoted = (text: string): string => text.replaceAll("'", "''");

describe("a script without its secrets", () => {
  const login = `ALTER LOGIN x WITH PASSWORD = N'${quoted(password)}'`;
  for (const [what, script, expected] of [
    ["a password in its place", login, "ALTER LOGIN x WITH PASSWORD = N'<secret>'"],
    [
      "a password in SQL that is executed",
      `EXEC (N'${quoted(login)}'); EXECUTE sys.sp_executesql N'${quoted(`EXEC('${quoted(login)}')`)}'`,
      "EXEC (N'ALTER LOGIN x WITH PASSWORD = N''<secret>'''); EXECUTE sys.sp_executesql N'EXEC(''ALTER LOGIN x WITH PASSWORD = N''''<secret>'''''')'",
    ],
    [
      "the words around it in any form",
      `create/**/user x with password='${quoted(password)}', old_password ='${quoted(password)}'`,
      "create/**/user x with password='<secret>', old_password ='<secret>'",
    ],
    [
      "a credential's secret",
      `CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', SECRET = '${quoted(password)}'`,
      "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', SECRET = '<secret>'",
    ],
    [
      "a mark of the script's own",
      "PASSWORD = '<secret>' <\\another secret>",
      "PASSWORD = '<\\secret>' <\\\\another secret>",
    ],
    ["a literal out of place", `PRINT '${quoted(password)}'`, "PRINT '<secret, out of place>'"],
    [
      "a literal behind the account's statement",
      `ALTER LOGIN x WITH PASSWORD = 'a'; UPDATE t SET PASSWORD = '${quoted(password)}'`,
      "ALTER LOGIN x WITH PASSWORD = 'a'; UPDATE t SET PASSWORD = '<secret, out of place>'",
    ],
    [
      "a password that closes its literal",
      `ALTER LOGIN x WITH PASSWORD = '${password}'`,
      "ALTER LOGIN x WITH PASSWORD = '<secret, as it is>'",
    ],
    ["a comment", `-- ${password} ${quoted(password)}`, "-- <secret, as it is> <secret, quotes doubled>"],
    [
      "a piece of a literal",
      `ALTER LOGIN x WITH PASSWORD = 'x${quoted(password)}'`,
      "ALTER LOGIN x WITH PASSWORD = 'x<secret, quotes doubled>'",
    ],
    ["a name", `[${password.replaceAll("]", "]]")}]`, "[<secret, brackets doubled>]"],
    ["base64", `'${Buffer.from(password).toString("base64")}'`, "'<secret, in base64>'"],
    ["a URL", `'${encodeURIComponent(other)}'`, "'<another secret, as in a URL>'"],
    [
      "another secret in a place for one",
      `ALTER LOGIN x WITH PASSWORD = '${other}'`,
      "ALTER LOGIN x WITH PASSWORD = '<another secret>'",
    ],
  ] as const)
    it(`marks ${what}`, () => {
      expect(reviewable(script, password, [password, other, ""])).to.equal(expected);
    });

  it("leaves to accident what is too short for a password, but for whole literals", () => {
    expect(reviewable("ALTER LOGIN a WITH PASSWORD = 'a' -- a\nPRINT 'a'", "a")).to.equal(
      "ALTER LOGIN a WITH PASSWORD = '<secret>' -- a\nPRINT '<secret, out of place>'",
    );
  });
});

describe("the identity of a script", () => {
  const script = (secret: string): string =>
    `CREATE LOGIN x WITH PASSWORD = '${quoted(secret)}'\nGO\nEXEC('PRINT ''${quoted(quoted(secret))}''')`;

  it("is the same for two passwords, and another for another script", () => {
    const identity = (secret: string): string => scriptIdentity(script(secret), secret);
    expect(identity("on'e")).to.equal(identity("tw]o''x and more"));
    expect(identity("one")).to.match(/^[0-9a-f]{64}$/);
    expect(scriptIdentity(`${script("one")} `, "one")).to.not.equal(identity("one"));
  });

  it("is that of earlier builds for scripts of Immuta's kind", () => {
    const source = {
      settings: {
        host: "claims.sql.azuresynapse.net",
        port: 1433,
        database: "claims",
        schema: "governed",
        impersonation: { enabled: false },
        metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
      },
      account: { username: "immuta_system_account", password },
      fingerprint: "f",
    } as const;
    for (const phase of ["initial-create", "create", "edit", "delete", "cleanup", "post-cleanup"] as const) {
      const text = renderScript(phase, source);
      const before = createHash("sha256")
        .update(masked(text, [password]))
        .digest("hex");
      expect(scriptIdentity(text, password, [other]), phase).to.equal(before);
    }
    expect(
      scriptIdentity("CREATE LOGIN [immuta] WITH PASSWORD = N'it''s-one-1'\nGO\n", "it's-one-1"),
    ).to.equal("a8f791514ae07248b7e25d520afca19016e04ebd23b1d9259c529d90bd0e5903");
  });

  it("is not that of a script in which the password is written otherwise", () => {
    const at = (written: string, secret: string): string =>
      scriptIdentity(`ALTER LOGIN x WITH PASSWORD = '${written}'`, secret);
    const approved = at("Reviewed-1", "Reviewed-1");
    expect(at(quoted(password), password)).to.equal(approved);
    const base64 = Buffer.from(password).toString("base64");
    for (const written of ["<secret>", "<\\secret>", password, base64, encodeURIComponent(password)])
      expect(at(written, password), written).not.to.equal(approved);
    const closing = "a'; DROP TABLE dbo.x --";
    expect(at(closing, closing)).not.to.equal(approved);
    expect(at(quoted(closing), closing)).to.equal(approved);
  });

  const secret = fc.string({ minLength: 8, maxLength: 20 });
  const pieces = (one: string): fc.Arbitrary<string> =>
    fc
      .array(
        fc.constantFrom(
          ...["ALTER LOGIN x WITH PASSWORD = '", "'", "''", "N'", "EXEC('", "')", "--", "\n", "[", "]", ";"],
          ...["<", "\\", ">", "secret", "another secret", "<secret>", ", out of place", ", as it is", " "],
          ...[one, quoted(one), quoted(quoted(one)), one.replaceAll("]", "]]"), JSON.stringify(one)],
          ...[encodeURIComponent(one), Buffer.from(one).toString("base64")],
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(""));

  it("tells any two scripts apart, and holds no trace of a secret", () => {
    fc.assert(
      fc.property(
        secret.chain((one) => fc.tuple(fc.constant(one), pieces(one), pieces(one))),
        ([one, first, second]) => {
          const [a, b] = [reviewable(first, one), reviewable(second, one)];
          if (first !== second) expect(a).not.to.equal(b);
          if (!/^[a-z0-9 ,<>\\]+$/i.test(one)) expect(a).not.to.contain(one);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("is the same for any two passwords that the script has as literals", () => {
    fc.assert(
      fc.property(secret, secret, (one, two) => {
        expect(scriptIdentity(script(one), one)).to.equal(scriptIdentity(script(two), two));
      }),
    );
  });
});

describe("masking a text", () => {
  it("leaves no trace of a secret, however it is written", () => {
    const secret = fc.string({ minLength: 6, maxLength: 20 }).filter((text) => !"<secret>".includes(text));
    fc.assert(
      fc.property(secret, (one) => {
        const forms = [
          one,
          one.replaceAll("'", "''"),
          one.replaceAll("]", "]]"),
          JSON.stringify(one),
          encodeURIComponent(one),
          Buffer.from(one).toString("base64"),
        ];
        for (const form of forms) expect(masked(`x ${form} y`, [one])).to.not.contain(one);
      }),
    );
  });

  it("takes the longer of two secrets first", () => {
    expect(masked("abcd abcdef", ["abcd", "abcdef", ""])).to.equal("<secret> <secret>");
  });

  it("gives nothing where a secret is so short that a text without it would tell it", () => {
    for (const text of ["a cat", "no such letter"])
      expect(masked(text, ["a", "abcdef"])).to.equal(
        "<not shown: a secret of fewer than 4 characters cannot be masked>",
      );
  });
});
