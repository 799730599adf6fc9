import { randomBytes } from "node:crypto";

/** For a script that is asked for and not run: one that a pool would take, and that is nobody's. */
export const madeUpPassword = (): string => `Aa1-${randomBytes(24).toString("hex")}`;
