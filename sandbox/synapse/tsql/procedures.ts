/** Calling procedures and functions: the user's own, and the system's. */
import { int, type SqlValue } from "../wire/types";
import type { DatabaseObject } from "../workspace";
import type { Argument, ModuleBody, ObjectName, Parameter, Statement } from "./ast";
import { addRoleMember, dropRoleMember } from "./define-principals";
import { sqlError } from "./errors";
import { evaluate, typeOf } from "./evaluate";
import { textProcedures, textArgument, type GivenArgument, type SystemProcedure } from "./prepared";
import type { Runner } from "./runner";
import type { Scope } from "./scope";
import { Frame, type SessionState } from "./session-state";
import { convert } from "./values";

const deepestNesting = 32;

export function callProcedure(
  statement: Extract<Statement, { kind: "execute" }>,
  scope: Scope,
  runner: Runner,
): void {
  const values = statement.arguments.map((argument) => givenArgument(argument, scope));
  const status = call(statement.procedure, values, scope, runner);
  if (statement.result !== undefined) scope.frame.variable(statement.result).value = status;
}

function givenArgument({ name, value, output }: Argument, scope: Scope): GivenArgument {
  if (value === "default") return { name, value: undefined, type: int, assign: undefined };
  let assign: GivenArgument["assign"];
  if (output && value.kind === "variable") {
    const variable = scope.frame.variable(value.name);
    assign = (result) => {
      variable.value = convert(result, variable.type);
    };
  }
  return { name, value: evaluate(value, scope), type: typeOf(value, scope), assign };
}

/** The system's own procedure of that name, if it is one. */
export function systemProcedure({ schema, name }: ObjectName): SystemProcedure | undefined {
  return ["sys", "dbo", undefined].includes(schema?.toLowerCase())
    ? systemProcedures.get(name.toLowerCase())
    : undefined;
}

/** Gives the procedure's return status. */
export function call(name: ObjectName, values: GivenArgument[], scope: Scope, runner: Runner): number {
  const { session, frame } = scope;
  const system = systemProcedure(name);
  if (system !== undefined) return system(values, scope, runner);
  const object = session.findObject(name);
  if (object?.module?.kind !== "procedure") {
    throw sqlError(2812, name.schema === undefined ? name.name : `${name.schema}.${name.name}`);
  }
  requireExecute(object, scope);
  if (frame.depth >= deepestNesting) throw sqlError(217);

  const inside = new Frame("procedure", object.name, frame.depth + 1, true);
  const { parameters, statements } = object.module;
  const bound = bindParameters(object, parameters, values);
  for (const { parameter, value } of bound)
    inside.declare(
      parameter.name,
      parameter.type,
      value === undefined ? defaultOf(object, parameter, scope) : convert(value, parameter.type),
    );

  runner.output.enter();
  let status = 0;
  try {
    const flow = runner.run(statements, runner.scope(inside));
    if (flow.kind === "return" && flow.value !== null) status = Number(flow.value);
  } finally {
    runner.output.leave(status);
  }
  for (const { parameter, given } of bound)
    if (parameter.output) given?.assign?.(inside.variable(parameter.name).value);
  return status;
}

function requireExecute(object: DatabaseObject, { session, frame }: Scope): void {
  if (frame.ownerRights || session.rights.onObject("EXECUTE", object)) return;
  throw sqlError(
    229,
    "EXECUTE",
    object.name,
    session.database.name,
    session.database.schemaById(object.schemaId)?.name ?? "",
  );
}

interface Bound {
  parameter: Parameter;
  given: GivenArgument | undefined;
  value: SqlValue | undefined;
}

function bindParameters(
  object: DatabaseObject,
  parameters: readonly Parameter[],
  values: readonly GivenArgument[],
): Bound[] {
  if (values.length > parameters.length) throw sqlError(8144, object.name);
  for (const { name } of values) {
    if (
      name !== undefined &&
      !parameters.some((parameter) => parameter.name.toLowerCase() === name.toLowerCase())
    ) {
      throw sqlError(8145, name, object.name);
    }
  }
  return parameters.map((parameter, index) => {
    const positional = values[index]?.name === undefined ? values[index] : undefined;
    const given =
      values.find(({ name }) => name?.toLowerCase() === parameter.name.toLowerCase()) ?? positional;
    return {
      parameter,
      given,
      value: given?.value,
    };
  });
}

function defaultOf(object: DatabaseObject, parameter: Parameter, scope: Scope): SqlValue {
  if (parameter.initial === undefined) throw sqlError(201, object.name, parameter.name);
  return convert(evaluate(parameter.initial, scope), parameter.type);
}

/** sp_addrolemember and sp_droprolemember: ALTER ROLE with a member that is looked up first. */
function roleProcedure(
  procedure: string,
  change: (role: string, member: string, session: SessionState) => void,
): [string, SystemProcedure] {
  return [
    procedure,
    (values, { session }) => {
      const role = textArgument(procedure, values, 0, "@rolename");
      const member = textArgument(procedure, values, 1, "@membername");
      if (session.transaction !== undefined) throw sqlError(15002, procedure);
      if (session.database.principal(member) === undefined) throw sqlError(15410, member);
      change(role, member, session);
      return 0;
    },
  ];
}

const systemProcedures = new Map<string, SystemProcedure>([
  ...textProcedures,
  roleProcedure("sp_addrolemember", addRoleMember),
  roleProcedure("sp_droprolemember", dropRoleMember),
  ["sp_set_session_context", setSessionContext],
]);

function setSessionContext(values: GivenArgument[], { session }: Scope): number {
  const key = textArgument("sp_set_session_context", values, 0, "@key");
  const given = values.find((value) => value.name?.toLowerCase() === "@value") ?? values[1];
  session.context.set(key.toLowerCase(), given?.value ?? null);
  return 0;
}

type ScalarFunction = DatabaseObject & { module: Extract<ModuleBody, { kind: "scalar-function" }> };

/** Scalar functions are always called with their schema. */
export function findScalarFunction(name: ObjectName, session: SessionState): ScalarFunction | undefined {
  if (name.schema === undefined) return undefined;
  const object = session.findObject(name);
  return object?.module?.kind === "scalar-function" ? (object as ScalarFunction) : undefined;
}

export function callScalarFunction(
  name: ObjectName,
  values: SqlValue[],
  scope: Scope,
  runner: Runner,
): SqlValue {
  const object = findScalarFunction(name, scope.session);
  if (object === undefined) throw sqlError(4121, name.schema ?? "", `${name.schema ?? ""}.${name.name}`);
  requireExecute(object, scope);
  if (scope.frame.depth >= deepestNesting) throw sqlError(217);
  const { parameters, returns, statements } = object.module;
  if (values.length > parameters.length) throw sqlError(8144, object.name);
  const inside = new Frame("function", object.name, scope.frame.depth + 1, true);
  parameters.forEach((parameter, index) => {
    const value = values[index];
    if (value === undefined) throw sqlError(201, object.name, parameter.name);
    inside.declare(parameter.name, parameter.type, convert(value, parameter.type));
  });
  const flow = runner.run(statements, runner.scope(inside));
  return flow.kind === "return" ? convert(flow.value, returns) : null;
}
