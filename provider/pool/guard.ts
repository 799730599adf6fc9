import { statementsOf } from "./statements";
import type { Batch } from "./batches";

/**
 * A second look at a script before it runs: what in it reaches beyond Immuta's own objects. It reads the statements
 * that a batch leads with, not the language: it is a warning light, not a proof.
 */
export interface Concern {
  /** Batch, counted from 1, and the script's line on which it begins. */
  batch: number;
  line: number;
  /** What is unusual, without literals. */
  what: string;
}

/** `schema`: the integration's own target schema. */
export function concernsIn(batches: readonly Batch[], schema: string): Concern[] {
  return batches.flatMap((batch, index) =>
    statementsOf(batch.text)
      .map((statement) => concern(statement, schema))
      .filter((what) => what !== undefined)
      .map((what) => ({ batch: index + 1, line: batch.line, what })),
  );
}

const name = String.raw`(?:\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"|[\w@#$]+)`;
const object = new RegExp(
  String.raw`^(?:CREATE(?:\s+OR\s+ALTER)?|ALTER|DROP)\s+(?:VIEW|PROC(?:EDURE)?|FUNCTION|TABLE)\s+(?:IF\s+EXISTS\s+)?(?:(${name})\s*\.\s*)?${name}`,
  "i",
);
const schemaStatement = new RegExp(
  String.raw`^(?:CREATE|ALTER|DROP)\s+SCHEMA\s+(?:IF\s+EXISTS\s+)?(${name})`,
  "i",
);

/** Kinds that Immuta's scripts are made of. */
const usual =
  /^(CREATE|ALTER|DROP)\s+(OR\s+ALTER\s+)?(LOGIN|USER|ROLE|SCHEMA|VIEW|PROC(EDURE)?|FUNCTION|TABLE)\b|^(GRANT|REVOKE|DENY|EXEC(UTE)?|PRINT|SELECT|INSERT|UPDATE|DELETE|DECLARE|SET|IF|BEGIN|END|ELSE|RAISERROR|THROW|RETURN|WHILE)\b/i;

function concern(statement: string, schema: string): string | undefined {
  if (
    /\bSERVER\s+ROLE\b|sp_addsrvrolemember|\bON\s+SERVER\b|\bCONTROL\s+SERVER\b|\b(db)?manager\b|##MS_/i.test(
      statement,
    )
  )
    return "grants a right on the server";
  const owner = object.exec(statement)?.[1] ?? schemaStatement.exec(statement)?.[1];
  if (owner !== undefined && !isImmutas(plain(owner), schema)) return `touches schema ${plain(owner)}`;
  if (object.test(statement) && owner === undefined) return "touches an object without naming its schema";
  if (!usual.test(statement))
    return `is a statement of an unusual kind (${/^\w+/.exec(statement)?.[0].toUpperCase() ?? "?"})`;
  return undefined;
}

const isImmutas = (owner: string, schema: string): boolean =>
  /^immuta_/i.test(owner) || owner.toLowerCase() === schema.toLowerCase();

const plain = (quoted: string): string =>
  quoted.startsWith("[")
    ? quoted.slice(1, -1).replaceAll("]]", "]")
    : quoted.startsWith('"')
      ? quoted.slice(1, -1).replaceAll('""', '"')
      : quoted;
