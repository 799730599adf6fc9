/** A database's content as plain, sorted data: what its users made, without what every database has. */
import type { Database, DatabaseObject, Workspace } from "./workspace";

export interface Catalog {
  /** Logins other than the workspace's administrator; of master alone, elsewhere empty. */
  logins: string[];
  users: string[];
  roles: string[];
  roleMembers: { role: string; member: string }[];
  schemas: string[];
  /** `type` is that of sys.objects: U, V, P, FN, IF. */
  objects: { schema: string; name: string; type: DatabaseObject["type"] }[];
  /** `on` is "DATABASE", "SCHEMA::x", "OBJECT::x.y" or "PRINCIPAL::x". CONNECT, which comes with each user, is left out. */
  permissions: { grantee: string; state: string; permission: string; on: string }[];
}

export function catalogOf(workspace: Workspace, database: Database): Catalog {
  const own = database.principals.filter(({ builtIn }) => !builtIn);
  const nameOf = (id: number): string => database.principalById(id)?.name ?? "";
  const schemaOf = (id: number): string => database.schemaById(id)?.name ?? "";
  const logins = database.isMaster
    ? workspace.logins.filter((login) => login !== workspace.administrator)
    : [];
  return {
    logins: sorted(logins.map(({ name }) => name)),
    users: sorted(own.filter(({ type }) => type !== "R").map(({ name }) => name)),
    roles: sorted(own.filter(({ type }) => type === "R").map(({ name }) => name)),
    roleMembers: sorted(
      database.roleMembers.map(({ roleId, memberId }) => ({
        role: nameOf(roleId),
        member: nameOf(memberId),
      })),
    ),
    schemas: sorted(database.schemas.filter(({ builtIn }) => !builtIn).map(({ name }) => name)),
    objects: sorted(
      database.objects.map(({ schemaId, name, type }) => ({ schema: schemaOf(schemaId), name, type })),
    ),
    permissions: sorted(
      database.permissions
        .filter(
          ({ class: level, permission, state }) =>
            !(level === 0 && permission === "CONNECT" && state === "GRANT"),
        )
        .map(({ granteeId, state, permission, ...on }) => ({
          grantee: nameOf(granteeId),
          state,
          permission,
          on: securable(on, database),
        })),
    ),
  };
}

function securable(
  { class: level, majorId }: { class: number; majorId: number },
  database: Database,
): string {
  if (level === 0) return "DATABASE";
  if (level === 3) return `SCHEMA::${database.schemaById(majorId)?.name ?? ""}`;
  if (level === 4) return `PRINCIPAL::${database.principalById(majorId)?.name ?? ""}`;
  const object = database.objectById(majorId);
  const schema = object === undefined ? undefined : database.schemaById(object.schemaId);
  return `OBJECT::${schema?.name ?? ""}.${object?.name ?? ""}`;
}

function sorted<T>(items: T[]): T[] {
  return items.sort((left, right) => {
    const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  });
}
