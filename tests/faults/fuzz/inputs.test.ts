import { expect } from "chai";
import fc from "fast-check";
import { ConfigurationError, readConfiguration } from "../../../provider/core/configuration";
import { masked } from "../../../provider/core/secrets";
import { reviewable, scriptIdentity } from "../../../provider/sql/script/identity";
import { ScriptError, splitBatches } from "../../../provider/sql/script/split";
import { concernsIn } from "../../../provider/sql/script/guard";
import type { PropertyMap } from "../../../provider/core/property-map";
import { properties } from "../../../provider/synapse/inputs/paths";
import * as integration from "../../../provider/synapse/integration";
import { map, manual, stateOf } from "../../unit/provider/samples";
import { odd, spoilt, survived } from "./odd";

const secret = "c4nary-Passw0rd";
const program: PropertyMap = {
  ...map(manual),
  password: secret,
  bootstrap: { username: "sqladmin", password: secret, requestTimeout: "2m", approvedScripts: { edit: "a" } },
  timeouts: { create: "5m" },
  impersonation: { enabled: true, role: "R" },
  passwordVersion: "1",
  adopt: "7",
};

describe("whatever a program gives", function () {
  this.timeout(60_000);

  it("is refused with reasons that hold no secret, or is understood by diff and preview", async () => {
    await fc.assert(
      fc.asyncProperty(spoilt(program), spoilt(program), async (news, olds) => {
        if (!isPropertyMap(news) || !isPropertyMap(olds)) return;
        const checked = integration.check(olds, news);
        for (const { property, reason } of checked.failures) {
          expect(property).to.equal("");
          expect(reason).not.to.contain(secret);
        }
        if (checked.failures.length > 0) return;
        await survived(() => [
          integration.diff("id", map(stateOf(manual)), checked.inputs),
          integration.announcementOfCreate(checked.inputs),
          integration.announcementOfChange(map(stateOf(manual)), checked.inputs),
        ]);
      }),
      { numRuns: 2000 },
    );
  });

  it("has a rule for every row that takes any value", () => {
    for (const { path, rule } of properties) {
      if (rule === undefined) continue;
      fc.assert(
        fc.property(odd, (value) => {
          const checked = integration.check({}, nested(path, value));
          expect(checked.failures.every(({ reason }) => typeof reason === "string")).to.equal(true);
        }),
        { numRuns: 50 },
      );
    }
  });
});

describe("whatever a script holds", () => {
  const pieces = fc.constantFrom(
    ...[
      "GO",
      "go -- x",
      "GO 2",
      "GO 99999999999",
      "/*",
      "*/",
      "--",
      "'",
      "''",
      "N'",
      "[",
      "]",
      "]]",
      '"',
      ";",
    ],
    ...["EXEC(", ")", "GRANT", "CREATE LOGIN", "\n", "\r\n", "\u0000", "\u2028", secret, "x".repeat(10_000)],
  );
  const script = fc.oneof(
    fc
      .array(fc.tuple(pieces, fc.constantFrom(" ", "\n", "")), { maxLength: 60 })
      .map((parts) => parts.flat().join("")),
    fc.string({ unit: "binary", maxLength: 500 }),
  );

  it("is parted into batches, or refused in words", () => {
    fc.assert(
      fc.property(script, (text) => {
        try {
          const batches = splitBatches(text);
          concernsIn(batches, {
            schema: "governed",
            database: "claims",
            accounts: ["immuta"],
            roles: ["R"],
            inMaster: false,
          });
          expect(batches.every((batch) => batch.text.trim() !== "" && batch.line >= 1)).to.equal(true);
        } catch (error) {
          expect(error).to.be.instanceOf(ScriptError);
        }
        expect(scriptIdentity(text, secret)).to.match(/^[0-9a-f]{64}$/);
        expect(reviewable(text, secret)).not.to.contain(secret);
        expect(masked(text, [secret])).not.to.contain(secret);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("whatever the configuration says", () => {
  const names = [
    ...["URL", "API_KEY", "SQL_SERVER", "SQL_PORT", "CONCURRENCY", "REQUEST_TIMEOUT", "PREVIOUS_URL"],
    ...["RETAIN_POOL_OBJECTS", "SQL_ADMIN_USERNAME", "SQL_ADMIN_PASSWORD", "ALLOW_INSECURE"],
  ];
  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "",
      "http://",
      `https://user:${secret}@h`,
      `https://h/?key=${secret}`,
      "-1",
      "1e9",
      "20s",
      "999999d",
    ),
  );

  it("is used, or refused without its values", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value), async (settings) => {
        const env = Object.fromEntries(
          Object.entries(settings).map(([name, text]) => [`IMMUTA_${name}`, text]),
        );
        const error = await survived(() => {
          const configuration = readConfiguration(() => undefined, env);
          expect(configuration.concurrency).to.be.greaterThan(0);
          return [configuration.sqlRoute(), configuration.tenant()];
        });
        if (error === undefined) return;
        expect(error).to.be.instanceOf(ConfigurationError);
        expect(error.message).not.to.contain(secret);
      }),
      { numRuns: 1000 },
    );
  });
});

const isPropertyMap = (value: unknown): value is PropertyMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function nested(path: string, value: unknown): PropertyMap {
  const [head = "", leaf] = path.split(".");
  return { ...program, [head]: leaf === undefined ? value : { [leaf]: value } };
}
