/** What the parser hands to the executor. */
import type { SqlType, SqlValue } from "../wire/types";

/** One to four parts; only schema and name may be given to this server. */
export interface ObjectName {
  schema: string | undefined;
  name: string;
}

export type Expression =
  | { kind: "literal"; value: SqlValue; type: SqlType }
  | { kind: "variable"; name: string }
  | { kind: "column"; qualifier: string | undefined; name: string; text: string }
  | {
      kind: "call";
      name: string;
      schema: string | undefined;
      arguments: Expression[];
      star: boolean;
      distinct: boolean;
    }
  | {
      kind: "case";
      operand: Expression | undefined;
      branches: { when: Expression; then: Expression }[];
      otherwise: Expression | undefined;
    }
  | { kind: "convert"; operand: Expression; type: SqlType; tolerant: boolean }
  | { kind: "subquery"; query: Query }
  | { kind: "negate"; operand: Expression }
  | {
      kind: "arithmetic";
      operator: "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^";
      left: Expression;
      right: Expression;
    }
  | Predicate;

/** What can be true, false or unknown. */
export type Predicate =
  | { kind: "compare"; operator: "=" | "<>" | "<" | ">" | "<=" | ">="; left: Expression; right: Expression }
  | { kind: "and" | "or"; left: Expression; right: Expression }
  | { kind: "not"; operand: Expression }
  | { kind: "is-null"; operand: Expression; negated: boolean }
  | {
      kind: "like";
      operand: Expression;
      pattern: Expression;
      escape: Expression | undefined;
      negated: boolean;
    }
  | { kind: "in"; operand: Expression; list: Expression[] | Query; negated: boolean }
  | { kind: "between"; operand: Expression; low: Expression; high: Expression; negated: boolean }
  | { kind: "exists"; query: Query };

const predicates = new Set(["compare", "and", "or", "not", "is-null", "like", "in", "between", "exists"]);

export function isPredicate(expression: Expression): expression is Predicate {
  return predicates.has(expression.kind);
}

export type SelectItem =
  | { kind: "star"; qualifier: string | undefined }
  | { kind: "expression"; expression: Expression; alias: string | undefined }
  | { kind: "assign"; variable: string; expression: Expression };

export type Source =
  | { kind: "object"; name: ObjectName; alias: string | undefined; line: number }
  | { kind: "function"; name: ObjectName; arguments: Expression[]; alias: string | undefined; line: number }
  | { kind: "query"; query: Query; alias: string; columns: string[] }
  | { kind: "values"; rows: Expression[][]; alias: string; columns: string[] }
  | {
      kind: "join";
      type: "inner" | "left" | "right" | "cross";
      left: Source;
      right: Source;
      on: Expression | undefined;
    };

export interface Select {
  distinct: boolean;
  top: Expression | undefined;
  items: SelectItem[];
  from: Source | undefined;
  where: Expression | undefined;
  groupBy: Expression[];
  having: Expression | undefined;
}

export interface Query {
  line: number;
  with: { name: string; columns: string[]; query: Query }[];
  first: Select;
  unions: { all: boolean; select: Select }[];
  orderBy: { expression: Expression; descending: boolean }[];
}

export interface Parameter {
  name: string;
  type: SqlType;
  initial: Expression | undefined;
  output: boolean;
}

export interface ColumnDefinition {
  name: string;
  type: SqlType;
  nullable: boolean;
  initial: Expression | undefined;
}

export type ModuleType = "PROCEDURE" | "FUNCTION" | "VIEW";

/** The permissions' target: the database itself, a schema, an object; others are taken but not looked up. */
export type Securable =
  | { kind: "database"; name: string | undefined }
  | { kind: "schema"; name: string }
  | { kind: "object"; name: ObjectName }
  | { kind: "principal"; type: "user" | "role" | "login"; name: string };

export interface Argument {
  name: string | undefined;
  value: Expression | "default";
  output: boolean;
}

export type StatementBody =
  | { kind: "block"; statements: Statement[] }
  | { kind: "if"; condition: Expression; then: Statement; otherwise: Statement | undefined }
  | { kind: "while"; condition: Expression; body: Statement }
  | { kind: "break" | "continue" }
  | { kind: "return"; value: Expression | undefined }
  | { kind: "return-query"; query: Query }
  | { kind: "declare"; variables: Parameter[] }
  | { kind: "set-variable"; name: string; value: Expression }
  | { kind: "set-option"; options: string[]; value: string }
  | { kind: "print"; value: Expression }
  | {
      kind: "raiserror";
      message: Expression;
      severity: Expression;
      state: Expression;
      arguments: Expression[];
    }
  | { kind: "throw"; error: { number: Expression; message: Expression; state: Expression } | undefined }
  | { kind: "try"; body: Statement[]; handler: Statement[] }
  | { kind: "transaction"; action: "begin" | "commit" | "rollback" }
  | { kind: "use"; database: string }
  | { kind: "select"; query: Query }
  | {
      kind: "insert";
      table: ObjectName;
      columns: string[];
      rows: Expression[][] | Query | { execute: Statement } | "defaults";
    }
  | { kind: "delete"; table: ObjectName; where: Expression | undefined }
  | {
      kind: "update";
      table: ObjectName;
      assignments: { column: string; value: Expression }[];
      where: Expression | undefined;
    }
  | { kind: "truncate"; table: ObjectName }
  | { kind: "execute"; procedure: ObjectName; arguments: Argument[]; result: string | undefined }
  | { kind: "execute-text"; text: Expression }
  | { kind: "create-login"; name: string; password: string }
  | { kind: "alter-login"; name: string; password: string | undefined; enabled: boolean | undefined }
  | { kind: "drop-login"; name: string }
  | {
      kind: "create-user";
      name: string;
      from: { login: string } | "external" | "without-login" | "same-name";
      defaultSchema: string | undefined;
    }
  | {
      kind: "alter-user";
      name: string;
      defaultSchema: string | undefined;
      login: string | undefined;
      newName: string | undefined;
    }
  | { kind: "drop-principal"; type: "user" | "role"; name: string; ifExists: boolean }
  | { kind: "create-role"; name: string; owner: string | undefined }
  | { kind: "alter-role"; name: string; action: "add" | "drop" | "rename"; member: string }
  | { kind: "create-schema"; name: string | undefined; owner: string | undefined }
  | { kind: "drop-schema"; name: string; ifExists: boolean }
  | { kind: "alter-authorization"; schema: string; owner: string }
  | { kind: "transfer"; schema: string; object: ObjectName }
  | {
      kind: "module";
      type: ModuleType;
      alter: boolean;
      name: ObjectName;
      module: ModuleBody;
      definition: string;
    }
  | { kind: "drop-object"; type: ModuleType | "TABLE"; names: ObjectName[]; ifExists: boolean }
  | { kind: "create-table"; name: ObjectName; columns: ColumnDefinition[]; source: Query | undefined }
  | {
      kind: "permission";
      action: "GRANT" | "DENY" | "REVOKE";
      permissions: string[];
      on: Securable;
      principals: string[];
      grantOption: boolean;
    };

export type Statement = StatementBody & { line: number };

export type ModuleBody =
  | { kind: "procedure"; parameters: Parameter[]; statements: Statement[] }
  | { kind: "scalar-function"; parameters: Parameter[]; returns: SqlType; statements: Statement[] }
  | { kind: "table-function"; parameters: Parameter[]; query: Query }
  | { kind: "view"; columns: string[]; query: Query };
