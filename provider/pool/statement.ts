/**
 * The leading keywords of a batch, such as "CREATE LOGIN": enough to find it, and never a name or literal,
 * which may be secret.
 */
export function leadingKeywords(batch: string): string {
  const words = withoutComments(batch).match(/^\s*((?:[A-Za-z_]+\b\s*){1,3})/)?.[1] ?? "";
  const keywords = words
    .trim()
    .split(/\s+/)
    .map((word) => word.toUpperCase());
  const end = keywords.findIndex((word) => !known.has(word));
  const kept = keywords.slice(0, end === -1 ? 3 : end);
  return kept.length === 0 ? "a batch" : `${kept.join(" ")} …`;
}

const known = new Set(
  (
    "CREATE ALTER DROP LOGIN USER ROLE SCHEMA PROCEDURE PROC FUNCTION VIEW TABLE GRANT REVOKE DENY EXEC EXECUTE IF NOT " +
    "EXISTS DECLARE SET PRINT INSERT INTO UPDATE DELETE FROM SELECT BEGIN END WITH ON ADD MEMBER OR AUTHORIZATION RAISERROR THROW TRUNCATE RENAME OBJECT STATISTICS INDEX EXTERNAL DATABASE"
  ).split(" "),
);

/** Comments before the first statement. */
function withoutComments(batch: string): string {
  let rest = batch;
  for (;;) {
    rest = rest.replace(/^\s+/, "");
    if (rest.startsWith("--")) rest = rest.replace(/^--[^\r\n]*/, "");
    else if (rest.startsWith("/*")) rest = rest.slice(blockEnd(rest));
    else return rest;
  }
}

function blockEnd(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith("/*", i)) {
      depth++;
      i++;
    } else if (text.startsWith("*/", i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}
