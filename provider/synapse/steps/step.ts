import type { Fields } from "../../core/announcement";
import type { Contract } from "../../core/contract";
import type { Integration } from "../api";
import type { IntegrationStatus } from "../../immuta/types";
import { type Phase, phases } from "../../core/phases";
import type { splitBatches } from "../../sql/script/split";
import type { PropertyMap } from "../../core/property-map";
import type { Inputs } from "../inputs/table";
import type { State } from "../state";
import type { Ports } from "../ports";

/** Whose payload a script is generated from: the program's, or that of the state (undo, removal). */
export type Side = "new" | "old";

/**
 * One step of an operation: all that is known of it stands in its file. A plan lists steps, a preview announces them,
 * and operation.ts carries them out.
 */
export interface Step {
  /** Short and stable: progress in a state and the announcement of a preview are written in it. */
  readonly name: string;
  /** It changes Immuta or a pool: once begun, it may have to be taken back. */
  readonly writes?: true;
  /** What must be had before the first write of the operation. */
  readonly needs?: Need;
  /** What it asks of others. */
  readonly calls: readonly Call[];
  /** What a preview says of it; absent where it reaches nobody who would notice. */
  readonly announced?: Announced;
  /** The script that it runs. */
  readonly script?: ScriptOf;
  /** What is done in its place where a person runs the scripts (bootstrap.run "external"). */
  readonly byHand?: readonly Step[];
  do(operation: Operation): Promise<void>;
  /** What takes it back; nothing where there is nothing to take back. */
  undo?(failed: Failed): readonly Step[];
}

export interface Need {
  /** The account that goes into payloads of this side. */
  credentials?: Side;
  /** Only there its payload carries the account. */
  setup?: "automatic";
  /** Only where the request for this script carries the account. */
  script?: Phase;
  /** The login that runs scripts of this side. */
  connection?: Side;
}

export type Call = `${"GET" | "POST" | "PUT" | "DELETE"} /integrations${string}` | `${Phase} script`;

export interface ScriptOf {
  phase: Phase;
  side: Side;
}

/** An operation that is to be taken back. `registered`: whether Immuta knows its integration. */
export interface Failed {
  operation: "create" | "update";
  registered: boolean;
}

interface Announced {
  fields(of: Announcing): Fields;
  /** The line that is shown, of these fields alone. */
  words(fields: Fields): string;
}

/** What is announced: Immuta's id, the program, and the paths of inputs that change, or may. */
export interface Announcing {
  id: string | undefined;
  news: PropertyMap;
  changed: readonly string[];
  contract: Contract;
}

/** One operation under way: what it is about, and what it has done so far. */
export interface Operation {
  ports: Ports;
  kind: "create" | "update" | "delete";
  /** Inputs of the program and of the state. */
  sides: { new?: Inputs; old?: Inputs };
  /** The state that an existing integration is proven against. */
  state?: State;
  integrationId?: string;
  /** Steps that write and were begun, in order. */
  begun: Step[];
  /** Immuta's list before POST. */
  before: Integration[];
  status?: IntegrationStatus;
  generated: Map<string, Script>;
  /** Passwords that references of either side name. */
  passwords: Map<Side, string>;
  scripts: NonNullable<State["scripts"]>;
  /** System accounts that were proven to be Immuta's, as `normalIdentifier` writes them. */
  proved: Set<string>;
  /** Nothing proves the system account's login any more: it is not dropped. */
  sparesLogin?: true;
  /** Inputs that a line said of that somebody changed them in Immuta. */
  told: Set<string>;
  /** What the last look into the pool leaves in the state. */
  pool?: Pick<State, "poolObjects" | "poolDrift">;
  /** When the edit script came to its end: until the PUT, Immuta and the pool do not agree. */
  edited?: number;
}

export interface Script {
  batches: ReturnType<typeof splitBatches>;
  identity: string;
}

const known = new Map<string, Step>();

/** Makes a step known by its name, by which states and announcements of other runs find it again. */
export function step(made: Step): Step {
  if (!known.has(made.name)) known.set(made.name, made);
  return made;
}

export const namesOf = (steps: readonly Step[]): string[] => steps.map(({ name }) => name);

/** The step that a state or an announcement names; undefined where another version knows it alone. */
export const stepNamed = (name: string): Step | undefined => known.get(name);

/** A step for each script of each side. */
export function stepOfEachScript(make: (script: ScriptOf) => Step): (phase: Phase, side: Side) => Step {
  const ofSide = (side: Side): Record<Phase, Step> =>
    Object.fromEntries(phases.map((phase) => [phase, step(make({ phase, side }))])) as Record<Phase, Step>;
  const made = { new: ofSide("new"), old: ofSide("old") };
  return (phase, side) => made[side][phase];
}
