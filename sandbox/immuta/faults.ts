/** An answer in place of Immuta's own. A body that is no string is sent as JSON. */
export interface FaultAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

/**
 * What goes wrong with requests that match. Rules are looked at in the order in which they were added; the first that
 * applies decides.
 */
export interface FaultRule {
  /** Any method when absent. */
  method?: string;
  /** Tested against the path without its query. */
  path: RegExp;
  /** The first matching request to which it happens, from 1. Default 1. */
  nth?: number;
  /** To how many matching requests in a row it happens. Default 1; Infinity for all from then on. */
  times?: number;
  /** Whether the request is carried out ("after") or not ("before"). */
  when: "before" | "after";
  /**
   * An answer; "reset": the connection is torn down without one; "hang": none comes until the client gives up;
   * "truncate": half of the body comes under the Content-Length of the whole; "drip": the body comes a byte at a time,
   * and blanks without an end in place of its last one; "close": it comes whole, says that the connection is kept, and the
   * connection is closed.
   */
  answer: FaultAnswer | "reset" | "hang" | "truncate" | "drip" | "close";
}

/** The rules in force, each with the number of requests it has matched. */
export class Faults {
  private rules: { rule: FaultRule; matched: number }[] = [];

  add(rule: FaultRule): void {
    this.rules.push({ rule, matched: 0 });
  }

  clear(): void {
    this.rules = [];
  }

  /** The rule that applies to this request. Every rule that matches counts it. */
  take(method: string, path: string): FaultRule | undefined {
    let taken: FaultRule | undefined;
    for (const entry of this.rules) {
      const { rule } = entry;
      // A RegExp with the g or y flag carries a position from one test to the next.
      rule.path.lastIndex = 0;
      if (rule.method !== undefined && rule.method.toUpperCase() !== method) continue;
      if (!rule.path.test(path)) continue;
      entry.matched += 1;
      const first = rule.nth ?? 1;
      if (entry.matched >= first && entry.matched < first + (rule.times ?? 1)) taken ??= rule;
    }
    return taken;
  }
}
