export interface Urn {
  stack: string;
  /** The types from the outermost component inwards. */
  types: string[];
  name: string;
}

/** `urn:pulumi:<stack>::<project>::<types, joined by $>::<name>`; undefined for anything else. A name may hold `::`. */
export function parseUrn(urn: string): Urn | undefined {
  const found = /^urn:pulumi:(.*?)::(.*?)::(.*?)::(.*)$/s.exec(urn);
  if (found === null) return undefined;
  const [, stack = "", project = "", types = "", name = ""] = found;
  return { stack: `${project}/${stack}`, types: types.split("$"), name };
}

/** By which the program has a resource; all of the text where that is no URN. */
export const nameOfUrn = (urn: string): string => parseUrn(urn)?.name ?? urn;
