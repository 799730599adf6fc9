import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { ConfigValue } from "@pulumi/pulumi/automation";
import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox } from "../../sandbox";
import { secretsFoundIn } from "./canaries";
import { everythingIn, integrations, open, root, secret, type Scenario } from "./support";

/** docs/secrets.md against states that the engine wrote: each secret in each way of giving it. */

const places = ["state", "file"] as const;
type Place = (typeof places)[number];
type Kept = "–" | "encrypted" | "plain text";

const pageFile = join(root, "docs", "secrets.md");
const page = readFileSync(pageFile, "utf8");
const [table = ""] = /\| Secret .*\n(\|.*\n)+/.exec(page) ?? [];
const rows = table
  .trimEnd()
  .split("\n")
  .slice(2)
  .map((line) => {
    const [, name = "", given = "", ...kept] = line.split("|").map((cell) => cell.trim());
    const expected = Object.fromEntries(places.map((place, index) => [place, kept[index]]));
    return { way: `${name}: ${given.replaceAll("`", "")}`, expected };
  });

/** Names of settings, properties and options. */
const inCode =
  /passwordFrom: \{.*\}|--secret|immuta:\w+|[A-Z]+(_[A-Z]+)+|bootstrap\.\w+|getBootstrapScripts|^password$/g;

const tableOf = (kept: ReadonlyMap<string, { places: Record<string, Kept> }>): string =>
  [
    "| Secret | Given by | State | Stack's file |",
    "| - | - | - | - |",
    ...[...kept].map(([way, found]) => {
      const [, name = "", given = ""] = /^(.*?): (.*)$/.exec(way) ?? [];
      const how = given.replace(inCode, "`$&`");
      return `| ${name} | ${how} | ${places.map((place) => found.places[place]).join(" | ")} |`;
    }),
    "",
  ].join("\n");

const host = "claims.sql.azuresynapse.net";
const administratorPassword = "c4nary-Env-Adm1n";

/** Each way's own value, and "script" a line that is in every bootstrap script's text. */
const canaries: Record<string, string> = {
  "API key: IMMUTA_API_KEY": "c4nary-env-key",
  "API key: immuta:apiKey with --secret": "c4nary-secret-key",
  "API key: immuta:apiKey without --secret": "c4nary-plain-key",
  "SQL administrator: IMMUTA_SQL_ADMIN_PASSWORD": administratorPassword,
  "SQL administrator: immuta:sqlAdminPassword with --secret": "c4nary-secret-Adm1n",
  "SQL administrator: immuta:sqlAdminPassword without --secret": "c4nary-plain-Adm1n",
  "SQL administrator: bootstrap.password": "c4nary-program-Adm1n",
  "Immuta's system account: password": "c4nary-program-Sys1",
  "Immuta's system account: passwordFrom: { env }": "c4nary-env-Sys1",
  "Immuta's system account: passwordFrom: { file }": "c4nary-file-Sys1",
  "Client secret: bootstrap.clientSecret": "c4nary-client-secret",
  "Access token: IMMUTA_SQL_ACCESS_TOKEN": "c4nary-env-token",
  "Access token: immuta:sqlAccessToken with --secret": "c4nary-secret-token",
  "Access token: immuta:sqlAccessToken without --secret": "c4nary-plain-token",
  "Access token: bootstrap.accessToken": "c4nary-program-token",
  "Immuta's bootstrap scripts: run by the provider": "CREATE PROCEDURE [immuta_procedures].[set_profile]",
  "Immuta's bootstrap scripts: exported from getBootstrapScripts": "Immuta: first script of the manual setup",
  "Passphrase of the state: PULUMI_CONFIG_PASSPHRASE": "c4nary-passphrase",
};

interface Stored {
  resources: { inputs?: object; outputs?: object }[];
}

describe("docs/secrets.md", function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  const scenarios: Scenario[] = [];
  const kept = new Map<string, ReturnType<typeof whereKept>>();
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-secrets-"));
  const file = join(folder, "password");

  const start = async (
    projectName: string,
    settings: Record<string, string | ConfigValue>,
    program: () => Record<string, unknown>,
  ): Promise<Scenario> => {
    const scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName,
      config: settings,
      env: {
        PULUMI_CONFIG_PASSPHRASE: canaries["Passphrase of the state: PULUMI_CONFIG_PASSPHRASE"] ?? "",
        IMMUTA_SQL_ADMIN_USERNAME: "sqladmin",
        IMMUTA_SQL_ADMIN_PASSWORD: administratorPassword,
        IMMUTA_SQL_ACCESS_TOKEN: canaries["Access token: IMMUTA_SQL_ACCESS_TOKEN"] ?? "",
        SYSTEM_PASSWORD: canaries["Immuta's system account: passwordFrom: { env }"] ?? "",
      },
      program: () => Promise.resolve(program()),
    });
    scenarios.push(scenario);
    // Lookups of an inline program run in this process.
    const lookups = { IMMUTA_URL: sandbox.immuta.url, IMMUTA_API_KEY: sandbox.apiKey };
    Object.assign(process.env, lookups);
    try {
      await scenario.act("up");
    } finally {
      for (const name of Object.keys(lookups)) Reflect.deleteProperty(process.env, name);
    }
    return scenario;
  };

  before(async () => {
    writeFileSync(file, `${canaries["Immuta's system account: passwordFrom: { file }"]}\n`, { mode: 0o600 });
    sandbox = await startSandbox({
      apiKey: canaries["API key: IMMUTA_API_KEY"] ?? "",
      connectionPolicy: "redirect",
    });
    sandbox.synapse.createWorkspace({ host, administratorLogin: "sqladmin", administratorPassword });
    sandbox.synapse.acceptAccessToken(
      host,
      canaries["Access token: IMMUTA_SQL_ACCESS_TOKEN"] ?? "",
      "deployer@contoso.example",
      { administrator: true },
    );
    const made = ["password", "env", "file"];
    for (const database of made) sandbox.synapse.createPool(host, database);
    const adopted = ["administrator", "client", "token"];
    for (const database of adopted)
      sandbox.immuta.seed({ autoBootstrap: false, config: { host, database, schema: "governed" } });
    const manual = (
      database: string,
      account: Record<string, unknown>,
      bootstrap: Record<string, unknown> = {},
    ): immuta.SynapseIntegrationArgs =>
      ({
        ...{ host, database, schema: "governed", autoBootstrap: false, username: `immuta_${database}` },
        ...{ bootstrap, ...account },
      }) as unknown as immuta.SynapseIntegrationArgs;

    // One stack in which what is not given by a setting is really used: three setups, three adoptions.
    const secretSettings = await start(
      "secret",
      {
        "immuta:apiKey": secret(canaries["API key: immuta:apiKey with --secret"] ?? ""),
        "immuta:sqlAdminPassword": secret(
          canaries["SQL administrator: immuta:sqlAdminPassword with --secret"] ?? "",
        ),
        "immuta:sqlAccessToken": secret(canaries["Access token: immuta:sqlAccessToken with --secret"] ?? ""),
      },
      () => {
        const password = canaries["Immuta's system account: password"];
        const token = { authentication: "entra-access-token" };
        new immuta.SynapseIntegration("password", manual("password", { password }));
        new immuta.SynapseIntegration(
          "env",
          manual("env", { passwordFrom: { env: "SYSTEM_PASSWORD" }, passwordVersion: "1" }, token),
        );
        new immuta.SynapseIntegration(
          "file",
          manual("file", { passwordFrom: { file }, passwordVersion: "1" }),
        );
        const adopting = (database: string, bootstrap: Record<string, unknown>): void => {
          new immuta.SynapseIntegration(database, manual(database, { adopt: true }, bootstrap));
        };
        const administrator = canaries["SQL administrator: bootstrap.password"];
        adopting("administrator", { username: "sqladmin", password: administrator });
        adopting("client", {
          authentication: "entra-service-principal",
          tenantId: "11111111-1111-1111-1111-111111111111",
          clientId: "22222222-2222-2222-2222-222222222222",
          clientSecret: canaries["Client secret: bootstrap.clientSecret"],
        });
        const accessToken = canaries["Access token: bootstrap.accessToken"];
        adopting("token", { ...token, accessToken });
        const scripts = immuta.getBootstrapScripts({
          ...{ host, database: "other", schema: "governed", username: "immuta_other" },
          password: "0ther-Passw0rd",
        });
        return { script: scripts.initialCreate.script };
      },
    );
    const plainSettings = await start(
      "plain",
      {
        "immuta:apiKey": canaries["API key: immuta:apiKey without --secret"] ?? "",
        "immuta:sqlAdminPassword":
          canaries["SQL administrator: immuta:sqlAdminPassword without --secret"] ?? "",
        "immuta:sqlAccessToken": canaries["Access token: immuta:sqlAccessToken without --secret"] ?? "",
      },
      () => {
        for (const name of ["token", "client"])
          new immuta.SynapseIntegration(name, manual(name, { adopt: true }));
        return {};
      },
    );
    const [encrypted, plain] = [await writtenBy(secretSettings), await writtenBy(plainSettings)];
    for (const [way, value] of Object.entries(canaries))
      kept.set(way, whereKept(value, way.includes("without") ? plain : encrypted));
  });
  after(async () => {
    for (const scenario of scenarios) scenario.opened.remove();
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  if (process.env["UPDATE_GOLDEN"] === "1")
    it("is written anew (UPDATE_GOLDEN=1)", () => {
      writeFileSync(pageFile, page.replace(table, tableOf(kept)));
    });

  it("has a row for each way, and no other", () => {
    expect(rows.map(({ way }) => way)).to.have.members(Object.keys(canaries));
  });

  it("is right that a setting without --secret gets a warning, once in a run", () => {
    const warnings = (scenario: Scenario | undefined): string[] =>
      scenario
        ?.printed()
        .split("Diagnostics:")[1]
        ?.match(/immuta:\w+ is kept in plain text/g) ?? [];
    const [secretSettings, plainSettings] = scenarios;
    expect(warnings(secretSettings)).to.deep.equal([]);
    expect(warnings(plainSettings)).to.deep.equal(
      ["apiKey", "sqlAdminPassword", "sqlAccessToken"].map((name) => `immuta:${name} is kept in plain text`),
    );
  });

  for (const { way, expected } of rows)
    it(`is right about ${way}`, () => {
      expect(kept.get(way)?.places).to.deep.equal(expected);
      expect(kept.get(way)?.inTheClear).to.equal(Object.values(expected).includes("plain text"));
    });

  it("is right that what was given is what was used", () => {
    expect(integrations(sandbox).map(({ status }) => status)).to.deep.equal(
      Array.from({ length: 6 }, () => "enabled"),
    );
  });
});

