import { createHash } from "node:crypto";
import { writtenForms } from "../../core/secrets";
import { statementStarts, upper } from "./keywords";
import { bodyAt, isExecuted, type Token, tokensOf, valueOf, wordsAt } from "./tokens";

/**
 * The identity of a script: SHA-256 of its text as `reviewable` gives it. Equal for two passwords and another for any
 * other difference, so that it can be kept, shown and approved without helping anybody to guess a password.
 */
export const scriptIdentity = (script: string, credential: string, others: readonly string[] = []): string =>
  createHash("sha256")
    .update(reviewable(script, credential, others))
    .digest("hex");

/**
 * A script's text without secrets. `credential`, the password that the script is made for, becomes `<secret>` where it
 * is one whole literal in a place for a password. Anywhere else, and in any other form, it becomes a mark that says so:
 * what looks different is a different script. Marks that the script has itself get a backslash. In time linear in the
 * script.
 * @param others secrets that the script is not meant to hold.
 */
export function reviewable(script: string, credential: string, others: readonly string[] = []): string {
  const names = new Map<string, string>([["", ""]]);
  for (const [secret, name] of [
    [credential, "secret"],
    ...others.map((other) => [other, "another secret"]),
  ] as const)
    if (!names.has(secret)) names.set(secret, name);
  names.delete("");
  const elsewhere = maskElsewhere(names);
  let end = 0;
  let text = "";
  for (const { from, to, mark } of literalsOf(script, names, 0)) {
    text += elsewhere(script.slice(end, from)) + mark;
    end = to;
  }
  return text + elsewhere(script.slice(end));
}

/** What a mark stands for. */
interface Span {
  from: number;
  to: number;
  mark: string;
}

/** Secrets by their marks' names. */
type Names = ReadonlyMap<string, string>;

/** EXEC in EXEC in EXEC …: each doubles the quotes of the one inside. */
const deepest = 8;

/** Literals that are a secret as a whole, in SQL that is executed as a constant too. */
function literalsOf(sql: string, names: Names, depth: number): Span[] {
  const spans: Span[] = [];
  const tokens = [...tokensOf(sql)];
  let inAccount = false;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "word" && statementStarts.has(upper(token.text)))
      inAccount = beginsAccount(tokens, index);
    else if (token.text === ";") inAccount = false;
    if (token.kind !== "literal") continue;
    const value = valueOf(token);
    const from = token.at + bodyAt(token.text);
    const name = names.get(value);
    if (name !== undefined) {
      const mark = inAccount && isPassword(tokens, index) ? `<${name}>` : `<${name}, out of place>`;
      spans.push({ from, to: token.at + token.text.length - 1, mark });
    } else if (depth < deepest && isExecuted(tokens, index))
      spans.push(
        ...outward(token.text.slice(bodyAt(token.text), -1), from, literalsOf(value, names, depth + 1)),
      );
  }
  return spans;
}

const beginsAccount = (tokens: readonly Token[], at: number): boolean =>
  /^(CREATE|ALTER) (LOGIN|USER|CREDENTIAL|DATABASE SCOPED CREDENTIAL)\b/.test(wordsAt(tokens, at, 4));

const isPassword = (tokens: readonly Token[], at: number): boolean =>
  /^(PASSWORD|OLD_PASSWORD|SECRET) =$/.test(wordsAt(tokens, at - 2, 2));

/** Spans of a literal's text where the literal is written, with its quotes doubled. */
function outward(written: string, start: number, spans: readonly Span[]): Span[] {
  let inner = 0;
  let outer = 0;
  const outside = (offset: number): number => {
    for (; inner < offset; inner++) outer += written[outer] === "'" ? 2 : 1;
    return start + outer;
  };
  return spans.map(({ from, to, mark }) => ({ from: outside(from), to: outside(to), mark }));
}

/** Fewer characters than Azure takes for a password; a text has these by accident. */
const accidental = 8;

function maskElsewhere(names: Names): (text: string) => string {
  const marks = new Map<string, string>();
  for (const [secret, name] of names) {
    if (secret.length < accidental) continue;
    for (const [form, written] of writtenForms(secret))
      if (!marks.has(written)) marks.set(written, `<${name}, ${form}>`);
  }
  const forms = [...marks.keys()].sort((a, b) => b.length - a.length).map(literally);
  const sought = new RegExp([...forms, String.raw`<(?=\\*(?:another )?secret)`].join("|"), "g");
  return (text) => text.replace(sought, (found) => marks.get(found) ?? `${found}\\`);
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
