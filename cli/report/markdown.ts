import { code, codeInHtml, longestName } from "./escape";
import { header } from "./header";
import { type Group, groupsOf } from "./groups";
import type { Integration, Report } from "./model";
import { afterText, listed, meaning, title, valueText } from "./wording";

/** Sections beyond these are folded, and so are those without any risk. */
const open = 10;

/** A longer list of a group's members is folded. */
const shortList = 5;

/** Longest step or warning that is shown whole. */
const longestLine = 300;

/** A group's section, long and short. */
interface Section {
  full: string;
  line: string;
  count: number;
}

/**
 * The report as GitHub-flavoured Markdown of at most `limit` characters. Where that is too short, the least dangerous
 * sections become a line each, and then a count: nothing is cut in the middle.
 */
export function markdownOf(report: Report, limit: number): string {
  const groups = groupsOf(report.integrations);
  const sections = groups.map((group, at) => section(group, at < open && risky(group)));
  for (const most of [10, 3, 0]) {
    const top = header(report, most);
    const written = fitted(sections, limit - top.length);
    if (written !== undefined) return top + written;
  }
  throw new Error(`a report does not fit into ${limit} characters`);
}

const risky = ({ members: [first] }: Group): boolean =>
  first.action !== "create" && first.action !== "store" && first.risks.length > 0;

/** Undefined where there is not even room for a count. */
function fitted(sections: readonly Section[], room: number): string | undefined {
  const rest = (lines: readonly Section[], left: readonly Section[]): string => {
    const count = left.reduce((sum, one) => sum + one.count, 0);
    const text = [
      ...lines.map(({ line }) => `- ${line}`),
      ...(count === 0 ? [] : [`- ${count} more; \`--format json\` has them all`]),
    ];
    return text.length === 0 ? "" : `\n**In short, for want of room:**\n\n${text.join("\n")}\n`;
  };
  // First as many lines as fit, then as many full sections in place of the first lines.
  let lines = sections.length;
  while (lines > 0 && rest(sections.slice(0, lines), sections.slice(lines)).length > room) lines--;
  if (rest(sections.slice(0, lines), sections.slice(lines)).length > room) return undefined;
  let full = 0;
  let written = rest(sections.slice(0, lines), sections.slice(lines));
  let body = "";
  for (const next of sections.slice(0, lines)) {
    body += next.full;
    full++;
    const text = body + rest(sections.slice(full, lines), sections.slice(lines));
    if (text.length > room) break;
    written = text;
  }
  return written;
}

function section(group: Group, unfolded: boolean): Section {
  const {
    members,
    members: [first],
  } = group;
  const heading = (as: typeof code): string =>
    members.length === 1
      ? `${as(first.name, longestName)}: ${title(first, as)}`
      : `${members.length} × ${title(first, as)}`;
  const body = [
    ...(members.length === 1 ? [place(first)] : [list(members)]),
    ...first.warnings.map((warning) => `⚠️ ${code(warning, longestLine)}`),
    ...changes(first),
    ...steps(group),
  ].join("\n\n");
  const names = listed(
    members.map(({ name }) => code(name, longestName)),
    3,
  );
  return {
    full: unfolded ? `\n#### ${heading(code)}\n\n${body}\n` : `\n${folded(heading(codeInHtml), body)}\n`,
    line: members.length === 1 ? heading(code) : `${heading(code)}: ${names}`,
    count: members.length,
  };
}

const folded = (summary: string, body: string): string =>
  `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;

function list(members: readonly Integration[]): string {
  const rows = table(["Integration", "Host", "Database", "Schema", "Id"], members.map(memberRow));
  return members.length <= shortList ? rows : folded(`The ${members.length} integrations`, rows);
}

function place(one: Integration): string {
  const told = [
    `Database ${valueText(one.database, code)} on ${one.host.state === "unknown" ? "a host known at up" : valueText(one.host, code)}`,
    `schema ${valueText(one.schema, code)}`,
    ...(one.setup === "unknown" ? [] : [`${one.setup} setup`]),
    ...(one.integrationId === undefined ? [] : [`integration ${code(one.integrationId, longestName)}`]),
  ];
  return `${told.join(", ")}.`;
}

const memberRow = (one: Integration): string[] => [
  code(one.name, longestName),
  valueText(one.host, code),
  valueText(one.database, code),
  valueText(one.schema, code),
  one.integrationId === undefined ? "–" : code(one.integrationId, longestName),
];

function changes(one: Integration): string[] {
  if (one.changes.length === 0) return [];
  if (one.action === "create" || one.action === "adopt")
    return [
      table(
        ["Property", "Value"],
        one.changes.map((row) => [code(row.property), valueText(row.after, code)]),
      ),
    ];
  return [
    table(
      ["Property", "Before", "After", "What it means"],
      one.changes.map((row) => [
        code(row.property),
        valueText(row.before, code),
        afterText(row, code),
        meaning(row, one),
      ]),
    ),
  ];
}

const steps = ({ steps: lines }: Group): string[] =>
  lines.length === 0 ? [] : [lines.map((line, at) => `${at + 1}. ${code(line, longestLine)}`).join("\n")];

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
