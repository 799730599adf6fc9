import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PropertyMap } from "../driver/host";
import type { Random } from "./random";

/** What an edit may draw upon. */
export interface Supplies {
  random: Random;
  hosts: readonly string[];
  databases: readonly string[];
  /** Databases of a host that no other integration of the program has. */
  free: (host: string) => string[];
  /** A password that meets the pool's policy and was never used; the walk looks for it in everything written. */
  password: () => string;
  /** A system account's name that was never used: the login of a former one may still be there. */
  account: () => string;
  /** For passwords in files. */
  folder: string;
}

const delimiters = ["|", "#", "~", "::", "%%"];

/** One edit of a program; undefined where it does not fit this one. */
type Edit = (inputs: PropertyMap, supplies: Supplies) => PropertyMap | undefined;

const isManual = (inputs: PropertyMap): boolean => inputs["autoBootstrap"] === false;

const without = (inputs: PropertyMap, ...names: string[]): PropertyMap =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name)));

/** The inputs in the other setup, or in the same with another account. */
export function inSetup(manual: boolean, inputs: PropertyMap, { password, account }: Supplies): PropertyMap {
  const plain = without(
    inputs,
    ...["username", "password", "passwordFrom", "passwordVersion", "bootstrap", "adopt", "adoptMode"],
  );
  return manual
    ? { ...plain, autoBootstrap: false, username: account(), password: password(), bootstrap: {} }
    : { ...plain, autoBootstrap: true };
}

/** Every input that a program may change while the integration is there. */
export const edits: Readonly<Record<string, Edit>> = {
  "impersonation on": (inputs, { random }) => ({
    ...inputs,
    impersonation: { enabled: true, role: random.pick(["IMMUTA_IMPERSONATION", "Ünïcode role]"]) },
  }),
  "impersonation off": (inputs) => ({ ...inputs, impersonation: { enabled: false } }),
  "impersonation left out": (inputs) => without(inputs, "impersonation"),
  delimiters: (inputs, { random }) => {
    const [hashDelimiter, hashKeyDelimiter] = [random.pick(delimiters), random.pick([".", "-", "'"])];
    return { ...inputs, metadataDelimiters: { hashDelimiter, hashKeyDelimiter } };
  },
  "delimiters left out": (inputs) => without(inputs, "metadataDelimiters"),
  password: (inputs, { password }) =>
    isManual(inputs)
      ? { ...without(inputs, "passwordFrom", "passwordVersion"), password: password() }
      : undefined,
  "password from a file": (inputs, { password, random, folder }) => {
    if (!isManual(inputs)) return undefined;
    const version = String(random.below(1_000_000));
    const file = join(folder, `password-${version}`);
    writeFileSync(file, password());
    return { ...without(inputs, "password"), passwordFrom: { file }, passwordVersion: version };
  },
  username: (inputs, { account }) => (isManual(inputs) ? { ...inputs, username: account() } : undefined),
  timeouts: (inputs, { random }) => ({
    ...inputs,
    timeouts: { update: random.pick(["5m", "10m"]), create: "15m" },
  }),
  "what a failure means": (inputs, { random }) => ({
    ...inputs,
    onCreateFailure: random.pick(["undo", "keep"]),
    onDisabled: random.pick(["error", "recreate"]),
  }),
  bootstrap: (inputs, { random }) =>
    isManual(inputs)
      ? { ...inputs, bootstrap: { requestTimeout: random.pick(["2m", "3m"]), guard: "log" } }
      : undefined,
  schema: (inputs, { random }) => ({ ...inputs, schema: random.pick(["governed", "another", "third one"]) }),
  port: (inputs, { random }) => ({ ...inputs, port: random.pick([1433, 1434]) }),
  poolIdentity: (inputs, { random }) => ({ ...inputs, poolIdentity: `pool ${random.below(1000)}` }),
  database: (inputs, { random, free }) => {
    const found = free(String(inputs["host"]));
    return found.length === 0 ? undefined : { ...inputs, database: random.pick(found) };
  },
  workspace: (inputs, { random, hosts, free }) => {
    const others = hosts.filter((host) => host !== inputs["host"] && free(host).length > 0);
    if (others.length === 0) return undefined;
    const host = random.pick(others);
    return { ...inputs, host, database: random.pick(free(host)) };
  },
  setup: (inputs, supplies) => inSetup(!isManual(inputs), inputs, supplies),
};
