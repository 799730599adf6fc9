import type { PropertyMap } from "../../../provider/core/property-map";
import type { Inputs } from "../../../provider/synapse/inputs/table";
import type { State } from "../../../provider/synapse/state";

/** Inputs as `check` leaves them, with the guide's own example values; its password is none that Azure lets be made. */
export const automatic: Inputs = {
  host: "organization.azure.com",
  port: 1433,
  database: "immuta",
  schema: "sample_schema",
  autoBootstrap: true,
  username: "taylor@synapse.com",
  password: "abc1234",
  authenticationType: "userPassword",
  impersonation: { enabled: false },
  metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
};

export const manual: Inputs = {
  ...automatic,
  autoBootstrap: false,
  password: "Abc-1234",
  bootstrap: { username: "sqladmin", password: "Adm1n!" },
};

export const stateOf = (inputs: Inputs, more: Partial<State> = {}): State => ({
  ...inputs,
  stateFormat: 1,
  integrationId: "7",
  tenant: "https://tenant.example",
  status: "enabled",
  validation: { status: "passed", failed: [], warnings: [] },
  // Of a resource that made what it has.
  scripts: {},
  ...more,
});

/** A copy with the value at a dotted path changed; `undefined` removes it. */
export function changed<T extends object>(inputs: T, path: string, value: unknown): T {
  const [head = "", leaf] = path.split(".");
  const copy = structuredClone(inputs) as PropertyMap;
  const target = leaf === undefined ? copy : ((copy[head] ??= {}) as PropertyMap);
  const key = leaf ?? head;
  target[key] = value;
  if (value === undefined) Reflect.deleteProperty(target, key);
  return copy as T;
}

export const map = (value: object): PropertyMap => value as PropertyMap;
