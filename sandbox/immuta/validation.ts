import type { Account, JsonObject, Settings, ValidationResults, ValidationTest } from "./model";
import { completeSettings, type Payload } from "./payload";
import { connect, PoolError, withSession, type PoolRoute, type Row, type Session } from "./pool";
import { quoteText } from "./template";

/** The names of the tests, in the order in which they run. */
export const testNames = {
  connect: "Initial Validation: Connect",
  delimiters: "Initial Validation: Delimiters",
  manage: "Validate Immuta system user can manage database",
} as const;

/** What the pool has to look like. */
export interface Expectation {
  settings: Settings;
  account: Account;
  fingerprint: string;
}

export const expectationOf = (payload: Payload, settings = completeSettings(payload.sent)): Expectation => ({
  settings,
  account: payload.account,
  fingerprint: payload.fingerprint,
});

/** Login failed; the database cannot be opened by this login; the login is no user of the database. */
const loginRefusals: ReadonlySet<number | undefined> = new Set([18456, 4060, 916]);

/** The default character set of a schema: the same in every database with Azure's default collation. */
const characterSet: JsonObject = {
  DEFAULT_CHARACTER_SET_NAME: "iso_1",
  DEFAULT_CHARACTER_SET_SCHEMA: null,
  DEFAULT_CHARACTER_SET_CATALOG: null,
};

const immutaSchemas = ["immuta_functions", "immuta_procedures", "immuta_system"];

/**
 * Looks at the pool with Immuta's system account: can it log in, is everything there that the scripts make, and was it
 * made from this payload? A test that cannot run because an earlier one failed is skipped.
 */
export async function validatePool(pools: PoolRoute, expected: Expectation): Promise<ValidationResults> {
  let session: Session;
  try {
    session = await connect(pools, expected.settings, expected.settings.database, expected.account);
  } catch (error) {
    return connectFailed(error);
  }
  try {
    return summarize(await lookAround(session, expected));
  } catch (error) {
    return scriptFailed(error);
  } finally {
    await session.close();
  }
}

/** Whether Immuta's objects are in the pool, as far as its system account can tell; or why that cannot be told. */
export async function lookForObjects(
  pools: PoolRoute,
  settings: Settings,
  account: Account,
): Promise<"there" | "gone" | ValidationResults> {
  try {
    return await withSession(pools, settings, settings.database, account, async (session) =>
      (await readSettings(session)) === undefined ? "gone" : "there",
    );
  } catch (error) {
    const accountIsGone = error instanceof PoolError && loginRefusals.has(error.number);
    return accountIsGone ? "gone" : connectFailed(error);
  }
}

/** Whether the edit script that leaves this role in master has run there. */
export function markerIsThere(
  pools: PoolRoute,
  settings: Settings,
  account: Account,
  marker: string,
): Promise<boolean> {
  const query = `SELECT name FROM sys.database_principals WHERE type = 'R' AND name = ${quoteText(marker)};`;
  return withSession(
    pools,
    settings,
    "master",
    account,
    async (session) => (await session.batch(query)).length === 1,
  );
}

/** Tests whether the privileged account of an automatic setup can do what the setup takes. */
export async function validatePrivileges(
  pools: PoolRoute,
  settings: Settings,
  account: Account,
): Promise<ValidationResults> {
  try {
    const master = await connect(pools, settings, "master", account);
    await master.close();
    const session = await connect(pools, settings, settings.database, account);
    try {
      const [row] = await session.batch(
        "SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CONTROL') AS [control];",
      );
      const manage = await manageTest(
        session,
        row?.["control"] === 1 ? undefined : "The account may not manage grants in the database.",
      );
      return summarize([
        { name: testNames.connect, status: "passed", result: [] },
        delimiterTest(settings, undefined),
        manage,
      ]);
    } finally {
      await session.close();
    }
  } catch (error) {
    return connectFailed(error);
  }
}

/** The result when a batch failed in the pool. */
export const scriptFailed = (error: unknown): ValidationResults => manageFailed(describe(error));

/** The result when the last test alone failed. */
export function manageFailed(message: string): ValidationResults {
  return summarize([
    { name: testNames.connect, status: "passed", result: [] },
    { name: testNames.delimiters, status: "skipped" },
    { name: testNames.manage, status: "failed", message },
  ]);
}

