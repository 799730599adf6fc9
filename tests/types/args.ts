/**
 * The arguments as TypeScript infers them from the table of inputs: those of sdk/args.ts, which is rendered for the sake of
 * its doc comments, are the same. A field in one of them alone does not compile.
 */
import type { Input, Output } from "@pulumi/pulumi";
import type { table } from "../../provider/synapse/inputs/table";
import type { ExactlyOne, Group, Row, Setup } from "../../provider/core/rows";
import type { SynapseConfig, Integration } from "../../provider/synapse/api";
import type { Inputs } from "../../provider/synapse/inputs/table";
import type {
  AutomaticSetupArgs,
  BootstrapArgs,
  BootstrapScriptsArgs,
  GetIntegrationResult,
  SynapseIntegration,
} from "../../sdk";
import type { ManualSetup } from "../../sdk/args";

/* eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what makes TypeScript compare two types as they are */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compared as written out, whatever made them: an `Input<T>` by its T. */
type Plainly<T> = [Extract<T, Promise<unknown>>] extends [never]
  ? T extends object
    ? { [K in keyof T]: Plainly<T[K]> }
    : T
  : { input: Plainly<Awaited<Extract<T, Promise<unknown>>>> };
type Same<A, B> = Equal<Plainly<A>, Plainly<B>>;

type Must<R, S> = R extends { required: "always" }
  ? true
  : R extends { unless: readonly string[] }
    ? false
    : R extends { required: S } | { only: S }
      ? true
      : false;
type Plain<R> =
  R extends Group<infer F>
    ? R extends { exactlyOne: true }
      ? ExactlyOne<{ [K in keyof F]: Input<Plain<F[K]>> }>
      : Given<F, Setup>
    : R extends Row<infer T>
      ? T extends object
        ? Record<string, Input<string>>
        : T
      : never;
/** What a program gives in one of the setups. */
type Given<F, S extends Setup> = {
  -readonly [K in keyof F as Must<F[K], S> extends true ? K : never]: K extends "autoBootstrap"
    ? S extends "automatic"
      ? true
      : false
    : F[K] extends { only: S }
      ? Plain<F[K]>
      : Input<Plain<F[K]>>;
} & {
  -readonly [K in keyof F as Must<F[K], S> extends true ? never : K]?: F[K] extends {
    only: Exclude<Setup, S>;
  }
    ? never
    : Input<Plain<F[K]> | undefined>;
};

export const automatic: Same<AutomaticSetupArgs, Given<typeof table, "automatic">> = true;
export const manual: Same<ManualSetup, Given<typeof table, "manual">> = true;

/** Every input is an output, with its checked type. */
export const outputs: Equal<
  Pick<SynapseIntegration, keyof Inputs>,
  { readonly [K in keyof Inputs]-?: Output<Inputs[K]> }
> = true;

/** With a row more, nothing else is the same any more. */
type Longer = typeof table & { colour: Row<string> };
// @ts-expect-error a row without its argument
export const shorter: Same<AutomaticSetupArgs, Given<Longer, "automatic">> = true;
// @ts-expect-error an argument without its row
export const longer: Same<AutomaticSetupArgs & { colour?: string }, Given<typeof table, "automatic">> = true;
// @ts-expect-error a field of an object without its row
export const wider: Same<BootstrapArgs & { colour?: string }, NonNullable<ManualSetup["bootstrap"]>> = true;
// @ts-expect-error an input that may be missing, where it is required
export const looser: Same<Partial<ManualSetup>, ManualSetup> = true;

/** What Immuta is sent and shows is what the rows say. */
type Shown = "host" | "port" | "database" | "schema" | "impersonation" | "metadataDelimiters";
type Sent = Shown | "username" | "password" | "authenticationType";
export const sent: Equal<keyof SynapseConfig, Sent> = true;
export const shown: Equal<keyof Integration["config"], Shown> = true;
export const found: Equal<Extract<keyof GetIntegrationResult, keyof Inputs>, Shown | "autoBootstrap"> = true;
export const scripts: Equal<
  Extract<keyof BootstrapScriptsArgs, keyof Inputs>,
  Exclude<Sent, "authenticationType"> | "autoBootstrap"
> = true;
