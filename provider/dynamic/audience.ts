import type { Announcement, PropertyMap } from "..";
import type { Voice } from "../face/voice";

/** What the SDK tells of a resource beside its inputs. */
export interface Context {
  urn: string;
  preview: boolean;
  /** The resource option: with the engine it wins over what diff answers. */
  deleteBeforeReplace?: boolean;
}

/**
 * Who hears what the provider has to say. A dynamic provider is not told its resource's URN, so the SDK passes it to
 * check, and later calls are recognised by their inputs.
 */
export class Audience {
  private readonly contexts = new Map<string, Context>();

  constructor(private readonly voice: Voice) {}

  remember(inputs: PropertyMap, context: unknown): void {
    if (isContext(context)) this.contexts.set(canonical(inputs), context);
  }

  /** Says once, and in a preview only, what will be done. */
  async preview(inputs: PropertyMap, announcement: () => Announcement | undefined): Promise<void> {
    const context = this.contexts.get(canonical(inputs));
    if (context?.preview !== true) return;
    await this.voice.announce(context.urn, () => inOrder(announcement(), context));
  }

  /** The URN of the resource with these inputs, where it is known. */
  row(inputs: PropertyMap): string | undefined {
    return this.contexts.get(canonical(inputs))?.urn;
  }
}

const inOrder = (
  announced: Announcement | undefined,
  { deleteBeforeReplace }: Context,
): Announcement | undefined =>
  announced?.deleteBeforeReplace === undefined || deleteBeforeReplace === undefined
    ? announced
    : { ...announced, deleteBeforeReplace };

export const isContext = (value: unknown): value is Context =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Partial<Context>).urn === "string" &&
  typeof (value as Partial<Context>).preview === "boolean";

/** The same text for the same inputs, whatever the order of their keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([name]) => name !== "__provider" && name !== "__context")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(",")}}`;
}
