export const phases = ["initial-create", "create", "edit", "delete", "cleanup", "post-cleanup"] as const;
/** The bootstrap scripts that Immuta generates. */
export type Phase = (typeof phases)[number];
