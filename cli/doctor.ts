import {
  ConfigurationError,
  packageVersion,
  readConfiguration,
  masked,
  harmlessJson,
  hostRule,
  ImmutaError,
  identifierRule,
} from "../provider";
import { writeFile } from "node:fs/promises";
import { examinePool, type Place } from "./doctor/pool";
import type { Result } from "./doctor/result";
import { probeTenant, type Probed, type Wanted } from "./doctor/tenant-probe";
import { examineTenant } from "./doctor/tenant";
import { CommandError, type Io } from "./io";
import { parsed } from "./options";
import { visible } from "./text";

const usage = `Usage: pulumi-immuta doctor [--host H --database D] [--probe [--id N]] [options]

Looks whether Immuta can be used from here, and with --host and --database whether the pool can. Reads only.
Immuta: IMMUTA_URL, IMMUTA_API_KEY, and the proxy variables. Pool: the login from IMMUTA_SQL_ADMIN_USERNAME and
IMMUTA_SQL_ADMIN_PASSWORD, or IMMUTA_SQL_ACCESS_TOKEN; the way from IMMUTA_SQL_SERVER and IMMUTA_SQL_PORT.

  --host <name>                dedicated SQL endpoint of the workspace
  --database <name>            the dedicated SQL pool
  --trust-server-certificate   accept any certificate of the pool, as bootstrap.trustServerCertificate does
  --probe                      which open questions about Immuta's contract this tenant answers how, and the settings to
                               make (docs/assumptions.md): by GETs, and by requests for scripts, which are not run
  --id <n>                     Immuta's id of the integration that --probe looks at; by default one in manual setup
  --json                       the results as JSON
  --bundle <file>              write results and versions as JSON, for an issue report: without secrets, with host names
  --help                       this text

Exit codes: 0 where all is well; 1 where a check fails or the options are wrong.
`;

/** `pulumi-immuta doctor`. Throws CommandError. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values } = parsed("doctor", {
    args,
    options: {
      host: { type: "string" },
      database: { type: "string" },
      "trust-server-certificate": { type: "boolean", default: false },
      probe: { type: "boolean", default: false },
      id: { type: "string" },
      json: { type: "boolean", default: false },
      bundle: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    io.out(usage);
    return 0;
  }
  const place = placeOf(values.host, values.database, values["trust-server-certificate"]);
  if (values.id !== undefined && !values.probe) throw new CommandError("--id goes with --probe.");
  const say = (line: string): void => {
    io[values.json ? "err" : "out"](`probe: ${cleaned(line)}\n`);
  };
  const results = withoutSecrets(await examine(place));
  // What a setting heals is no failure.
  const failed = results.filter(({ result }) => result === "fail").length;
  if (!values.json) for (const result of results) io.out(lineOf(result));
  const probed = values.probe ? await probeOf({ id: values.id, place }, say) : undefined;
  const found = { results, ...(probed === undefined ? {} : { probe: probed }) };
  if (values.json) io.out(`${harmlessJson({ format: 1, ok: failed === 0, ...found })}\n`);
  else if (probed !== undefined) for (const line of linesOf(probed)) io.out(line);
  if (values.bundle !== undefined) await writeBundle(values.bundle, found, io);
  return failed === 0 ? 0 : 1;
}

/** Throws CommandError where the tenant does not answer, or is not named. */
async function probeOf(wanted: Wanted, say: (line: string) => void): Promise<Probed> {
  try {
    const { findings, settings } = await probeTenant(
      readConfiguration(() => undefined),
      wanted,
      say,
    );
    return {
      settings,
      findings: findings.map(({ detail, ...finding }) => ({ ...finding, detail: cleaned(detail) })),
    };
  } catch (error) {
    if (error instanceof ConfigurationError || error instanceof ImmutaError)
      throw new CommandError(`--probe: ${cleaned(error.message)}`);
    throw error;
  }
}

function linesOf({ findings, settings }: Probed): string[] {
  const lines = findings.map(({ about, result, detail }) => `${result.padEnd(9)} ${about}: ${detail}\n`);
  const found = findings.flatMap(({ about, set }) =>
    set === undefined ? [] : [`  pulumi config set --path immuta:contract.${about} ${set}\n`],
  );
  if (found.length === 0) return [...lines, "There is nothing to set.\n"];
  const variable = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return [...lines, "To set:\n", ...found, `or IMMUTA_CONTRACT="${variable.join(",")}"\n`];
}

function placeOf(
  host: string | undefined,
  database: string | undefined,
  trustServerCertificate: boolean,
): Place | undefined {
  if (host === undefined && database === undefined) return undefined;
  if (host === undefined || database === undefined)
    throw new CommandError("--host and --database are given together.");
  const problem = hostRule(host) ?? identifierRule(database);
  if (problem !== undefined)
    throw new CommandError(
      `${hostRule(host) === undefined ? "--database" : "--host"}: ${visible(JSON.stringify(hostRule(host) === undefined ? database : host))} ${problem}`,
    );
  return { host, database, trustServerCertificate };
}

async function examine(place: Place | undefined): Promise<Result[]> {
  const tenant = await examineTenant(process.env);
  if (place === undefined) return tenant;
  try {
    return [
      ...tenant,
      ...(await examinePool(
        place,
        readConfiguration(() => undefined),
      )),
    ];
  } catch (error) {
    if (error instanceof ConfigurationError) throw new CommandError(error.message);
    throw error;
  }
}

const secretVariables = [
  "IMMUTA_API_KEY",
  "IMMUTA_SQL_ADMIN_PASSWORD",
  "IMMUTA_SQL_ACCESS_TOKEN",
  "IMMUTA_SYSTEM_PASSWORD",
];

/** Servers' own words come from outside: no credential leaves with them. */
function cleaned(text: string): string {
  const secrets = secretVariables.map((name) => process.env[name] ?? "");
  return visible(masked(text, secrets), 2000);
}

function withoutSecrets(results: readonly Result[]): Result[] {
  return results.map(({ detail, fix, ...result }) => ({
    ...result,
    detail: cleaned(detail),
    ...(fix === undefined ? {} : { fix: cleaned(fix) }),
  }));
}

const words: Readonly<Record<Result["result"], string>> = { ok: "ok  ", fail: "FAIL", skipped: "-   " };

const lineOf = ({ check, result, detail, fix }: Result): string =>
  `${words[result]} ${check}: ${detail}${fix === undefined ? "" : ` → ${fix}`}\n`;

async function writeBundle(file: string, found: object, io: Io): Promise<void> {
  const versions = { "pulumi-immuta": packageVersion(), node: process.version, platform: process.platform };
  try {
    await writeFile(file, `${harmlessJson({ format: 1, versions, ...found })}\n`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${visible(file)} cannot be written (${code ?? "unknown cause"}).`);
  }
  io.err(`wrote ${visible(file)}; it names hosts and logins, and holds no secret.\n`);
}