async function lookAround(session: Session, expected: Expectation): Promise<ValidationTest[]> {
  const { settings } = expected;
  const schemas = await session.batch(
    "SELECT SCHEMA_NAME, CATALOG_NAME, SCHEMA_OWNER FROM INFORMATION_SCHEMA.SCHEMATA" +
      ` WHERE SCHEMA_NAME = ${quoteText(settings.schema)};`,
  );
  const connectTest: ValidationTest = {
    name: testNames.connect,
    ...(schemas.length === 1
      ? { result: schemas.map((row) => ({ ...row, ...characterSet })), status: "passed" }
      : {
          status: "failed",
          message: `Schema ${settings.schema} does not exist in database ${settings.database}. Run the scripts first.`,
        }),
  };
  const found = await readSettings(session);
  if (found === undefined)
    return [
      connectTest,
      { name: testNames.delimiters, status: "skipped" },
      await manageTest(
        session,
        `The Immuta objects are missing in database ${settings.database}. Run the scripts first.`,
      ),
    ];
  return [
    connectTest,
    delimiterTest(settings, found),
    await manageTest(session, await problemInPool(session, expected, found)),
  ];
}

/** The row of the view in which the scripts record what they were generated from. */
async function readSettings(session: Session): Promise<Row | undefined> {
  const view = await session.batch(
    "SELECT name FROM sys.views WHERE name = N'integration' AND schema_id = SCHEMA_ID(N'immuta_system');",
  );
  if (view.length === 0) return undefined;
  const rows = await session.batch(
    "SELECT payload_fingerprint, system_account, view_schema, hash_delimiter, hash_key_delimiter, array_delimiter," +
      " impersonation_role FROM [immuta_system].[integration];",
  );
  return rows[0];
}

function delimiterTest({ metadataDelimiters }: Settings, found: Row | undefined): ValidationTest {
  const { hashDelimiter, hashKeyDelimiter, arrayDelimiter } = metadataDelimiters;
  const name = testNames.delimiters;
  if (new Set([hashDelimiter, hashKeyDelimiter, arrayDelimiter]).size < 3)
    return { name, status: "failed", message: "The metadata delimiters must differ from each other." };
  const same =
    found === undefined ||
    (found["hash_delimiter"] === hashDelimiter &&
      found["hash_key_delimiter"] === hashKeyDelimiter &&
      found["array_delimiter"] === arrayDelimiter);
  return same
    ? { name, status: "passed" }
    : { name, status: "failed", message: "The scripts were generated with other metadata delimiters." };
}

async function problemInPool(
  session: Session,
  { settings, account, fingerprint }: Expectation,
  found: Row,
): Promise<string | undefined> {
  if (found["payload_fingerprint"] !== fingerprint || found["view_schema"] !== settings.schema)
    return "The scripts were generated from another payload than this one.";
  if (found["system_account"] !== account.username)
    return "The scripts were generated for another system account than this one.";
  const schemas = await names(session, "SELECT name FROM sys.schemas");
  const missing = immutaSchemas.filter((schema) => !schemas.has(schema));
  if (missing.length > 0) return `Missing in the database: schema ${missing.join(", ")}.`;
  const { impersonation } = settings;
  const procedures = await names(
    session,
    "SELECT name FROM sys.procedures WHERE schema_id = SCHEMA_ID(N'immuta_procedures')",
  );
  if (!procedures.has("set_profile"))
    return "Missing in the database: procedure immuta_procedures.set_profile.";
  if (procedures.has("impersonate") !== impersonation.enabled)
    return `Procedure immuta_procedures.impersonate is ${impersonation.enabled ? "missing" : "still there"}.`;
  if (!impersonation.enabled) return undefined;
  const roles = await names(session, "SELECT name FROM sys.database_principals WHERE type = 'R'");
  return roles.has(impersonation.role)
    ? undefined
    : `Missing in the database: impersonation role ${impersonation.role}.`;
}

async function manageTest(session: Session, problem: string | undefined): Promise<ValidationTest> {
  const name = testNames.manage;
  if (problem !== undefined) return { name, status: "failed", message: problem };
  const rows = await session.batch(
    "SELECT name FROM sys.database_principals WHERE name = USER_NAME()" +
      " AND HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CONTROL') = 1;",
  );
  return rows.length === 1
    ? { name, result: rows.map(jsonRow), status: "passed" }
    : { name, status: "failed", message: "The system account may not manage grants in the database." };
}

async function names(session: Session, query: string): Promise<Set<unknown>> {
  return new Set((await session.batch(`${query};`)).map((row) => row["name"]));
}

function connectFailed(error: unknown): ValidationResults {
  return summarize([
    { name: testNames.connect, status: "failed", message: describe(error) },
    { name: testNames.delimiters, status: "skipped" },
    { name: testNames.manage, status: "skipped" },
  ]);
}

function summarize(validationTests: ValidationTest[]): ValidationResults {
  const failed = validationTests.some((test) => test.status === "failed");
  return { status: failed ? "failed" : "passed", validationTests };
}

/** SQL Server's own sentence and number; anything else would be a mistake of this server's and is passed on. */
function describe(error: unknown): string {
  if (!(error instanceof PoolError)) throw error;
  return error.number === undefined ? error.message : `${error.message} (SQL error ${error.number})`;
}

const jsonRow = (row: Row): JsonObject => ({ ...row });
