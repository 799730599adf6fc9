/** What a program declares, so many times, and how each kind is told apart. program/index.js declares it. */

/** Which provider serves it: the dynamic resource, the plugin, or a dynamic provider written by hand. */
export type Side = "dynamic" | "plugin" | "peer" | "peer, required";

export interface Subject {
  side: Side;
  /** Resources that do nothing, or integrations. */
  of: "trivial" | "automatic" | "manual";
}

export const nameOf = ({ side, of }: Subject): string => `${side}: ${of}`;

/** The resources that do nothing beside which a subject is put. */
export const floorOf = ({ side }: Subject): Subject => ({
  side: side === "plugin" ? "plugin" : "dynamic",
  of: "trivial",
});
