import { cannotBeJudged, type Cursor, isName, Refusal } from "./cursor";
import { reserved, upper } from "./keywords";
import type { Token } from "./tokens";

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

/** Of expressions. Behind one of them an operand follows. */
const connecting = words("AND OR NOT IN LIKE BETWEEN IS ESCAPE COLLATE EXISTS ANY ALL SOME");
/** Of queries, likewise. */
const clauses = words(
  `AS ON WHERE GROUP BY ORDER HAVING DISTINCT INNER CROSS FULL OUTER UNION EXCEPT INTERSECT OVER PIVOT UNPIVOT
  TABLESAMPLE OPTION VALUES CURRENT PERCENT`,
);
const operands = words(
  "NULL DEFAULT USER CURRENT_TIMESTAMP CURRENT_USER SESSION_USER SYSTEM_USER CURRENT_DATE",
);
/** Called as functions are. */
const functions = words("CONVERT TRY_CONVERT COALESCE NULLIF LEFT RIGHT");
const unions = words("UNION ALL EXCEPT INTERSECT");

export interface Extent {
  /** A query's clauses may stand here, not in parentheses alone. */
  query?: true;
  /** A name may follow an operand: an alias, or the type of a variable. */
  alias?: true;
  /** Takes the target of INTO. */
  into?: (cursor: Cursor) => void;
  /** Ends behind the parenthesis that closes the first one. */
  group?: true;
  /** Something complete stands before it: no operand may come first. */
  after?: true;
  /** There may be nothing. */
  optional?: true;
}

/**
 * Goes beyond an expression or a query, which do nothing but read, up to where a statement may begin: a word that
 * T-SQL reserves and that no query has, or anything where an operator or a comma would have to be. Everything that
 * may be a statement in parentheses, or read elsewhere than in this database, is refused. Throws Refusal.
 */
export function skipExpression(cursor: Cursor, extent: Extent): void {
  const start = cursor.position;
  new Expression(cursor, extent).skip();
  if (cursor.position === start && extent.after === undefined && extent.optional === undefined)
    throw new Refusal(cannotBeJudged);
}

class Expression {
  /** Whether what stands before ends an operand, so that no other may follow without an operator. */
  private complete: boolean;
  private named: boolean;
  private depth = 0;
  private cases = 0;
  /** By depth, whether a FROM clause is open, so that a comma goes on to another table. */
  private from: boolean[] = [];
  /** Parts of a table's name so far; undefined elsewhere. */
  private parts: number | undefined;
  private previous: Token | undefined;

  constructor(
    private readonly cursor: Cursor,
    private readonly extent: Extent,
  ) {
    this.complete = this.named = extent.after === true;
  }

  skip(): void {
    for (let token = this.cursor.token(); token !== undefined; token = this.cursor.token()) {
      if (!this.goesOn(token)) break;
      this.previous = token;
      if (this.extent.group === true && this.depth === 0) return;
    }
    if (this.depth > 0) throw new Refusal(cannotBeJudged);
  }

  /** Takes the token, or says that the expression ends before it. */
  private goesOn(token: Token): boolean {
    switch (token.kind) {
      case "odd":
        throw new Refusal(cannotBeJudged);
      case "punctuation":
        return this.mark(token.text);
      case "word":
        return reserved.has(upper(token.text)) ? this.keyword(upper(token.text)) : this.operand(token);
      default:
        return this.operand(token);
    }
  }

  private advance(complete: boolean, named = false): true {
    this.cursor.position++;
    this.complete = complete;
    this.named = named;
    return true;
  }

  private mark(text: string): boolean {
    switch (text) {
      case ";":
      case ":":
      case "::":
        if (this.depth > 0 || text !== ";") throw new Refusal(cannotBeJudged);
        return false;
      case "(":
        if (this.extent.after === true && this.previous === undefined) return false;
        this.parts = undefined;
        this.depth++;
        this.from[this.depth] = false;
        return this.advance(false);
      case ")":
        if (this.depth === 0) return false;
        this.depth--;
        return this.advance(true);
      case ".":
        if (this.previous?.text === "." || (this.parts !== undefined && ++this.parts > 2))
          throw new Refusal("reads from another database");
        return this.advance(false, this.named);
      case ",":
        this.parts = this.from[this.depth] === true ? 1 : undefined;
        return this.advance(false);
      case "*":
        // All columns, or a product.
        return this.complete ? this.advance(false) : this.advance(true, true);
      default:
        return this.advance(false);
    }
  }

  private operand(token: Token): boolean {
    const behindAs = this.previous?.kind === "word" && upper(this.previous.text) === "AS";
    if (!this.complete) {
      if (this.parts === 1 && token.kind === "literal")
        throw new Refusal("reads from outside of the database");
      if (!isName(token) && token.kind !== "variable") this.parts = undefined;
      return this.advance(true, behindAs);
    }
    const alias = isName(token) && !this.named && (this.depth > 0 || this.extent.alias === true);
    this.parts = undefined;
    return alias ? this.advance(true, true) : false;
  }

  private keyword(word: string): boolean {
    if (connecting.has(word)) return this.advance(false);
    if (operands.has(word)) return this.complete ? false : this.advance(true);
    if (functions.has(word) && this.cursor.isMark("(", 1)) return this.complete ? false : this.advance(true);
    switch (word) {
      case "CASE":
        if (this.complete) return false;
        this.cases++;
        return this.advance(false);
      case "WHEN":
      case "THEN":
      case "ELSE":
        return this.cases > 0 && this.advance(false);
      case "END":
        if (this.cases === 0) return false;
        this.cases--;
        return this.advance(true);
    }
    const { query, alias } = this.extent;
    return (this.depth > 0 || query === true || (alias === true && word === "AS")) && this.clause(word);
  }

  private clause(word: string): boolean {
    switch (word) {
      case "SELECT":
        return this.maySelect() && this.advance(false);
      case "TOP":
        return this.top();
      case "FROM":
      case "JOIN":
        this.parts = 1;
        if (word === "FROM") this.from[this.depth] = true;
        return this.advance(false);
      case "LEFT":
      case "RIGHT":
        return this.advance(false);
      case "ASC":
      case "DESC":
        return this.advance(true, true);
      case "WITH":
        // Hints; a common table expression belongs to a statement of its own.
        return this.cursor.isMark("(", 1) && this.advance(false);
      case "INTO":
        if (this.depth > 0 || this.extent.into === undefined || this.from[0] === true) return false;
        this.cursor.position++;
        this.extent.into(this.cursor);
        this.complete = this.named = true;
        return true;
    }
    if (!clauses.has(word)) return false;
    if (
      word !== "AS" &&
      word !== "ON" &&
      word !== "INNER" &&
      word !== "CROSS" &&
      word !== "FULL" &&
      word !== "OUTER"
    )
      this.from[this.depth] = false;
    this.parts = undefined;
    return this.advance(false);
  }

  /** At the beginning, in parentheses of its own, and behind UNION. */
  private maySelect(): boolean {
    const { previous } = this;
    if (previous === undefined) return this.extent.after === undefined;
    return previous.text === "(" || (previous.kind === "word" && unions.has(upper(previous.text)));
  }

  private top(): boolean {
    this.cursor.position++;
    const open = this.cursor.takeMark("(");
    const kind = this.cursor.token()?.kind;
    if (kind !== "number" && kind !== "variable") throw new Refusal(cannotBeJudged);
    this.cursor.position++;
    if (open) this.cursor.need(")");
    this.complete = this.named = false;
    return true;
  }
}
