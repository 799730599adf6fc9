import type { Synapse } from "../../sandbox/synapse/index";

/** What a setup puts into a workspace. Everything is empty in a fresh one. */
export interface ImmutaObjects {
  logins: string[];
  masterUsers: string[];
  users: string[];
  roles: string[];
  schemas: string[];
  /** schema.name */
  objects: string[];
}

export function immutaObjects(synapse: Synapse, host: string, database: string): ImmutaObjects {
  const master = synapse.catalog(host, "master");
  const pool = synapse.catalog(host, database);
  return {
    logins: master.logins,
    masterUsers: master.users,
    users: pool.users,
    roles: [...master.roles, ...pool.roles],
    schemas: [...master.schemas, ...pool.schemas],
    objects: [...master.objects, ...pool.objects].map(({ schema, name }) => `${schema}.${name}`),
  };
}
