/** The catalog views: what a session may see of its workspace and database, as relations. */
import {
  bit,
  datetime2,
  int,
  nvarchar,
  sysname,
  varbinary,
  type SqlType,
  type SqlValue,
} from "../wire/types";
import { dboId, type Database, type DatabaseObject, type ObjectType, type Permission } from "../workspace";
import type { ObjectName } from "./ast";
import type { BoundColumn, Relation } from "./scope";
import type { SessionState } from "./session-state";

type Columns = readonly (readonly [string, SqlType])[];
interface View {
  columns: Columns;
  rows: (session: SessionState) => SqlValue[][];
}

const char = (length: number): SqlType => ({ name: "char", length });
const type60 = nvarchar(60);
const yes = (value: boolean): number => (value ? 1 : 0);

const typeNames: Record<ObjectType, string> = {
  U: "USER_TABLE",
  V: "VIEW",
  P: "SQL_STORED_PROCEDURE",
  FN: "SQL_SCALAR_FUNCTION",
  IF: "SQL_INLINE_TABLE_VALUED_FUNCTION",
};

function visibleObjects({ database, rights }: SessionState, ...types: ObjectType[]): DatabaseObject[] {
  return database.objects.filter(
    (object) => (types.length === 0 || types.includes(object.type)) && rights.sees(object),
  );
}

const objectColumns: Columns = [
  ["name", sysname],
  ["object_id", int],
  ["principal_id", int],
  ["schema_id", int],
  ["parent_object_id", int],
  ["type", char(2)],
  ["type_desc", type60],
  ["create_date", datetime2],
  ["modify_date", datetime2],
  ["is_ms_shipped", bit],
];

function objectRow(object: DatabaseObject): SqlValue[] {
  const { name, id, schemaId, type, created, modified } = object;
  return [name, id, null, schemaId, 0, type.padEnd(2), typeNames[type], created, modified, 0];
}

function objectView(...types: ObjectType[]): View {
  return { columns: objectColumns, rows: (session) => visibleObjects(session, ...types).map(objectRow) };
}

const loginColumns: Columns = [
  ["name", sysname],
  ["principal_id", int],
  ["sid", varbinary(85)],
  ["type", char(1)],
  ["type_desc", type60],
  ["is_disabled", bit],
  ["create_date", datetime2],
  ["modify_date", datetime2],
  ["default_database_name", sysname],
  ["default_language_name", sysname],
];

/** Who may not manage logins sees only its own. */
function loginRows(session: SessionState): SqlValue[][] {
  const { workspace, identity } = session;
  return workspace.logins
    .filter((login) => session.managesLogins || login === identity.login)
    .map(({ name, id, sid, enabled, created, modified }) => [
      name,
      id,
      sid,
      "S",
      "SQL_LOGIN",
      yes(!enabled),
      created,
      modified,
      "master",
      "us_english",
    ]);
}

const principalTypes = { S: "SQL_USER", E: "EXTERNAL_USER", R: "DATABASE_ROLE" } as const;

function principalRows({ database, rights }: SessionState): SqlValue[][] {
  return database.principals
    .filter((principal) => rights.seesPrincipal(principal))
    .map(({ name, id, type, defaultSchema, created, modified, ownerId, sid, builtIn }) => [
      name,
      id,
      type,
      principalTypes[type],
      defaultSchema,
      created,
      modified,
      ownerId,
      sid,
      yes(builtIn && type === "R" && id !== 0),
      type === "E" ? 4 : sid === null ? 0 : 1,
      type === "E" ? "EXTERNAL" : sid === null ? "NONE" : "INSTANCE",
    ]);
}

const classNames = { 0: "DATABASE", 1: "OBJECT_OR_COLUMN", 3: "SCHEMA", 4: "DATABASE_PRINCIPAL" } as const;
const states = { DENY: "D", GRANT: "G", GRANT_WITH_GRANT_OPTION: "W" } as const;

/** The four-letter codes of sys.database_permissions that scripts look for; others get their initials. */
const permissionCodes = new Map([
  ["ALTER", "AL"],
  ["CONNECT", "CO"],
  ["CONTROL", "CL"],
  ["CREATE FUNCTION", "CRFN"],
  ["CREATE PROCEDURE", "CRPR"],
  ["CREATE ROLE", "CRRL"],
  ["CREATE SCHEMA", "CRSM"],
  ["CREATE TABLE", "CRTB"],
  ["CREATE VIEW", "CRVW"],
  ["DELETE", "DL"],
  ["EXECUTE", "EX"],
  ["IMPERSONATE", "IM"],
  ["INSERT", "IN"],
  ["REFERENCES", "RF"],
  ["SELECT", "SL"],
  ["TAKE OWNERSHIP", "TO"],
  ["UPDATE", "UP"],
  ["VIEW DEFINITION", "VW"],
  ["ALTER ANY ROLE", "ALRL"],
  ["ALTER ANY SCHEMA", "ALSM"],
  ["ALTER ANY USER", "ALUS"],
]);

