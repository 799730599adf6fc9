/**
 * Script templates: T-SQL with placeholders.
 *
 *   {{name:x}}                     the value of x as a delimited identifier, [x]
 *   {{text:x}}                     the value of x as a Unicode literal, N'x'
 *   {{exec}} … {{/exec}}           EXEC(N'…'): what is between runs as dynamic SQL
 *   {{if x}} … {{/if}}             only when the flag x is set
 *   {{unless x}} … {{/unless}}     only when it is not
 *   {{each xs}} … {{/each}}        once per value of the list xs; {{name:item}} and {{text:item}} are the value
 *   {{part x}}                     another template
 */
export interface Values {
  [name: string]: string | boolean | readonly string[];
}

type Node =
  | { kind: "sql"; sql: string }
  | { kind: "value"; form: "name" | "text"; value: string }
  | { kind: "part"; part: string }
  | { kind: "block"; block: "exec" | "if" | "unless" | "each"; subject: string; body: Node[] };

/** A delimited identifier: the closing bracket is doubled. */
export const quoteName = (name: string): string => `[${name.replaceAll("]", "]]")}]`;

/** A Unicode string literal: the quote is doubled. */
export const quoteText = (text: string): string => `N'${text.replaceAll("'", "''")}'`;

/**
 * Renders a template; every value is escaped for the place it stands in, once more for each level of dynamic SQL.
 * Throws Error for a placeholder without a value, a mistake in the template.
 */
export function render(template: string, values: Values, parts: (name: string) => string): string {
  return renderNodes(parse(template), values, parts);
}

function renderNodes(nodes: readonly Node[], values: Values, parts: (name: string) => string): string {
  return nodes.map((node) => renderNode(node, values, parts)).join("");
}

function renderNode(node: Node, values: Values, parts: (name: string) => string): string {
  switch (node.kind) {
    case "sql":
      return node.sql;
    case "value": {
      const value = values[node.value];
      if (typeof value !== "string") throw new Error(`template: no text for ${node.value}`);
      return node.form === "name" ? quoteName(value) : quoteText(value);
    }
    case "part":
      return render(parts(node.part), values, parts);
    case "block":
      return renderBlock(node, values, parts);
  }
}

function renderBlock(
  { block, subject, body }: Extract<Node, { kind: "block" }>,
  values: Values,
  parts: (name: string) => string,
): string {
  if (block === "exec") return `EXEC(${quoteText(renderNodes(body, values, parts))})`;
  const value = values[subject];
  if (block === "each") {
    if (!Array.isArray(value)) throw new Error(`template: no list for ${subject}`);
    const items = value as readonly string[];
    return items.map((item) => renderNodes(body, { ...values, item }, parts)).join("");
  }
  if (typeof value !== "boolean") throw new Error(`template: no flag for ${subject}`);
  return value === (block === "if") ? renderNodes(body, values, parts) : "";
}

/** A block's tag that stands alone on its line takes the line with it. */
const tagPattern = /^[ \t]*\{\{(\/?(?:if|unless|each)[^}]*)\}\}[ \t]*\n|\{\{([^}]*)\}\}/gm;

function parse(template: string): Node[] {
  const root: Node[] = [];
  const open: { block: string; nodes: Node[] }[] = [{ block: "", nodes: root }];
  let position = 0;
  for (const match of template.matchAll(tagPattern)) {
    const nodes = innermost(open).nodes;
    if (match.index > position) nodes.push({ kind: "sql", sql: template.slice(position, match.index) });
    position = match.index + match[0].length;
    const tag = (match[1] ?? match[2] ?? "").trim();
    if (tag.startsWith("/")) {
      if (open.pop()?.block !== tag.slice(1)) throw new Error(`template: {{${tag}}} closes nothing`);
      continue;
    }
    const node = parseTag(tag);
    nodes.push(node);
    if (node.kind === "block") open.push({ block: node.block, nodes: node.body });
  }
  if (open.length > 1) throw new Error(`template: {{${innermost(open).block}}} is not closed`);
  root.push({ kind: "sql", sql: template.slice(position) });
  return root;
}

function innermost<T>(stack: readonly T[]): T {
  const top = stack.at(-1);
  if (top === undefined) throw new Error("template: more blocks closed than opened");
  return top;
}

function parseTag(tag: string): Node {
  const value = /^(name|text):(\w+)$/.exec(tag);
  if (value?.[2] !== undefined)
    return { kind: "value", form: value[1] === "name" ? "name" : "text", value: value[2] };
  const [word = "", subject = ""] = tag.split(/\s+/);
  if (word === "part") return { kind: "part", part: subject };
  if (word === "exec" || word === "if" || word === "unless" || word === "each")
    return { kind: "block", block: word, subject, body: [] };
  throw new Error(`template: {{${tag}}} is no placeholder`);
}
