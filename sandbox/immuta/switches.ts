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
  /** What a DELETE in the wrong order answers: 422, or 200 with "deleting" that ends in "deleteError". */
  refusedDelete: "422" | "deleteError";
  /**
   * What the request for the delete script carries: the payload of the setup, its config without credentials, nothing, or
   * either the first or nothing.
   */
  deleteScriptTakes: RemovalBody | "any";
  /** The same for the cleanup script. Without a payload it is for the setup whose scripts were asked for last. */
  cleanupScriptTakes: RemovalBody;
  /** The same for the post-cleanup script. */
  postCleanupScriptTakes: RemovalBody;
  /** Whether a payload may have a port, must have one, or must not. */
  portInPayload: "optional" | "required" | "refused";
  /** GET {id}/status: as documented; 404 as for a path that does not exist; or always "enabled", as an old answer. */
  statusEndpoint: "there" | "missing" | "stale";
  /** Answers the first of equal POST, PUT and DELETE requests with 429, before or after it is carried out. */
  throttles: "never" | "before" | "after";
  /** A request for a script that equals the request before it: the same text, another text each time, or 409. */
  scriptAgain: "same" | "another" | "refused";
  /** So many lists do not show a new integration yet. */
  unlistedFor: number;
  /** What GET /integrations answers: a bare list, or an object that holds it. */
  listShape: "array" | "object";
  /** How answers in JSON are labelled. */
  jsonType: "application/json" | "text/plain";
}

/** What the request for a script that removes something carries. */
export type RemovalBody = "create" | "config" | "none";

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
  refusedDelete: "422",
  deleteScriptTakes: "any",
  cleanupScriptTakes: "create",
  postCleanupScriptTakes: "create",
  portInPayload: "optional",
  statusEndpoint: "there",
  throttles: "never",
  scriptAgain: "same",
  unlistedFor: 0,
  listShape: "array",
  jsonType: "application/json",
};

/** How long an integration stays in a passing state, in milliseconds. */
export interface Delays {
  creating: number;
  editing: number;
  deleting: number;
}

export const defaultDelays: Readonly<Delays> = { creating: 20, editing: 20, deleting: 20 };