function permissionRows({ database, rights }: SessionState): SqlValue[][] {
  const shown = (entry: Permission): boolean =>
    rights.actsAs(entry.granteeId) || rights.actsAs(entry.grantorId) || rights.onDatabase("VIEW DEFINITION");
  return database.permissions
    .filter(shown)
    .map((entry) => [
      entry.class,
      classNames[entry.class],
      entry.majorId,
      0,
      entry.granteeId,
      entry.grantorId,
      (
        permissionCodes.get(entry.permission) ?? entry.permission.replaceAll(/[^A-Z]/g, "").slice(0, 4)
      ).padEnd(4),
      entry.permission,
      states[entry.state],
      entry.state,
    ]);
}

const schemaName = (database: Database, id: number): string => database.schemaById(id)?.name ?? "";
const ownerName = (database: Database, id: number): string => database.principalById(id)?.name ?? "dbo";

function tableRows(session: SessionState, ...types: ObjectType[]): SqlValue[][] {
  const { database } = session;
  return visibleObjects(session, ...types).map((object) => [
    database.name,
    schemaName(database, object.schemaId),
    object.name,
    object.type === "V" ? "VIEW" : "BASE TABLE",
  ]);
}

function columnRows(session: SessionState): SqlValue[][] {
  return visibleObjects(session, "U").flatMap((object) =>
    object.columns.map(({ name, type, nullable }, index) => [
      object.id,
      name,
      index + 1,
      type.name,
      yes(nullable),
      !("length" in type) ? 0 : type.length === "max" ? -1 : type.length,
    ]),
  );
}

const sys = new Map<string, View>([
  [
    "sql_logins",
    {
      columns: [...loginColumns, ["is_policy_checked", bit], ["is_expiration_checked", bit]],
      rows: (session) => loginRows(session).map((row) => [...row, 1, 0]),
    },
  ],
  ["server_principals", { columns: loginColumns, rows: loginRows }],
  [
    "databases",
    {
      columns: [
        ["name", sysname],
        ["database_id", int],
        ["create_date", datetime2],
        ["collation_name", sysname],
        ["state", { name: "tinyint" }],
        ["state_desc", type60],
        ["user_access_desc", type60],
        ["is_read_only", bit],
      ],
      rows: ({ workspace, database }) =>
        workspace.databases
          .filter((other) => database.isMaster || other.isMaster || other === database)
          .map((other) => [
            other.name,
            other.id,
            other.created,
            "SQL_Latin1_General_CP1_CI_AS",
            0,
            "ONLINE",
            "MULTI_USER",
            0,
          ]),
    },
  ],
  [
    "database_principals",
    {
      columns: [
        ["name", sysname],
        ["principal_id", int],
        ["type", char(1)],
        ["type_desc", type60],
        ["default_schema_name", sysname],
        ["create_date", datetime2],
        ["modify_date", datetime2],
        ["owning_principal_id", int],
        ["sid", varbinary(85)],
        ["is_fixed_role", bit],
        ["authentication_type", int],
        ["authentication_type_desc", type60],
      ],
      rows: principalRows,
    },
  ],
  [
    "database_role_members",
    {
      columns: [
        ["role_principal_id", int],
        ["member_principal_id", int],
      ],
      rows: ({ database, rights }) =>
        [
          { roleId: 16384, memberId: dboId },
          ...database.roleMembers.filter(
            ({ roleId, memberId }) =>
              rights.actsAs(memberId) || rights.actsAs(roleId) || rights.onDatabase("VIEW DEFINITION"),
          ),
        ].map(({ roleId, memberId }) => [roleId, memberId]),
    },
  ],
  [
    "database_permissions",
    {
      columns: [
        ["class", { name: "tinyint" }],
        ["class_desc", type60],
        ["major_id", int],
        ["minor_id", int],
        ["grantee_principal_id", int],
        ["grantor_principal_id", int],
        ["type", char(4)],
        ["permission_name", sysname],
        ["state", char(1)],
        ["state_desc", type60],
      ],
      rows: permissionRows,
    },
  ],
  [
    "schemas",
    {
      columns: [
        ["name", sysname],
        ["schema_id", int],
        ["principal_id", int],
      ],
      rows: ({ database }) => database.schemas.map(({ name, id, ownerId }) => [name, id, ownerId]),
    },
  ],
  ["objects", objectView()],
  ["all_objects", objectView()],
  ["tables", objectView("U")],
  ["views", objectView("V")],
  ["procedures", objectView("P")],
  [
    "columns",
    {
      columns: [
        ["object_id", int],
        ["name", sysname],
        ["column_id", int],
        ["type_name", sysname],
        ["is_nullable", bit],
        ["max_length", { name: "smallint" }],
      ],
      rows: columnRows,
    },
  ],
  [
    "sql_modules",
    {
      columns: [
        ["object_id", int],
        ["definition", nvarchar("max")],
        ["uses_ansi_nulls", bit],
        ["uses_quoted_identifier", bit],
        ["is_schema_bound", bit],
      ],
      rows: (session) =>
        visibleObjects(session, "V", "P", "FN", "IF").map((object) => [
          object.id,
          session.rights.onObject("VIEW DEFINITION", object) ? object.definition : null,
          1,
          1,
          0,
        ]),
    },
  ],
]);

