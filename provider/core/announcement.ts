/**
 * What a preview says of a resource, as data: paths and kinds, never a secret. It travels as one line beside those for
 * people, which words.ts renders from it, here and in `pulumi-immuta report`.
 */
export type Announcement = {
  /** Raised when an older version could not say all of it any more. */
  format: typeof announcementFormat;
  /** Version of the package that made it. */
  provider: string;
  /** The steps of `up` that reach somebody, in order. */
  steps: AnnouncedStep[];
  /** Inputs that are others, where somebody is called. */
  changed?: string[];
  /** Inputs that are others, where nobody is called. */
  stored?: string[];
  /** Inputs that are known at `up` only, and may be others. */
  unknown?: string[];
  /** Inputs that replace the integration. */
  replaces?: string[];
  deleteBeforeReplace?: boolean;
  adopts?: { integration: string | true; mode: "exact" | "converge" };
  /** An operation that stopped half way, and its steps. */
  resumes?: { operation: "create" | "update"; after: string[] };
  /** How the pool differed, at the last refresh, from what Immuta's scripts made. */
  poolDrift?: { missing: string[]; added: string[] };
  /** null: none is given. */
  passwordVersion?: { from: string | null; to: string | null };
};

/** What a preview says of a step, as data. `null`: a value that is known at `up` only. Never a secret. */
export type Fields = Readonly<Record<string, string | boolean | null>>;

/** The step's name, and what its words are made of. */
export type AnnouncedStep = Fields & { step: string };

export const announcementFormat = 1;

/** Begins the line: `preview --diff` hides none, and says by this whose it is. */
export const announcementMark = "for pulumi-immuta report: ";

/** `<` would begin what the engine takes for a colour. */
export const lineOf = (announcement: Announcement): string =>
  announcementMark + JSON.stringify(announcement).replaceAll("<", "\\u003c");
