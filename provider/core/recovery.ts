import type { Outcome } from "./failure";

/** What is done about a failure. */
export type Recovery =
  /** What was begun is taken back, the last of it first; where that fails as well, it is kept. */
  | "undo"
  /** The state says how far it came, and the next `up` goes on from there. */
  | "keep"
  /** The same, and the next `up` repeats the PUT alone: the pool is what the program says. */
  | "repeat"
  /** Nothing is touched any more, because it may be another's; the failure says what was done. */
  | "leave";

/** How far an operation had come when it failed. */
export const situations = {
  create: "a create",
  "create kept": 'a create with `onCreateFailure: "keep"`',
  "create taken": "a create whose POST found another integration in its place",
  "create resumed": "an `up` that goes on with a create",
  update: "an update",
  "update put": "an update in manual setup, its PUT begun",
  "update resumed": "an `up` that goes on with an update",
  "update put resumed": "the same in manual setup, its PUT begun",
  delete: "a destroy",
} as const;

export type Situation = keyof typeof situations;

/** From the outcome of a failure: the one place where it is decided. */
export const recovery: Readonly<Record<Situation, Readonly<Record<Outcome, Recovery>>>> = {
  create: { "not sent": "undo", refused: "undo", unknown: "keep", "still working": "keep" },
  "create kept": { "not sent": "keep", refused: "keep", unknown: "keep", "still working": "keep" },
  "create taken": { "not sent": "leave", refused: "leave", unknown: "keep", "still working": "keep" },
  "create resumed": { "not sent": "keep", refused: "keep", unknown: "keep", "still working": "keep" },
  update: { "not sent": "undo", refused: "undo", unknown: "keep", "still working": "keep" },
  "update put": { "not sent": "undo", refused: "undo", unknown: "repeat", "still working": "repeat" },
  "update resumed": { "not sent": "keep", refused: "keep", unknown: "keep", "still working": "keep" },
  "update put resumed": { "not sent": "keep", refused: "keep", unknown: "repeat", "still working": "repeat" },
  delete: { "not sent": "keep", refused: "keep", unknown: "keep", "still working": "keep" },
};
