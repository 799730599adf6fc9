import { properties } from "./inputs/paths";
import { stepNamed } from "./plan";
import { driftWords } from "./pool-drift";
import type { AnnouncedStep, Announcement } from "../core/announcement";

/** A line for people, and what it is about. */
export type Line = {
  about: "adoption" | "credentials" | "open" | "replacement" | "step" | "stored";
  text: string;
};

/** The lines of an announcement: in a preview's rows, and in a report. */
export function wordsOf(announcement: Announcement): Line[] {
  const {
    steps,
    changed = [],
    stored = [],
    unknown = [],
    replaces,
    adopts,
    resumes,
    poolDrift,
  } = announcement;
  const of = (about: Line["about"], ...texts: string[]): Line[] => texts.map((text) => ({ about, text }));
  const named = (paths: readonly string[], text: string): string[] =>
    paths.length === 0 ? [] : [`${text}: ${paths.join(", ")}`];
  const hidden = replaces === undefined ? changed.filter(isSecret) : [];
  return [
    ...of("adoption", ...(adopts === undefined ? [] : [adoption(adopts)])),
    ...of("stored", ...named(stored, "stored only, nobody is called")),
    ...of("replacement", ...(replaces === undefined ? [] : [replacement(replaces, announcement)])),
    ...of(
      "step",
      ...(resumes === undefined
        ? []
        : [`goes on with the ${resumes.operation} that stopped after: ${resumes.after.join(", ")}`]),
    ),
    ...of(
      "step",
      ...(poolDrift === undefined
        ? []
        : [`the pool differs from what Immuta's scripts made: ${driftWords(poolDrift)}`]),
    ),
    ...of("credentials", ...versions(announcement), ...named(hidden, "changed, value not shown")),
    ...of("open", ...(steps.some(({ setup }) => setup === null) ? [openSetup] : [])),
    ...of("step", ...steps.map(stepWords)),
    ...of("open", ...named(unknown, "may change, known at up")),
  ];
}

const openSetup = "the setup is known at up: a manual one runs Immuta's scripts first";

const isSecret = (path: string): boolean => properties.some((row) => row.path === path && row.secret);

const stepWords = ({ step, ...fields }: AnnouncedStep): string =>
  stepNamed(step)?.announced?.words(fields) ?? step;

function adoption({ integration, mode }: NonNullable<Announcement["adopts"]>): string {
  const which =
    integration === true
      ? "the integration on this host, database and schema"
      : `integration ${JSON.stringify(integration)}`;
  return mode === "converge"
    ? `ADOPTS ${which} and brings it to the program: where they differ, edit script and PUT`
    : `adopts ${which} exactly: nothing is written, and a difference is an error`;
}

const replacement = (paths: readonly string[], { deleteBeforeReplace }: Announcement): string =>
  `REPLACES the integration (${paths.join(", ")}): its policy views are dropped and built again. ` +
  (deleteBeforeReplace === true
    ? "The old one is deleted before the new one is made."
    : "The new one is made before the old one is deleted.");

function versions({ passwordVersion }: Announcement): string[] {
  if (passwordVersion === undefined) return [];
  const { from, to } = passwordVersion;
  return [`password version ${from ?? "(none)"} → ${to ?? "(none)"}`];
}
