import { type Announcement, parseUrn, type PropertyMap, resourceTypes } from "../../provider";

/** What a preview says of the integrations, in whichever of its shapes it came. */
export interface Preview {
  /** `pulumi preview --json`, its engine events, or the plan of `--save-plan`. */
  source: "preview" | "events" | "plan";
  /** "project/stack". */
  stack: string;
  /** The engine gave up: what is here is not all. */
  failed: boolean;
  steps: PreviewStep[];
  messages: Message[];
  /** `immuta:contract` of the stack, where the preview tells its settings. */
  contract?: string;
  /** Operations on everything that is no integration, providers and the stack itself left out. */
  others: Readonly<Record<string, number>>;
}

export type Operation = "create" | "update" | "replace" | "delete" | "same";

/** What happens to one integration. */
export interface PreviewStep {
  urn: string;
  operation: Operation;
  /** What the state holds; absent for a new one, and in a plan. */
  before?: PropertyMap;
  /** What the program gives, with defaults; absent for a deleted one. */
  after?: PropertyMap;
  /** A plan names the inputs that change, whole objects, and not what they were. */
  changed?: string[];
  /** Why the engine replaces it. */
  replacedBecause: string[];
  /** Whether the old one goes before the new one is made; absent where the preview does not tell. */
  oldFirst?: boolean;
  /** An interrupted replacement left it behind. */
  leftBehind: boolean;
  /** Its last operation failed, so that the engine asks for another, whether or not anything changes. */
  failedBefore: boolean;
}

export interface Message {
  urn?: string;
  severity: "info" | "warning" | "error";
  text: string;
  /** Of the program's error stream, which any program may write to. */
  errorStream?: true;
  /** What the provider says of the resource, as data. */
  announcement?: Announcement;
}

/** Stands for a value that is not shown; the engine's own word for it. */
export const secret = "[secret]";

const integrationTypes: readonly string[] = Object.values(resourceTypes);

export const isIntegration = (urn: string): boolean =>
  integrationTypes.includes(parseUrn(urn)?.types.at(-1) ?? "");

/** Providers and the stack are resources of the engine, not of anybody's program. */
export function isOfTheEngine(urn: string): boolean {
  const type = parseUrn(urn)?.types.at(-1) ?? "";
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}
