import { type PropertyMap, valueAt } from "..";
import type { Verdict } from "../face/provider";

/** What differs, as a preview shows it. */
export interface Detail {
  kind: "add" | "delete" | "update";
  replace: boolean;
  /** Of the inputs; else of the outputs. */
  input: boolean;
}

/** Each difference by its dotted path. Pure. */
export function detailsOf(
  { planned, replaces, changes }: Pick<Verdict, "planned" | "replaces" | "changes">,
  olds: PropertyMap,
  news: PropertyMap,
): Map<string, Detail> {
  const details = new Map<string, Detail>();
  for (const { path } of planned.differences)
    details.set(path, { kind: kindOf(olds, news, path), replace: replaces.includes(path), input: true });
  if (!changes || details.size > 0) return details;
  // Without one the engine would show every property as another.
  const path = olds["progress"] === undefined ? "adopt" : "progress";
  return details.set(path, { kind: kindOf(olds, news, path), replace: false, input: path === "adopt" });
}

function kindOf(olds: PropertyMap, news: PropertyMap, path: string): Detail["kind"] {
  if ((valueAt(olds, path) ?? undefined) === undefined) return "add";
  return (valueAt(news, path) ?? undefined) === undefined ? "delete" : "update";
}
