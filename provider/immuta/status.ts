/** The states of Immuta's reference, and what each means. Pure. */

export type Status =
  | "creating"
  | "createError"
  | "enabled"
  | "editing"
  | "editError"
  | "deleting"
  | "deleted"
  | "deleteError"
  | "disabled"
  | "migrating"
  | "migrateError"
  | "recurringValidationError";

/** What an answer may hold: later versions of Immuta may have states of their own. */
export type AnyStatus = Status | (string & Record<never, never>);

export interface Meaning {
  /**
   * `settled`: Immuta governs it. `working`: goes on by itself. `failed`: stays so until somebody acts. `gone`: it is no
   * more, though Immuta may go on listing it.
   */
  end: "settled" | "working" | "failed" | "gone";
  /** What Immuta says of its settings holds, so it can be taken over. */
  adoptable?: true;
  /** A create comes to no good end from here: Immuta gave it up, or its removal was begun. */
  givenUp?: true;
  /** How far a removal has come that was begun. */
  removal?: "begun" | "failed";
  /** Somebody switched it off: nobody but a person knows whether that was meant. */
  disabled?: true;
  /** What a state keeps in its place, because it comes and goes by itself: the failed tests name it. */
  keptAs?: Status;
}

const meanings: Readonly<Record<Status, Meaning>> = {
  creating: { end: "working" },
  createError: { end: "failed", givenUp: true },
  enabled: { end: "settled", adoptable: true },
  editing: { end: "working" },
  // Rolled back to what it was before, as deleteError and migrateError are.
  editError: { end: "failed", adoptable: true },
  deleting: { end: "working", givenUp: true, removal: "begun" },
  deleted: { end: "gone" },
  deleteError: { end: "failed", adoptable: true, givenUp: true, removal: "failed" },
  disabled: { end: "failed", disabled: true },
  migrating: { end: "working" },
  migrateError: { end: "failed", adoptable: true },
  recurringValidationError: { end: "settled", adoptable: true, keptAs: "enabled" },
};

/** Nothing good is made of a state that nobody knows. */
const unknown: Meaning = { end: "failed" };

const spelled = new Map((Object.keys(meanings) as Status[]).map((status) => [status.toLowerCase(), status]));

/** A state as the reference spells it, in whichever case it came; a word that the reference does not have stays as it is. */
export const statusOf = (word: string): AnyStatus => spelled.get(word.toLowerCase()) ?? word;

/** Whether the reference has it. */
export const isKnown = (word: string): boolean => spelled.has(word.toLowerCase());

/** Of an answer's state, or of a resource's own. */
export function meaningOf(word: AnyStatus): Meaning {
  const status = spelled.get(word.toLowerCase());
  return status === undefined ? unknown : meanings[status];
}

/** Whether Immuta still has it. */
export const isThere = ({ status }: { status: AnyStatus }): boolean => meaningOf(status).end !== "gone";
