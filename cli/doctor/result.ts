import { textOf } from "../../provider";

/** One thing that was looked at. */
export interface Result {
  check: string;
  /** `skipped` where an earlier failure leaves nothing to look at. */
  result: "ok" | "fail" | "skipped";
  /** What was found, or why not. */
  detail: string;
  /** What to do about a failure. */
  fix?: string;
}

export const ok = (check: string, detail: string): Result => ({ check, result: "ok", detail });
export const fail = (check: string, detail: string, fix: string): Result => ({
  check,
  result: "fail",
  detail,
  fix,
});
export const skipped = (check: string, detail: string): Result => ({ check, result: "skipped", detail });

/** The provider's errors say on their first line what happened and below it what to do. */
export function failOf(check: string, error: unknown, otherwise: string): Result {
  const [detail = "", ...rest] = textOf(error).split("\n");
  return fail(check, detail, rest.join(" ").trim() === "" ? otherwise : rest.join(" ").trim());
}
