/** "Did you mean …?" for a mistyped name, or all that are allowed. */
export const nearest = (name: string, known: readonly string[]): string =>
  suggestion(likely(name, known), known);

export const suggestion = (meant: string | undefined, known: readonly string[]): string =>
  meant === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${meant}?`;

/** What a mistyped name means: one a few letters away, else the only one that holds it or is held by it. */
export function likely(name: string, known: readonly string[]): string | undefined {
  const typed = name.toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(typed, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  if (best !== undefined && best.distance <= Math.max(2, Math.floor(name.length / 3))) return best.candidate;
  const holds = (whole: string, part: string): boolean => part.length > 3 && whole.includes(part);
  const akin = known.filter((candidate) => {
    const other = candidate.toLowerCase();
    return holds(other, typed) || holds(typed, other);
  });
  return akin.length === 1 ? akin[0] : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

export function port(value: number): string | undefined {
  return Number.isInteger(value) && value >= 1 && value <= 65535
    ? undefined
    : "is not a valid port. Give a whole number from 1 to 65535; Synapse listens on 1433.";
}

/** A password must pass T-SQL, JSON and TDS unchanged; 128 characters is SQL Server's limit. */
export function password(value: string): string | undefined {
  if (value === "") return "is empty. Give the password, or leave the property out.";
  if (value.length > 128) return "is longer than 128 characters, SQL Server's limit.";
  if (hasControl(value))
    return "has a control character, which does not travel unchanged through T-SQL. Use printable characters.";
  if (/\p{Surrogate}/u.test(value))
    return "has half a surrogate pair, which does not travel unchanged through JSON. Use whole characters.";
  return undefined;
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
export const hasControl = (value: string): boolean => /[\u0000-\u001f\u007f-\u009f]/.test(value);

export const notEmpty = (value: string | true): string | undefined =>
  value === "" ? "is empty. Give a value, or leave the property out." : undefined;

export const oneOf =
  (...allowed: string[]) =>
  (value: string): string | undefined =>
    allowed.includes(value)
      ? undefined
      : `is not known. Give ${allowed.slice(0, -1).join(", ")} or ${allowed.at(-1) ?? ""}.`;

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as "90s", "20m" or "1h30m"; undefined when it is not one. */
export function milliseconds(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount = "", , unit = ""] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g))
    total += Number(amount) * (units[unit] ?? 0);
  return total;
}

/** The same of a duration that check has let pass, or that is our own. */
export const lengthOf = (duration: string): number => milliseconds(duration) ?? NaN;

export function duration(value: string): string | undefined {
  const length = milliseconds(value);
  if (length === undefined)
    return "is not a valid duration. Give a number with a unit, such as 90s, 20m or 1h30m.";
  return length > 0 && length <= 86_400_000
    ? undefined
    : "is out of range. Give more than 0s and at most 24h.";
}
