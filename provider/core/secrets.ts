/** Secrets in text: whoever says it, it leaves without them. */

/** All that this process has had to keep to itself. */
export class Secrets {
  private readonly known = new Set<string>();

  /** What is too short to be masked without being shown by that is left out. */
  add(...values: readonly unknown[]): void {
    for (const value of values)
      if (typeof value === "string" && value.length >= tooShort) this.known.add(value);
  }

  mask(text: string): string {
    return masked(text, [...this.known]);
  }
}

/** Characters of a secret below which masking it would show it, by what is missing everywhere. */
const tooShort = 4;

/**
 * Text of any kind with each secret replaced, however it is written in T-SQL, JSON, a URL or base64. Where one is too
 * short for that, nothing of the text is given, whether it has the secret or not.
 */
export function masked(text: string, secrets: readonly string[]): string {
  const known = [...new Set(secrets)].filter((secret) => secret !== "");
  if (known.some(({ length }) => length < tooShort))
    return `<not shown: a secret of fewer than ${tooShort} characters cannot be masked>`;
  const forms = [...new Set(known.flatMap((secret) => allForms(secret)))];
  return forms
    .sort((a, b) => b.length - a.length)
    .reduce((rest, form) => rest.replaceAll(form, "<secret>"), text);
}

/** Those of a script, and what a driver's or a server's dump makes of UTF-16, and JSON within JSON. */
const allForms = (secret: string): string[] => [
  ...writtenForms(secret).map(([, written]) => written),
  Array.from(secret).join("\0"),
  Buffer.from(secret, "utf16le").toString("base64"),
  JSON.stringify(JSON.stringify(secret)).slice(3, -3),
];

/** Literals nest in dynamic SQL, where each level doubles the quotes once more. */
export function writtenForms(secret: string): [name: string, written: string][] {
  const quotes = (times: number): string => secret.replaceAll("'", "'".repeat(times));
  return [
    ["as it is", secret],
    ["quotes doubled", quotes(2)],
    ["quotes doubled twice", quotes(4)],
    ["brackets doubled", secret.replaceAll("]", "]]")],
    ["as JSON", JSON.stringify(secret).slice(1, -1)],
    ["as in a URL", encodeURIComponent(secret)],
    ["in base64", Buffer.from(secret, "utf8").toString("base64")],
  ];
}