/** Views that dedicated pools have and master has none of. */
const poolOnly = new Map<string, View>([
  [
    "dm_pdw_exec_sessions",
    {
      columns: [
        ["session_id", nvarchar(32)],
        ["status", nvarchar(10)],
        ["request_id", nvarchar(32)],
        ["login_name", sysname],
        ["login_time", datetime2],
        ["is_transactional", bit],
        ["client_id", nvarchar(255)],
        ["app_name", nvarchar(255)],
        ["sql_spid", int],
      ],
      rows: (session) =>
        session.client
          .others()
          .filter((other) => other === session || session.rights.onDatabase("VIEW DATABASE STATE"))
          .map((other) => [
            other.id,
            other === session ? "Active" : "Idle",
            null,
            other.identity.loginName,
            other.since,
            yes(other.transaction !== undefined),
            other.client.hostName,
            other.client.applicationName,
            other.client.spid,
          ]),
    },
  ],
]);

/** Views about logins exist in master alone. */
const masterOnly = new Set([sys.get("sql_logins"), sys.get("server_principals")]);

const informationSchema = new Map<string, View>([
  [
    "schemata",
    {
      columns: [
        ["CATALOG_NAME", sysname],
        ["SCHEMA_NAME", sysname],
        ["SCHEMA_OWNER", sysname],
      ],
      rows: ({ database }) =>
        database.schemas.map(({ name, ownerId }) => [database.name, name, ownerName(database, ownerId)]),
    },
  ],
  [
    "tables",
    {
      columns: [
        ["TABLE_CATALOG", sysname],
        ["TABLE_SCHEMA", sysname],
        ["TABLE_NAME", sysname],
        ["TABLE_TYPE", nvarchar(10)],
      ],
      rows: (session) => tableRows(session, "U", "V"),
    },
  ],
  [
    "views",
    {
      columns: [
        ["TABLE_CATALOG", sysname],
        ["TABLE_SCHEMA", sysname],
        ["TABLE_NAME", sysname],
        ["VIEW_DEFINITION", nvarchar(4000)],
        ["CHECK_OPTION", nvarchar(7)],
        ["IS_UPDATABLE", nvarchar(2)],
      ],
      rows: (session) =>
        visibleObjects(session, "V").map((object) => [
          session.database.name,
          schemaName(session.database, object.schemaId),
          object.name,
          object.definition !== null && object.definition.length <= 4000 ? object.definition : null,
          "NONE",
          "NO",
        ]),
    },
  ],
  [
    "routines",
    {
      columns: [
        ["SPECIFIC_CATALOG", sysname],
        ["SPECIFIC_SCHEMA", sysname],
        ["SPECIFIC_NAME", sysname],
        ["ROUTINE_CATALOG", sysname],
        ["ROUTINE_SCHEMA", sysname],
        ["ROUTINE_NAME", sysname],
        ["ROUTINE_TYPE", nvarchar(20)],
        ["ROUTINE_DEFINITION", nvarchar(4000)],
        ["CREATED", datetime2],
        ["LAST_ALTERED", datetime2],
      ],
      rows: (session) =>
        visibleObjects(session, "P", "FN", "IF").map((object) => {
          const name = [session.database.name, schemaName(session.database, object.schemaId), object.name];
          return [
            ...name,
            ...name,
            object.type === "P" ? "PROCEDURE" : "FUNCTION",
            object.definition?.slice(0, 4000) ?? null,
            object.created,
            object.modified,
          ];
        }),
    },
  ],
]);

const schemas = new Map([
  ["sys", sys],
  ["information_schema", informationSchema],
]);

/** Is the name in one of the system schemas, whether or not there is such a view? */
export function isSystemName(name: ObjectName): boolean {
  return name.schema !== undefined && schemas.has(name.schema.toLowerCase());
}

/** Views of SQL Server of which a dedicated pool says that it has none, where others are only unknown to it. */
const unsupported = new Set([
  "allocation_units",
  "database_service_objectives",
  "dm_db_partition_stats",
  "dm_exec_connections",
  "sequences",
  "sysprocesses",
  "triggers",
]);

export function isUnsupportedView({ schema, name }: ObjectName): boolean {
  return schema?.toLowerCase() === "sys" && unsupported.has(name.toLowerCase());
}

/** The catalog view of that name; undefined when there is none. */
export function catalogView(
  name: ObjectName,
  qualifier: string,
  session: SessionState,
): Relation | undefined {
  const [schema, local] = [name.schema?.toLowerCase() ?? "", name.name.toLowerCase()];
  const ofPool = schema === "sys" && !session.database.isMaster ? poolOnly.get(local) : undefined;
  const view = ofPool ?? schemas.get(schema)?.get(local);
  if (view === undefined || (masterOnly.has(view) && !session.database.isMaster)) return undefined;
  const columns = view.columns.map(([column, type]): BoundColumn => ({
    qualifier,
    name: column,
    type,
    nullable: true,
  }));
  return { columns, rows: view.rows(session) };
}
