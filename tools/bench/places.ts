import type { Sandbox } from "../../sandbox";

/** The pools of a measurement, ten to a workspace. */

export const administrator = { administratorLogin: "sqladmin", administratorPassword: "B3nch-Adm1n!" };
export const systemPassword = "B3nch-Immuta1!";

const poolsPerWorkspace = 10;

export interface Place {
  host: string;
  database: string;
}

export const places = (count: number): Place[] =>
  Array.from({ length: count }, (_, n) => ({
    host: `bench${Math.floor(n / poolsPerWorkspace)}.sql.azuresynapse.net`,
    database: `pool${n}`,
  }));

export function prepare({ synapse }: Sandbox, wanted: readonly Place[]): void {
  for (const host of new Set(wanted.map((place) => place.host)))
    synapse.createWorkspace({ host, ...administrator });
  for (const { host, database } of wanted) synapse.createPool(host, database);
}
