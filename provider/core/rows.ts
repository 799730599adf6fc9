import { duration, lengthOf, oneOf } from "./rules";

/**
 * The kinds of rows of the table of inputs, and what TypeScript infers of them. Nothing here knows a single input.
 */

/**
 * What a change of an input means for the integration (docs/properties.md):
 * - `replace`: another integration; this one is removed.
 * - `put`: PUT, in manual setup with the edit script before it.
 * - `credentials`: automatic setup stores it; manual setup runs initial-create and edit, then PUT.
 * - `local`: stored only, nobody is called.
 * - `none`: no difference at all; it says how to begin, not what is.
 */
export type Change = "replace" | "put" | "credentials" | "local" | "none";

export type Setup = "automatic" | "manual";

/** Where a value comes from when none is given. */
export type Source = { env: `IMMUTA_${string}` } | { input: string };

/** What a row says of its input beside the type. */
export interface Facts {
  change: Change;
  /** What it is for: in doc comments, on the page of inputs, and in the refusal of a program that leaves it out. */
  doc: string | Readonly<Record<Setup, string>>;
  /** Which setup must give it: both, only manual, or none. */
  required?: "always" | "manual";
  /** Inputs beside which a required one may be missing. */
  unless?: readonly string[];
  /** Filled in by check: the state holds it. */
  default?: string | number | boolean;
  /** What holds where none is given: the state holds nothing. */
  whenUnset?: string | number | boolean;
  /** Where it comes from when none is given: the first that has a value. Of a required one, in automatic setup. */
  from?: readonly Source[];
  secret?: true;
  /** `sent`: Immuta is told it. `shown`: Immuta's answers hold it too. */
  immuta?: "sent" | "shown";
  /** Says what is wrong with a known value, or nothing. */
  rule?: (value: never) => string | undefined;
  /** Whether two values mean the same to Immuta and the pool. Default: strict equality. */
  same?: (a: unknown, b: unknown) => boolean;
}

export interface Row<T = unknown> extends Facts {
  type: "string" | "number" | "boolean" | "string or true" | "object";
  /** All that are allowed. */
  words?: readonly string[];
  /** Never there: what TypeScript infers the type of the value from. */
  readonly value?: T;
}

/** Inputs that are given as one object. */
export interface Group<F extends Record<string, Row> = Record<string, Row>> {
  /** Of the object's type. */
  name: string;
  doc: string;
  /** The one setup that takes it, and must be given it. */
  only?: "manual";
  exactlyOne?: true;
  fields: F;
}

type FactsOf<T> = Facts & { default?: T; whenUnset?: T; rule?: (value: T) => string | undefined };

const row =
  <T>(type: Row["type"]) =>
  <const F extends FactsOf<T>>(facts: F): F & Row<T> => ({ ...facts, type });

export const text = row<string>("string");
export const whole = row<number>("number");
export const flag = row<boolean>("boolean");
export const textOrTrue = row<string | true>("string or true");
export const object = <T extends object>(): (<const F extends FactsOf<T>>(facts: F) => F & Row<T>) =>
  row<T>("object");

/** Such as "90s", "20m" or "1h30m". */
export const time = <const F extends FactsOf<string>>(facts: F): F & Row<string> =>
  text({ rule: duration, ...facts });

/** One of a few words. */
export const words =
  <const W extends string>(...allowed: W[]) =>
  <const F extends FactsOf<W>>(facts: F): F & Row<W> => ({
    rule: oneOf(...allowed),
    ...facts,
    type: "string",
    words: allowed,
  });

export const group = <const G extends Group>(facts: G): G => facts;

export const isGroup = (entry: Row | Group): entry is Group => "fields" in entry;

/** Milliseconds of a duration that check has let pass, or of its row's own where none is given. */
export const lasting = (row: { whenUnset: string }, given?: string): number =>
  lengthOf(given ?? row.whenUnset);

// What check leaves.

type Flat<T> = { [K in keyof T]: T[K] };
type Filled<R> = R extends { required: "always" } | { default: string | number | boolean }
  ? true
  : R extends Group<infer F>
    ? true extends { [K in keyof F]: Filled<F[K]> }[keyof F]
      ? true
      : false
    : false;
type Value<R> =
  R extends Group<infer F>
    ? R extends { exactlyOne: true }
      ? ExactlyOne<{ [K in keyof F]: Value<F[K]> }>
      : Checked<F>
    : R extends Row<infer T>
      ? T
      : never;

export type ExactlyOne<T> = {
  -readonly [K in keyof T]: Flat<
    { -readonly [One in K]: T[One] } & { [Other in Exclude<keyof T, K>]?: undefined }
  >;
}[keyof T];

/** Inputs as check leaves them: validated, with the defaults that it fills in. */
export type Checked<T> = Flat<
  { -readonly [K in keyof T as Filled<T[K]> extends true ? K : never]: Value<T[K]> } & {
    -readonly [K in keyof T as Filled<T[K]> extends true ? never : K]?: Value<T[K]>;
  }
>;

/** Names of the inputs that Immuta is told, or shows as well. */
export type NameAtImmuta<T, How extends "sent" | "shown"> = {
  [K in keyof T]: T[K] extends { immuta: How }
    ? K
    : T[K] extends Group<infer F>
      ? F[keyof F] extends { immuta: How }
        ? K
        : never
      : never;
}[keyof T];
