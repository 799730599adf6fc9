import { code, longestName } from "./escape";
import type { Action, Integration, Report } from "./model";
import { converges, listed } from "./wording";

/** Mark, headline, and what a reviewer must not miss. `most`: how many integrations each line names, and how many errors are quoted. */
export function header(report: Report, most: number): string {
  return `${[
    `<!-- pulumi-immuta report ${report.stack.replace(/[^\w./]/g, "_").slice(0, 100)} -->`,
    `### ${headline(report)}`,
    ...alert("CAUTION", [...failure(report, most), ...dangers(report, most)]),
    ...alert("WARNING", cautions(report, most)),
    ...others(report),
  ].join("\n\n")}\n`;
}

/** Lines of one error that are quoted. */
const longestError = 8;

const words: readonly (readonly [Action | "mayReplace" | "unchanged", string])[] = [
  ["delete", "deleted"],
  ["replace", "replaced"],
  ["mayReplace", "may be replaced"],
  ["update", "changed"],
  ["adopt", "adopted"],
  ["create", "new"],
  ["store", "stored only"],
  ["unchanged", "unchanged"],
];

function headline({ stack, counts, integrations, failed }: Report): string {
  const where = stack === "" ? "" : ` in ${code(stack, longestName)}`;
  // Those that may be replaced are told by themselves.
  const shown = { ...counts, update: counts.update - counts.mayReplace };
  const told = words.flatMap(([word, text]) => (shown[word] === 0 ? [] : [`${shown[word]} ${text}`]));
  const said = integrations.length === 0 ? ["no changes", ...told] : told;
  return `Immuta integrations${where}: ${failed ? "preview failed" : said.join(", ")}`;
}

const alert = (kind: "CAUTION" | "WARNING", lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [[`[!${kind}]`, ...lines].map((line) => `> ${line}`).join("\n")];

function failure({ failed, errors }: Report, most: number): string[] {
  if (!failed) return [];
  const shown = errors.slice(0, Math.min(5, most)).map((text) => `- ${lines(text).join("\\\n>   ")}`);
  const more = errors.length - shown.length;
  return [
    "**The preview failed: what is said here is not all.**",
    ...shown,
    ...(more > 0 ? [`- ${more} more, which \`--format json\` has`] : []),
  ];
}

/** A compiler's error or an exception has many. */
function lines(text: string): string[] {
  const all = text.split("\n").filter((line) => line.trim() !== "");
  const more = all.length - longestError;
  if (all.length === 0) return [code("")];
  return [
    ...all.slice(0, longestError).map((line) => code(line.trimEnd().replaceAll("\t", "  "), 300)),
    ...(more > 0 ? [`… and ${more} more ${more === 1 ? "line" : "lines"}`] : []),
  ];
}

function dangers({ integrations }: Report, names: number): string[] {
  const line = sentence(names);
  return [
    ...line(
      integrations.filter(({ risks }) => risks.includes("handover")),
      () =>
        "One run adopts and removes one integration: `up` ends in IMMUTA-HELD. If it was renamed, write the alias that its section names",
    ),
    ...line(
      integrations.filter(({ action }) => action === "delete"),
      (n) =>
        `${n === 1 ? "1 integration is" : `${n} integrations are`} deleted, and the policy views with ${n === 1 ? "it" : "them"}`,
    ),
    ...line(
      integrations.filter(({ action }) => action === "replace"),
      (n) =>
        `${n === 1 ? "1 integration is" : `${n} integrations are`} replaced: policy views are dropped and built again`,
    ),
    ...line(
      integrations.filter(({ mayReplace }) => mayReplace.length > 0),
      (n) =>
        `${n === 1 ? "1 integration" : `${n} integrations`} may be replaced, which is known at up: policy views would be dropped and built again`,
    ),
  ];
}

function cautions({ integrations }: Report, names: number): string[] {
  const line = sentence(names);
  const changed = integrations.filter(({ action }) => action === "update" || action === "replace");
  return [
    ...line(
      changed.filter(({ risks }) => risks.includes("impersonation") || risks.includes("role")),
      () => "Impersonation changes",
    ),
    ...line(
      changed.filter(({ risks }) => risks.includes("delimiters")),
      () => "Delimiters change; where Immuta refuses that, the integration has to be replaced",
    ),
    ...line(integrations.filter(converges), () => "Adoption may change what it takes over"),
  ];
}

const sentence =
  (names: number) =>
  (which: readonly Integration[], text: (count: number) => string): string[] =>
    which.length === 0
      ? []
      : [
          `- **${text(which.length)}**${
            names === 0
              ? ""
              : ` — ${listed(
                  which.map(({ name }) => code(name, longestName)),
                  names,
                )}`
          }`,
        ];

function others({ others: counts }: Report): string[] {
  const told = Object.entries(counts).map(([operation, count]) => `${count} ${operation}`);
  return told.length === 0 ? [] : [`Other resources: ${told.join(", ")}.`];
}
