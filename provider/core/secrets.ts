/** Secrets in text: whoever says it, it leaves without them. */

/** Characters of a secret below which masking it would show it, by what is missing everywhere. */
const tooShort = 4;

const mark = "<secret>";

/** All that this process has had to keep to itself. */
export class Secrets {
  /** Forms by their first characters, so that a text is read once, however many secrets there are. */
  private readonly forms = new Map<string, Set<string>>();

  /** What is too short to be masked without being shown by that is left out. */
  add(...values: readonly unknown[]): void {
    for (const value of values) {
      if (typeof value !== "string" || value.length < tooShort) continue;
      // Its own form is the first of them: a secret that is known already costs nothing.
      if (this.forms.get(value.slice(0, tooShort))?.has(value)) continue;
      for (const form of allForms(value)) {
        const start = form.slice(0, tooShort);
        this.forms.set(start, (this.forms.get(start) ?? new Set()).add(form));
      }
    }
  }

  /** The text with each form replaced; forms that overlap become one mark. */
  mask(text: string): string {
    let [told, end] = ["", 0];
    for (let at = 0; at <= text.length - tooShort; at++) {
      const length = this.longestAt(text, at);
      if (length === 0) continue;
      if (at >= end) told += text.slice(end, at) + mark;
      end = Math.max(end, at + length);
    }
    return told + text.slice(end);
  }

  private longestAt(text: string, at: number): number {
    let longest = 0;
    for (const form of this.forms.get(text.slice(at, at + tooShort)) ?? [])
      if (form.length > longest && text.startsWith(form, at)) longest = form.length;
    return longest;
  }
}

/**
 * Text of any kind with each secret replaced, however it is written in T-SQL, JSON, a URL or base64. Where one is too
 * short for that, nothing of the text is given, whether it has the secret or not.
 */
export function masked(text: string, given: readonly string[]): string {
  if (given.some(({ length }) => length > 0 && length < tooShort))
    return `<not shown: a secret of fewer than ${tooShort} characters cannot be masked>`;
  const secrets = new Secrets();
  secrets.add(...given);
  return secrets.mask(text);
}

/** Those of a script, and what a driver's or a server's dump makes of UTF-16, and JSON within JSON. */
const allForms = (secret: string): string[] => [
  ...writtenForms(secret).map(([, written]) => written),
  Array.from(secret).join("\0"),
  Buffer.from(secret, "utf16le").toString("base64"),
  JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  // What encodeURIComponent leaves as it is, others encode; a form has + for a blank.
  encodeURIComponent(secret).replaceAll(/[!'()*]/g, (left) => `%${left.charCodeAt(0).toString(16)}`),
  new URLSearchParams([["", secret]]).toString().slice(1),
  secret.replaceAll(/[&<>"']/g, (found) => htmlNames[found] ?? found),
];

const htmlNames: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

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
