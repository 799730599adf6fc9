/**
 * What Immuta's published contract leaves open, each as a switch: whoever builds on the contract has to work with
 * either value. The switches are read at each request, so a test may turn one while the server runs.
 */
export interface Switches {
  /** Which database the edit script is written for. */
  editScriptRunsIn: "database" | "master";
  /** When a second integration conflicts with one in use: on the same host and database, or on the same host. */
  conflictOn: "host-and-database" | "host";
  /**
   * What a DELETE of a manual setup looks for in the pool: "before" demands that the delete script has run, "after"
   * that it has not (the delete script can then be had for a deleted integration too), "any" does not look.
   */
  deleteNeedsScripts: "before" | "after" | "any";
  /** How an id is written in answers. */
  idType: "string" | "number";
  /** How a script comes back: text/plain, a JSON string, or a JSON object with the text in `script`. */
  scriptFormat: "text" | "json-string" | "json-object";
  /** Whether a PUT that leaves out impersonation, delimiters or port keeps their values or sets the defaults. */
  putKeepsUnsent: boolean;
  /** What GET answers for a deleted integration: 404, or the integration with status "deleted". */
  deletedAnswers: "404" | "status";
  /**
   * What a PUT of a manual setup answers when the pool was not prepared for it: 422 with the failed validation tests,
   * or 200 with "editing" that ends in "editError".
   */
  unpreparedEdit: "422" | "editError";
}

/** The values that follow the guide's text most closely; where it is silent, the stricter. */
export const defaultSwitches: Readonly<Switches> = {
  editScriptRunsIn: "database",
  conflictOn: "host-and-database",
  deleteNeedsScripts: "any",
  idType: "string",
  scriptFormat: "text",
  putKeepsUnsent: false,
  deletedAnswers: "404",
  unpreparedEdit: "422",
};

/** How long an integration stays in a passing state, in milliseconds. */
export interface Delays {
  creating: number;
  editing: number;
  deleting: number;
}

export const defaultDelays: Readonly<Delays> = { creating: 20, editing: 20, deleting: 20 };
