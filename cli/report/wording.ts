import type { ChangeRow, Value } from "./changes";
import { longestName } from "./escape";
import type { Integration } from "./model";

/** What a report says in words. `code` writes text of others so that it stays text. */
export type Code = (text: string, longest?: number) => string;

/** What happens to an integration, in one line. */
export function title(one: Integration, code: Code): string {
  const names = (paths: readonly string[]): string => listed(paths.map((path) => code(path, longestName)));
  switch (one.action) {
    case "delete":
      return "deleted";
    case "replace":
      return one.replacedBecause.length === 0
        ? "replaced"
        : `replaced because of ${names(one.replacedBecause)}`;
    case "update":
      return one.mayReplace.length > 0
        ? `may be replaced, known at up: ${names(one.mayReplace)}`
        : ["changed", phrases(one, code)].filter((text) => text !== "").join(": ");
    case "adopt":
      return converges(one) ? "adopted, and brought to the program" : "adopted as it is";
    case "create":
      return `new: ${[`${one.setup} setup`, phrases(one, code)].filter((text) => text !== "").join(", ")}`;
    case "store":
      return ["stored only", phrases(one, code)].filter((text) => text !== "").join(": ");
  }
}

export const converges = ({ changes }: Integration): boolean =>
  changes.some(
    ({ property, after }) =>
      property === "adoptMode" && after.state === "known" && after.value === "converge",
  );

function phrases(one: Integration, code: Code): string {
  const rows = one.action === "create" ? one.changes.filter(isImpersonation) : one.changes;
  const [switched] = rows.filter(({ property }) => property === "impersonation.enabled");
  const role = rows.find(({ property }) => property === "impersonation.role");
  const rest = rows.filter((row) => row !== switched && row !== role);
  const delimiters = rest.filter(isDelimiter);
  const said = [
    ...(switched === undefined ? [] : [`impersonation ${onOrOff(switched.after)}`]),
    ...(role === undefined ? [] : [roleOf(role.after, code)]),
    ...(delimiters.length === 0 ? [] : ["delimiters"]),
    ...rest.filter((row) => !isDelimiter(row)).map(({ property }) => code(property, longestName)),
  ];
  return listed(said);
}

const isImpersonation = ({ property }: ChangeRow): boolean => property.startsWith("impersonation.");
const isDelimiter = ({ property }: ChangeRow): boolean => property.startsWith("metadataDelimiters.");

function onOrOff(value: Value): string {
  if (value.state !== "known") return "known at up";
  return value.value === true ? "on" : "off";
}

function roleOf(value: Value, code: Code): string {
  if (value.state === "known") return `role ${code(String(value.value), longestName)}`;
  return value.state === "absent" ? "no role" : "role known at up";
}

/** The first few, and how many more. */
export function listed(words: readonly string[], most = 4): string {
  const more = words.length - most;
  return words.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export function valueText(value: Value, code: Code): string {
  switch (value.state) {
    case "known":
      return code(String(value.value));
    case "absent":
      return "–";
    case "secret":
      return "secret";
    case "unknown":
      return "known at up";
    case "unsaid":
      return "not in a plan";
  }
}

/** Secrets as "changed", without their values. */
export function afterText({ before, after }: ChangeRow, code: Code): string {
  return after.state === "secret" && before.state !== "absent" ? "changed" : valueText(after, code);
}

/** What a change of this input does; docs/properties.md says more. */
export function meaning(row: ChangeRow, { action, setup }: Integration): string {
  if (action === "replace")
    return row.change === "replace" ? "replaces the integration" : "holds for the new integration";
  const open = row.after.state === "unknown" ? ", if it is another one" : "";
  switch (row.change) {
    case "replace":
      return "may replace the integration, known at up";
    case "put":
      return `${{ automatic: "PUT", manual: "edit script, then PUT", unknown: "PUT" }[setup]}${open}`;
    case "credentials":
      return setup === "automatic"
        ? "stored for the next call"
        : `Immuta's system account: initial-create and edit script, then PUT${open}`;
    case "local":
      return "stored, nobody is called";
    case "none":
      return "";
  }
}
