import {
  type Batch,
  ScriptError,
  splitBatches,
  statementStarts,
  upper,
  bodyAt,
  isExecuted,
  type Token,
  tokensOf,
  valueOf,
  wordsAt,
} from "../../provider";
import { rules, type Where } from "./lint-rules";

export interface Finding {
  /** Of the script, counted from 1. */
  line: number;
  what: string;
  /** Address of the page that documents it. */
  page: string;
}

/**
 * What in a script a dedicated SQL pool does not know by its documentation, and what keeps the script from being split
 * as it was meant. Nothing is run; in time linear in the script.
 */
export function findingsIn(script: string): Finding[] {
  let batches: Batch[];
  try {
    batches = splitBatches(script);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return [{ line: error.line, what: error.what, page: pages[error.about] }];
  }
  const seen = new Set<number>();
  return batches.flatMap(({ text, line }) => {
    // GO n repeats a batch.
    if (seen.has(line)) return [];
    seen.add(line);
    return inSql(text, line, 0);
  });
}

const sql = "https://learn.microsoft.com/sql";
const pages: Readonly<Record<ScriptError["about"], string>> = {
  GO: `${sql}/t-sql/language-elements/sql-server-utilities-statements-go`,
  sqlcmd: `${sql}/tools/sqlcmd/sqlcmd-commands`,
  literal: `${sql}/t-sql/data-types/constants-transact-sql`,
  name: `${sql}/relational-databases/databases/database-identifiers`,
  comment: `${sql}/t-sql/language-elements/slash-star-comment-transact-sql`,
};

/** EXEC in EXEC in EXEC …: each doubles the quotes of the one inside. */
const deepest = 8;

/** @param line on which the SQL begins. */
function inSql(text: string, line: number, depth: number): Finding[] {
  const tokens = [...tokensOf(text)];
  const lineAt = lines(text, line);
  const walk = new Walk(tokens);
  const findings: Finding[] = [];
  for (const [at, token] of tokens.entries()) {
    const start = lineAt(token.at);
    const where = walk.at(at);
    for (const { what, page, applies } of rules)
      if (applies(where)) findings.push({ line: start, what, page });
    if (token.kind === "literal" || token.kind === "quoted") findings.push(...hiddenGo(token, start));
    else if (isLooseGo(text, token)) findings.push({ line: start, what: looseGo, page: pages.GO });
    if (token.kind === "literal" && depth < deepest && isExecuted(tokens, at))
      findings.push(...inSql(valueOf(token), start, depth + 1));
  }
  return findings;
}

/** Lines of offsets that are asked for in order. */
function lines(text: string, first: number): (offset: number) => number {
  const ends = /\r\n|\r|\n/g;
  let next = ends.exec(text);
  let line = first;
  return (offset) => {
    for (; next !== null && next.index < offset; next = ends.exec(text)) line++;
    return line;
  };
}

/** A line of GO that a quote has swallowed: meant so, or the quote before it was forgotten. */
function hiddenGo(token: Token, start: number): Finding[] {
  const body = token.text.slice(bodyAt(token.text), -1);
  const go = /(?:^|[\r\n])[ \t]*go[ \t]*(?=[\r\n])/i.exec(body);
  if (go === null) return [];
  const kind = token.kind === "literal" ? "literal" : "name";
  const what = `this ${kind} has a line of GO inside, which divides nothing: is a quote missing before it?`;
  return [{ line: start, what, page: pages.GO }];
}

const looseGo = "this line looks like GO and is text: nothing but a count and a comment may stand behind GO";

/** `GO;`, or GO with blanks that are none to sqlcmd and SSMS, alone on its line. */
function isLooseGo(text: string, { kind, text: word, at }: Token): boolean {
  if (kind !== "word" || upper(word) !== "GO") return false;
  const before = text.slice(Math.max(0, at - 80), at);
  const behind = text.slice(at + word.length, at + word.length + 80);
  return /(?:^|[\r\n])[^\S\r\n]*$/.test(before) && /^[\s;\p{Cf}]*?(?:[\r\n]|$)/u.test(behind);
}

/** Where among the tokens of a batch a rule looks. */
class Walk {
  private module: Where["module"];
  private start = "";
  private depth = 0;
  private inHead = false;
  private inMerge = false;
  private tableDepth: number | undefined;
  private readonly semicolons: boolean[];

  constructor(private readonly tokens: readonly Token[]) {
    this.semicolons = new Array<boolean>(tokens.length).fill(false);
    for (let at = tokens.length - 1, ends = false; at >= 0; at--) {
      ends ||= tokens[at]?.text === ";";
      this.semicolons[at] = ends;
    }
  }

  at(at: number): Where {
    const { tokens } = this;
    const token = tokens[at];
    const words = wordsAt(tokens, at, 9);
    const word = token?.kind === "word" ? upper(token.text) : "";
    if (token?.text === ";") {
      this.start = "";
      this.inMerge = false;
    }
    if (token?.text === "(" && token.kind === "punctuation") this.depth++;
    const statement = this.start;
    if (statementStarts.has(word)) this.begins(word, words);
    if (this.inHead && word === "AS" && tokens[at - 1]?.kind !== "variable") this.inHead = false;
    const where: Where = {
      words,
      before: wordsAt(tokens, at - 1, 1),
      first: at === 0,
      statement,
      module: this.module,
      inHead: this.inHead,
      inMerge: this.inMerge,
      inTable: this.tableDepth !== undefined && this.depth > this.tableDepth,
      isEnded: this.semicolons[at] === true,
    };
    if (token?.text === ")" && token.kind === "punctuation" && --this.depth === this.tableDepth)
      this.tableDepth = undefined;
    return where;
  }

  private begins(word: string, words: string): void {
    this.start = word;
    if (word === "MERGE") this.inMerge = true;
    if (/^CREATE TABLE\b/.test(words)) this.tableDepth = this.depth;
    const module = /^(?:CREATE(?: OR ALTER)?|ALTER) (VIEW|PROC|FUNCTION)/.exec(words)?.[1];
    if (module === undefined) return;
    this.module = module as Where["module"];
    this.inHead = true;
  }
}
