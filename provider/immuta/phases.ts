export const phases = ["initial-create", "create", "edit", "delete", "cleanup", "post-cleanup"] as const;
/** The bootstrap scripts that Immuta generates. */
export type Phase = (typeof phases)[number];

/** Logins live in master; all else is the pool's. */
export const runsInMaster = (phase: Phase): boolean => phase === "initial-create" || phase === "post-cleanup";