/** What a stack wrote. */
interface Written {
  /** Each place as it is in the files, and with every secret decrypted. */
  closed: Record<Place, string>;
  opened: Record<Place, string>;
  /** State, history, backups and settings. */
  everything: string;
}

async function writtenBy(scenario: Scenario): Promise<Written> {
  const { stack, folder } = scenario.opened;
  const state = JSON.parse(readFileSync(scenario.opened.stateFile, "utf8")) as {
    checkpoint: { latest: Stored };
  };
  // As `pulumi stack export --show-secrets` gives it.
  const { deployment } = (await stack.exportStack()) as { deployment: Stored };
  const settings = readFileSync(join(folder, "project", "Pulumi.test.yaml"), "utf8");
  return {
    closed: partsOf(state.checkpoint.latest, settings),
    opened: partsOf(deployment, JSON.stringify(await stack.getAllConfig())),
    everything: everythingIn(folder),
  };
}

/** Every resource's inputs and outputs, those of the default provider and of the stack included. */
const partsOf = ({ resources }: Stored, file: string): Record<Place, string> => ({
  state: JSON.stringify(resources.map(({ inputs, outputs }) => [inputs, outputs])),
  file,
});

function whereKept(
  value: string,
  { closed, opened, everything }: Written,
): { places: Record<string, Kept>; inTheClear: boolean } {
  const has = (text: string): boolean => secretsFoundIn(text, { value }).length > 0;
  const kept = (place: Place): Kept =>
    has(closed[place]) ? "plain text" : has(opened[place]) ? "encrypted" : "–";
  return {
    places: Object.fromEntries(places.map((place) => [place, kept(place)])),
    inTheClear: has(everything),
  };
}
