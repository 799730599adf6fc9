import type { SqlType, SqlValue } from "../wire/types";
import type { Scope } from "./scope";

/** A function of the server's own. */
export interface BuiltIn {
  /** Fewest and most arguments. */
  arity: readonly [number, number];
  type: SqlType | ((types: SqlType[]) => SqlType);
  /** A null argument gives null, unless said otherwise. */
  nullable?: boolean;
  run: (values: SqlValue[], scope: Scope) => SqlValue;
}
