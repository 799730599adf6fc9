/** Procedures called by RPC rather than by a batch. */
import { sqlError } from "./tsql/errors";
import type { Executor } from "./tsql/executor";
import { parseName } from "./tsql/metadata-functions";
import type { GivenArgument } from "./tsql/prepared";
import { call, systemProcedure } from "./tsql/procedures";
import { Frame } from "./tsql/session-state";
import { convert, textOf } from "./tsql/values";
import type { SqlValue } from "./wire/types";
import type { Reply } from "./reply";
import type { RpcCall, RpcParameter } from "./wire/rpc";

/** Which parameter of a procedure carries T-SQL text. */
const texts = new Map([
  ["sp_executesql", 0],
  ["sp_prepare", 2],
  ["sp_prepexec", 2],
]);

/** The T-SQL text that a call carries; undefined where it only names a procedure. */
export function textOfCall({ procedure, parameters }: RpcCall): string | undefined {
  const index = texts.get(procedure.toLowerCase());
  if (index === undefined) return undefined;
  const value = parameters[index]?.value ?? null;
  return value === null ? "" : textOf(value);
}

/** Gives whether the connection may live on. */
export function runCall(rpc: RpcCall, executor: Executor, reply: Reply): boolean {
  const outputs: { parameter: RpcParameter; value: SqlValue }[] = [];
  const given = rpc.parameters.map((parameter): GivenArgument => ({
    name: parameter.name === "" ? undefined : parameter.name,
    value: parameter.value,
    type: parameter.type,
    assign: parameter.output ? (value) => outputs.push({ parameter, value }) : undefined,
  }));
  const alive = run(rpc.procedure, given, executor, reply);
  for (const { parameter, value } of outputs) {
    const ordinal = rpc.parameters.indexOf(parameter);
    reply.returnValue(ordinal, parameter.name, parameter.type, convert(value, parameter.type));
  }
  return alive;
}

function run(procedure: string, given: GivenArgument[], executor: Executor, reply: Reply): boolean {
  const name = parseName(procedure);
  const body = (): void => {
    if (cursors.has(procedure.toLowerCase())) throw sqlError(40510, procedure);
    if (name === null) throw sqlError(2812, procedure);
    call(name, given, executor.scope(new Frame("batch", "", 0, false)), executor);
  };
  // A procedure of the user's begins and ends by itself.
  if (name === null || systemProcedure(name) === undefined) return attempt(body, executor);
  reply.enter();
  const alive = attempt(body, executor);
  reply.leave(executor.session.lastError);
  return alive;
}

function attempt(body: () => void, executor: Executor): boolean {
  executor.session.lastError = 0;
  try {
    body();
    return true;
  } catch (error) {
    return executor.endBatch(error);
  }
}

/** A dedicated pool has no cursors. */
const cursors = new Set([
  "sp_cursor",
  "sp_cursoropen",
  "sp_cursorprepare",
  "sp_cursorexecute",
  "sp_cursorprepexec",
  "sp_cursorunprepare",
  "sp_cursorfetch",
  "sp_cursoroption",
  "sp_cursorclose",
  "sp_prepexecrpc",
]);
