import { upper } from "./keywords";
import { tokensOf } from "./tokens";

/**
 * The leading keywords of a batch, such as "CREATE LOGIN": enough to find it, and never a name or literal,
 * which may be secret.
 */
export function leadingKeywords(batch: string): string {
  const kept: string[] = [];
  for (const { kind, text } of tokensOf(batch)) {
    const word = upper(text);
    if (kept.length === 3 || kind !== "word" || !known.has(word)) break;
    kept.push(word);
  }
  return kept.length === 0 ? "a batch" : `${kept.join(" ")} …`;
}

const known = new Set(
  (
    "CREATE ALTER DROP LOGIN USER ROLE SCHEMA PROCEDURE PROC FUNCTION VIEW TABLE GRANT REVOKE DENY EXEC EXECUTE IF NOT " +
    "EXISTS DECLARE SET PRINT INSERT INTO UPDATE DELETE FROM SELECT BEGIN END WITH ON ADD MEMBER OR AUTHORIZATION RAISERROR THROW TRUNCATE RENAME OBJECT STATISTICS INDEX EXTERNAL DATABASE"
  ).split(" "),
);
