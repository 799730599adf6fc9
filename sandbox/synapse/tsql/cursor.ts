/** A walk over tokens, and what every part of the parser needs: names, expected words, syntax errors. */
import type { ObjectName } from "./ast";
import { sqlError, type SqlError } from "./errors";
import type { PoolDialect, Token } from "./lexer";

/** Words that cannot be a name without quotes. */
const reserved = new Set(
  (
    "ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BEGIN BETWEEN BREAK BY CASE CHECK CLOSE COLLATE COLUMN COMMIT " +
    "CONSTRAINT CONTINUE CONVERT CREATE CROSS CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DEALLOCATE DECLARE DEFAULT " +
    "DELETE DENY DESC DISTINCT DROP ELSE END ESCAPE EXCEPT EXEC EXECUTE EXISTS FETCH FOR FOREIGN FROM FULL FUNCTION " +
    "GRANT GROUP HAVING IDENTITY IF IN INDEX INNER INSERT INTERSECT INTO IS JOIN KEY LEFT LIKE MERGE NOT NULL OF OFF " +
    "ON OPEN OPTION OR ORDER OUTER OVER PRIMARY PRINT PROC PROCEDURE PUBLIC RAISERROR REFERENCES RETURN REVERT REVOKE " +
    "RIGHT ROLLBACK SCHEMA SELECT SESSION_USER SET SOME SYSTEM_USER TABLE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE " +
    "UNION UNIQUE UPDATE USE USER VALUES VIEW WAITFOR WHEN WHERE WHILE WITH"
  ).split(" "),
);

export function isReserved(keyword: string): boolean {
  return reserved.has(keyword);
}

export class TokenCursor {
  private index = 0;

  constructor(
    readonly text: string,
    private readonly tokens: readonly Token[],
    /** Of a dedicated pool. */
    readonly dialect?: PoolDialect,
  ) {}

  get token(): Token {
    return this.peek(0);
  }

  get line(): number {
    return this.token.line;
  }

  get position(): number {
    return this.index;
  }

  get atEnd(): boolean {
    return this.token.kind === "end";
  }

  rewind(position: number): void {
    this.index = position;
  }

  peek(ahead: number): Token {
    const token = this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)];
    if (token === undefined) throw new Error("a token list ends with its end token");
    return token;
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== "end") this.index += 1;
    return token;
  }

  /** Are these the next words? */
  at(...keywords: string[]): boolean {
    return keywords.every((keyword, index) => this.peek(index).keyword === keyword);
  }

  /** Takes the words if they come next. */
  take(...keywords: string[]): boolean {
    if (!this.at(...keywords)) return false;
    this.index += keywords.length;
    return true;
  }

  takeOneOf(...keywords: string[]): string | undefined {
    return keywords.includes(this.token.keyword) ? this.next().keyword : undefined;
  }

  atSymbol(symbol: string): boolean {
    return this.token.kind === "symbol" && this.token.text === symbol;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.atSymbol(symbol)) return false;
    this.index += 1;
    return true;
  }

  expect(...keywords: string[]): void {
    for (const keyword of keywords) if (!this.take(keyword)) throw this.syntaxError();
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.syntaxError();
  }

  /** The error for a token that cannot stand where it stands. String contents may be secrets and are not quoted. */
  syntaxError(token: Token = this.token): SqlError {
    if (isReserved(token.keyword)) return sqlError(156, token.keyword).about(token);
    // At the end it is the last thing that stands there.
    const atEnd = token.kind === "end";
    const shown = atEnd ? (this.tokens.at(-2) ?? token) : token;
    const text = shown.kind === "string" || shown.kind === "end" ? "***" : shown.text;
    return sqlError(102, text).about({ start: shown.start, text, line: token.line }, atEnd);
  }

  get atName(): boolean {
    const { kind, keyword } = this.token;
    return kind === "quoted" || (kind === "word" && !isReserved(keyword));
  }

  /** One identifier. */
  name(): string {
    if (!this.atName) throw this.syntaxError();
    return this.next().text;
  }

  /** An identifier in which PUBLIC and the like may stand bare: principals, permission targets. */
  principal(): string {
    return this.take("PUBLIC") ? "public" : this.name();
  }

  variable(): string {
    if (this.token.kind !== "variable") throw this.syntaxError();
    return this.next().text;
  }

  string(): string {
    if (this.token.kind !== "string") throw this.syntaxError();
    return this.next().text;
  }

  /** name, schema.name, or refused with 40515 when more parts name another database. */
  objectName(): ObjectName {
    const { line } = this;
    const parts = [this.name()];
    while (this.takeSymbol(".")) {
      if (this.atSymbol(".")) parts.push("");
      else parts.push(this.name());
    }
    if (parts.length > 2) throw sqlError(40515, parts.join(".")).at(line);
    const name = parts.pop() ?? "";
    return { schema: parts[0] === "" ? undefined : parts[0], name };
  }

  /** Names between parentheses. */
  nameList(): string[] {
    this.expectSymbol("(");
    const names = this.list(() => this.name());
    this.expectSymbol(")");
    return names;
  }

  /** One or more, with commas between. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.takeSymbol(",")) items.push(item());
    return items;
  }

  /** Passes over a parenthesised group that means nothing here. */
  skipGroup(): void {
    this.expectSymbol("(");
    for (let depth = 1; depth > 0;) {
      if (this.atEnd) throw this.syntaxError();
      const token = this.next();
      if (token.kind !== "symbol") continue;
      if (token.text === "(") depth += 1;
      if (token.text === ")") depth -= 1;
    }
  }
}
