import * as pulumi from "@pulumi/pulumi";
import type { CustomResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import type { Login } from "./administrator";
import type { Child, GovernedSqlPoolArgs, Made, WorkspaceOf } from "./args";

/** What the functions that make the component's resources need of it. */
export interface Context {
  component: Resource;
  /** The component's name. */
  name: string;
  args: GovernedSqlPoolArgs;
  /** The administrator's, where one is given. */
  login: Login | undefined;
}

/** What was given for a resource that is made; undefined for one that exists. */
export const madeOf = <Args>(child: Child<Args> | WorkspaceOf | undefined): Made<Args> | undefined => {
  if (child === undefined) return {};
  return child.existing !== undefined || "of" in child ? undefined : child;
};

/** The options of a child: below the component, with what the program adds. */
export const childOptions = (
  { component }: Context,
  { opts }: { opts?: CustomResourceOptions },
  own: CustomResourceOptions = {},
): CustomResourceOptions => pulumi.mergeOptions({ parent: component, ...own }, opts);

type Tags = Input<Record<string, Input<string>> | undefined>;

/** The component's tags with those of one resource; nothing where there are none. */
export function withTags(
  { args }: Context,
  own?: { tags?: Tags },
): { tags?: Output<Record<string, string>> } {
  if (args.tags === undefined && own?.tags === undefined) return {};
  const both = pulumi.all([pulumi.output(args.tags), pulumi.output(own?.tags)]);
  return { tags: both.apply(([common, ownTags]) => ({ ...common, ...ownTags })) };
}

/**
 * The name that a resource was asked to have, as an output that waits for the resource. In a preview it is known before
 * the resource is there. Fails where a transformation gave the resource another name, for then nothing that follows from
 * the name would fit.
 */
export function nameAsked(what: string, actual: Output<string>, asked: Input<string>): Output<string> {
  const agreed = pulumi.all([actual, asked]).apply(([is, wanted]) => {
    if (is.toLowerCase() === wanted.toLowerCase()) return is;
    throw new pulumi.RunError(
      `${what} is called ${is}, but its arguments say ${wanted}: a transformation changed its name. Give the name in the component's arguments.`,
    );
  });
  return pulumi.runtime.isDryRun() ? pulumi.output(asked) : agreed;
}
