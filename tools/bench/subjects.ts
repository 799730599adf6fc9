import * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";
import { resourceTypes } from "../../provider";
import { administrator, type Place, systemPassword } from "./places";

/** What a program declares, so many times, and how each kind is told apart. */

/** Which provider serves it: the dynamic resource, the plugin, or a dynamic provider written by hand. */
export type Side = "dynamic" | "plugin" | "peer" | "peer, required";

export interface Subject {
  side: Side;
  /** Resources that do nothing, or integrations. */
  of: "trivial" | "automatic" | "manual";
}

export const nameOf = ({ side, of }: Subject): string => `${side}: ${of}`;

/** The resources that do nothing beside which a subject is put. */
export const floorOf = ({ side }: Subject): Subject => ({
  side: side === "plugin" ? "plugin" : "dynamic",
  of: "trivial",
});

class Trivial extends pulumi.dynamic.Resource {
  constructor(name: string, inputs: Record<string, unknown>) {
    super(
      {
        create: (given: Record<string, unknown>) =>
          Promise.resolve({ id: String(given["database"]), outs: given }),
        update: (_id, _olds, given: Record<string, unknown>) => Promise.resolve({ outs: given }),
      },
      name,
      inputs,
    );
  }
}

type Declare = (name: string, inputs: Record<string, unknown>) => unknown;

class OfPlugin extends pulumi.CustomResource {
  constructor(type: string, name: string, inputs: Record<string, unknown>) {
    super(type, name, inputs, { additionalSecretOutputs: ["password"] });
  }
}

const plugin =
  (type: string): Declare =>
  (name, inputs) =>
    new OfPlugin(type, name, inputs);

// eslint-disable-next-line @typescript-eslint/no-require-imports -- written as a user would, in JavaScript
const peers = require("./peer/index.cjs") as Record<
  "Closure" | "Required",
  new (name: string, inputs: Record<string, unknown>) => unknown
>;

const declares: Record<Side, Record<Subject["of"], Declare>> = {
  dynamic: {
    trivial: (name, inputs) => new Trivial(name, inputs),
    automatic: ours,
    manual: ours,
  },
  plugin: {
    trivial: plugin("benchtrivial:index:Trivial"),
    automatic: plugin(resourceTypes.plugin),
    manual: plugin(resourceTypes.plugin),
  },
  peer: byHand("Closure"),
  "peer, required": byHand("Required"),
};

function ours(name: string, inputs: Record<string, unknown>): unknown {
  return new immuta.SynapseIntegration(name, inputs as unknown as immuta.SynapseIntegrationArgs);
}

function byHand(form: "Closure" | "Required"): Record<Subject["of"], Declare> {
  const declare: Declare = (name, inputs) => new peers[form](name, inputs);
  return { trivial: declare, automatic: declare, manual: declare };
}

/** @param hashDelimiter another one than Immuta's own */
export function declare({ side, of }: Subject, place: Place, hashDelimiter?: string): void {
  const changed = hashDelimiter === undefined ? {} : { metadataDelimiters: { hashDelimiter } };
  const common = { ...place, schema: "governed", ...changed };
  const { administratorLogin: username, administratorPassword: password } = administrator;
  const account = { username: `immuta_${place.database}`, password: systemPassword };
  const mine = side === "dynamic" || side === "plugin";
  const inputs = {
    trivial: { ...common, ...account },
    automatic: mine
      ? { ...common, autoBootstrap: true, username, password: pulumi.secret(password) }
      : { ...common, username, password: pulumi.secret(password) },
    manual: mine
      ? {
          ...common,
          ...account,
          autoBootstrap: false,
          bootstrap: { username, password: pulumi.secret(password) },
        }
      : { ...common, ...account, administrator: pulumi.secret({ username, password }) },
  }[of];
  declares[side][of](place.database, inputs);
}
