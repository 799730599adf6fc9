/** What happened at the endpoint, without its SQL: kinds, leading keywords, masked hashes, error numbers. */
import { createHash } from "node:crypto";
import { SqlError } from "./tsql/errors";
import { tokenize, type Token } from "./tsql/lexer";

export interface SynapseJournalEntry {
  /** 1, 2, 3, … over the whole endpoint. */
  readonly seq: number;
  readonly host: string;
  readonly database: string;
  readonly login: string;
  readonly applicationName: string;
  /** "redirected": the gateway sent the client to a node, and asked nobody who they are. */
  readonly kind: "login" | "login-failed" | "redirected" | "batch" | "rpc" | "attention" | "logout";
  /** The leading keywords: "CREATE LOGIN", "IF NOT EXISTS CREATE USER", "SELECT". */
  readonly statement?: string;
  /** The running number of a SQL batch within its connection, from 1. */
  readonly batch?: number;
  /** The client had the session reset before it (RESETCONNECTION). */
  readonly reset?: true;
  /** SHA-256 (hex) of the batch, every quoted literal in it replaced by '***'. */
  readonly hash?: string;
  /** Error numbers in the order sent. */
  readonly errors: readonly number[];
}

export class Journal {
  readonly entries: SynapseJournalEntry[] = [];
  private seq = 0;

  add(entry: Omit<SynapseJournalEntry, "seq">): void {
    this.seq += 1;
    this.entries.push({ seq: this.seq, ...entry });
  }

  clear(): void {
    this.entries.length = 0;
  }
}

/** Words that may be written down; anything else could be a name. */
const verbs = new Set(
  (
    "ALTER BEGIN COMMIT CREATE DECLARE DELETE DENY DROP EXEC EXECUTE GRANT IF INSERT PRINT RAISERROR RETURN REVOKE ROLLBACK " +
    "SELECT SET THROW TRUNCATE UPDATE USE WHILE WITH"
  ).split(" "),
);
const nouns = new Set(
  "EXISTS FUNCTION LOGIN NOT PROC PROCEDURE ROLE SCHEMA TABLE TRAN TRANSACTION TRY USER VIEW AUTHORIZATION".split(
    " ",
  ),
);

function tokensOf(text: string): Token[] | undefined {
  try {
    return tokenize(text);
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

/** The keywords a batch begins with; for a guarded statement, the guard's and the statement's. */
export function leadingKeywords(text: string): string {
  const tokens = tokensOf(text);
  if (tokens === undefined) return "";
  const first = tokens.findIndex(({ text: word }) => word !== ";");
  const leading = keywordsAt(tokens, first);
  if (leading[0] !== "IF") return leading.join(" ");
  const guarded = guardedVerb(tokens, first + 1);
  return [...leading, ...(guarded === undefined ? [] : keywordsAt(tokens, guarded))].join(" ");
}

/** Where the guarded statement begins: the first verb outside of parentheses; BEGIN only opens the block. */
function guardedVerb(tokens: readonly Token[], start: number): number | undefined {
  let depth = 0;
  for (const [index, { text, keyword }] of tokens.entries()) {
    if (text === "(") depth += 1;
    if (text === ")") depth -= 1;
    if (index >= start && depth === 0 && verbs.has(keyword) && keyword !== "BEGIN") return index;
  }
  return undefined;
}

function keywordsAt(tokens: readonly Token[], start: number): string[] {
  const [verb, ...rest] = tokens.slice(start, start + 3).map(({ keyword }) => keyword);
  if (verb === undefined || !verbs.has(verb)) return verb === undefined || verb === "" ? [] : ["EXECUTE"];
  const words = [verb];
  for (const word of rest) {
    if (!nouns.has(word)) break;
    words.push(word);
  }
  return words;
}

/** SHA-256 of the text without its literals: the same script gives the same hash under any password. */
export function maskedHash(text: string): string {
  const tokens = tokensOf(text) ?? [];
  let masked = "";
  let at = 0;
  for (const token of tokens) {
    if (token.kind !== "string") continue;
    masked += `${text.slice(at, token.start)}'***'`;
    at = token.end;
  }
  masked += tokens.length === 0 ? text.replaceAll(/'[^']*('|$)/g, "'***'") : text.slice(at);
  return createHash("sha256").update(masked).digest("hex");
}
