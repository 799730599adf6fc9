import { createHash } from "node:crypto";

/**
 * The identity of a script: SHA-256 of its text with every credential replaced by a placeholder. Equal for two
 * passwords, so it can be kept and shown without helping anybody to guess one.
 */
export function scriptIdentity(script: string, secrets: readonly string[]): string {
  return createHash("sha256").update(masked(script, secrets)).digest("hex");
}

/** The text with each secret replaced, however it is written in T-SQL, JSON, a URL or base64. */
export function masked(text: string, secrets: readonly string[]): string {
  const forms = [...new Set(secrets.flatMap(writtenForms))].sort((a, b) => b.length - a.length);
  return forms.reduce((rest, form) => rest.replaceAll(form, "<secret>"), text);
}

/** Literals nest in dynamic SQL, where each level doubles the quotes once more. */
function writtenForms(secret: string): string[] {
  if (secret === "") return [];
  const quotes = (times: number): string => secret.replaceAll("'", "'".repeat(times));
  return [
    secret,
    quotes(2),
    quotes(4),
    secret.replaceAll("]", "]]"),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret, "utf8").toString("base64"),
  ];
}
