/** Statements that define: each kind to its own function. None of them may stand in a transaction. */
import type { Statement } from "./ast";
import {
  alterAuthorization,
  createModule,
  createSchema,
  createTable,
  dropObjects,
  dropSchema,
  transferObject,
} from "./define-objects";
import { changePermissions } from "./define-permissions";
import {
  addRoleMember,
  alterLogin,
  alterUser,
  createLogin,
  createRole,
  createUser,
  dropLogin,
  dropPrincipal,
  dropRoleMember,
  renameRole,
} from "./define-principals";
import { sqlError } from "./errors";
import type { Scope } from "./scope";

export function define(statement: Statement, scope: Scope): void {
  const { session } = scope;
  if (session.transaction !== undefined) {
    throw session.dialect === undefined ? sqlError(226, nameOf(statement)) : sqlError(111212);
  }
  switch (statement.kind) {
    case "create-login":
      createLogin(statement, session);
      return;
    case "alter-login":
      alterLogin(statement, session);
      return;
    case "drop-login":
      dropLogin(statement, session);
      return;
    case "create-user":
      createUser(statement, session);
      return;
    case "alter-user":
      alterUser(statement, session);
      return;
    case "drop-principal":
      dropPrincipal(statement, session);
      return;
    case "create-role":
      createRole(statement, session);
      return;
    case "alter-role":
      if (statement.action === "rename") renameRole(statement.name, statement.member, session);
      else if (statement.action === "add") addRoleMember(statement.name, statement.member, session);
      else dropRoleMember(statement.name, statement.member, session);
      return;
    case "create-schema":
      createSchema(statement, session);
      return;
    case "drop-schema":
      dropSchema(statement, session);
      return;
    case "alter-authorization":
      alterAuthorization(statement, session);
      return;
    case "transfer":
      transferObject(statement, session);
      return;
    case "module":
      createModule(statement, scope);
      return;
    case "create-table":
      createTable(statement, scope);
      return;
    case "drop-object":
      dropObjects(statement, session);
      return;
    case "permission":
      changePermissions(statement, session);
      return;
    default:
      throw new Error(`no definition: ${statement.kind}`);
  }
}

/** The statement's words, as error 226 quotes them. */
function nameOf(statement: Statement): string {
  switch (statement.kind) {
    case "module":
      return `${statement.alter ? "ALTER" : "CREATE"} ${statement.type}`;
    case "drop-object":
      return `DROP ${statement.type}`;
    case "drop-principal":
      return `DROP ${statement.type.toUpperCase()}`;
    case "permission":
      return statement.action;
    case "transfer":
      return "ALTER SCHEMA";
    default:
      return statement.kind.replaceAll("-", " ").toUpperCase();
  }
}
