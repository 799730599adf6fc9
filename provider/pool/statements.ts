/**
 * The statements that a batch leads with, comments taken out and literals emptied; of a module's definition only its
 * head. What EXEC runs as dynamic SQL is looked into as well. It goes by keywords at the beginning of a line, so it is
 * a reader's glance rather than a parser.
 */
export function statementsOf(batch: string): string[] {
  const { text, literals } = emptied(batch);
  if (definesModule.test(text)) return [text.trimStart().split(/\r?\n/)[0] ?? ""];
  const dynamic = [...text.matchAll(/\bEXEC(?:UTE)?\s*\(\s*N?'(\d+)'/gi)].flatMap((match) =>
    statementsOf(literals[Number(match[1])] ?? ""),
  );
  const statements = text
    .split(boundary)
    .map((statement) => withoutCondition(statement.trim()))
    .filter((statement) => statement !== "");
  return [...statements, ...dynamic];
}

const definesModule = /^\s*(CREATE(\s+OR\s+ALTER)?|ALTER)\s+(PROC(EDURE)?|FUNCTION|VIEW)\b/i;

const keywords =
  "CREATE|ALTER|DROP|GRANT|REVOKE|DENY|EXEC|EXECUTE|INSERT|UPDATE|DELETE|PRINT|DECLARE|IF|BEGIN|END|ELSE|SELECT|SET|" +
  "RAISERROR|THROW|TRUNCATE|BACKUP|RESTORE|SHUTDOWN|KILL|DBCC|RECONFIGURE|USE|COPY|RENAME|WHILE|RETURN";

/** After a semicolon, at the beginning of a line, and behind the words that a statement follows. */
const boundary = new RegExp(
  String.raw`;|(?:^|[\r\n])[ \t]*(?=(?:${keywords})\b)|\b(?:BEGIN|ELSE)\s+(?=(?:${keywords})\b)`,
  "i",
);

/** `IF NOT EXISTS (…) CREATE …` is about what follows the condition. */
function withoutCondition(statement: string): string {
  const head = /^IF\s+(NOT\s+)?EXISTS\s*\(/i.exec(statement);
  if (head === null) return statement;
  let depth = 1;
  for (let i = head[0].length; i < statement.length; i++) {
    if (statement[i] === "(") depth++;
    else if (statement[i] === ")") depth--;
    if (depth === 0) return statement.slice(i + 1).trim();
  }
  return "";
}

/** Without comments, and with each literal's number in place of its text. */
function emptied(batch: string): { text: string; literals: string[] } {
  const literals: string[] = [];
  const text = batch.replace(
    /'((?:[^']|'')*)'|(\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*")|--[^\r\n]*|\/\*[^]*?\*\//g,
    (_whole, literal: string | undefined, quoted: string | undefined) => {
      if (literal !== undefined) return `'${literals.push(literal.replaceAll("''", "'")) - 1}'`;
      return quoted ?? " ";
    },
  );
  return { text, literals };
}
