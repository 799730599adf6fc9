import {
  type Announcement,
  announcementFormat,
  announcementMark,
  packageVersion,
  stepNamed,
  type PropertyMap,
  isPropertyMap,
  properties,
} from "../../provider";
import { CommandError } from "../io";
import { visible } from "../text";

/** Of a message, whose further lines are for people. Undefined for any other one. Throws CommandError for an announcement that this version cannot say all of. */
export function announcementIn(message: string): Announcement | undefined {
  const [line = ""] = message.split("\n");
  if (!line.startsWith(announcementMark)) return undefined;
  const data = parsed(line.slice(announcementMark.length));
  if (isAnnouncement(data)) return data;
  const { format, provider } = isPropertyMap(data) ? data : {};
  if (typeof format !== "number" || typeof provider !== "string" || provider === packageVersion())
    throw new CommandError(
      "the announcement of an integration is damaged. Make the preview anew, and give it as it is.",
    );
  throw new CommandError(
    `pulumi-immuta ${visible(provider)} made the preview, and it holds what this version (${packageVersion()}) does not know. Update pulumi-immuta where the preview is read.`,
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Whatever is not known here would be left unsaid: a step, an input, a field. */
function isAnnouncement(data: unknown): data is Announcement {
  return (
    isPropertyMap(data) &&
    ["format", "provider", "steps"].every((name) => name in data) &&
    Object.entries(data).every(
      ([name, value]) => Object.hasOwn(fields, name) && fields[name as keyof Announcement](value),
    )
  );
}

type Holds = (value: unknown) => boolean;

const text: Holds = (value) => typeof value === "string";
const textOrNull: Holds = (value) => value === null || text(value);
const oneOf =
  (...words: unknown[]): Holds =>
  (value) =>
    words.includes(value);
const each =
  (holds: Holds): Holds =>
  (value) =>
    Array.isArray(value) && value.every(holds);
const object =
  (inner: Record<string, Holds>): Holds =>
  (value) =>
    isPropertyMap(value) && Object.entries(inner).every(([name, holds]) => holds(value[name]));
const paths = each((path) => properties.some((row) => row.path === path));

const announcedStep: Holds = (value) =>
  isPropertyMap(value) &&
  typeof value["step"] === "string" &&
  stepNamed(value["step"])?.announced !== undefined &&
  scalars(value);
const scalars = (value: PropertyMap): boolean =>
  Object.values(value).every((field) => textOrNull(field) || typeof field === "boolean");

const fields: Readonly<Record<keyof Announcement, Holds>> = {
  format: oneOf(announcementFormat),
  provider: text,
  steps: each(announcedStep),
  changed: paths,
  stored: paths,
  unknown: paths,
  replaces: paths,
  deleteBeforeReplace: oneOf(true, false),
  adopts: object({
    integration: (value) => value === true || text(value),
    mode: oneOf("exact", "converge"),
  }),
  resumes: object({ operation: oneOf("create", "update"), after: each(text) }),
  poolDrift: object({ missing: each(text), added: each(text) }),
  passwordVersion: object({ from: textOrNull, to: textOrNull }),
};
