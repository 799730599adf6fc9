/** Procedures called by RPC rather than by a batch. */
import { Frame } from "./tsql/session-state";
import { sqlError } from "./tsql/errors";
import type { Executor } from "./tsql/executor";
import { parseName } from "./tsql/metadata-functions";
import { call, parseParameters, type GivenArgument } from "./tsql/procedures";
import { convert, textOf } from "./tsql/values";
import type { SqlValue } from "./wire/types";
import type { Reply } from "./reply";
import type { RpcCall, RpcParameter } from "./wire/rpc";

/** Statements that a client prepared, by handle. */
export type Prepared = Map<number, { text: string; parameters: string }>;

/** The T-SQL text that a call carries; undefined where it only names a procedure. */
export function textOfCall({ procedure, parameters }: RpcCall): string | undefined {
  if (procedure.toLowerCase() === "sp_executesql") return textAt(parameters, 0);
  return procedure.toLowerCase() === "sp_prepare" ? textAt(parameters, 2) : undefined;
}

function textAt(parameters: readonly RpcParameter[], index: number): string {
  const value = parameters[index]?.value ?? null;
  return value === null ? "" : textOf(value);
}

/** @returns whether the connection may live on. */
export function runCall(rpc: RpcCall, executor: Executor, reply: Reply, prepared: Prepared): boolean {
  const outputs: { parameter: RpcParameter; value: SqlValue }[] = [];
  const given = (parameter: RpcParameter): GivenArgument => ({
    name: parameter.name === "" ? undefined : parameter.name,
    value: parameter.value,
    type: parameter.type,
    assign: parameter.output ? (value) => outputs.push({ parameter, value }) : undefined,
  });

  const scope = executor.scope(new Frame("batch", "", 0, false));
  const run = RUNNERS.get(rpc.procedure.toLowerCase());
  let alive = true;
  try {
    if (run !== undefined) {
      reply.enter();
      try {
        run({ rpc, executor, prepared, given, scope, outputs });
      } finally {
        reply.leave(0);
      }
    } else {
      const name = parseName(rpc.procedure);
      if (name === null) throw sqlError(2812, rpc.procedure);
      call(name, rpc.parameters.map(given), scope, executor);
    }
  } catch (error) {
    alive = executor.endBatch(error);
  }
  for (const { parameter, value } of outputs) {
    reply.returnValue(parameter.name, parameter.type, convert(value, parameter.type));
  }
  return alive;
}

interface Run {
  rpc: RpcCall;
  executor: Executor;
  prepared: Prepared;
  given: (parameter: RpcParameter) => GivenArgument;
  scope: ReturnType<Executor["scope"]>;
  outputs: { parameter: RpcParameter; value: SqlValue }[];
}

const RUNNERS = new Map<string, (run: Run) => void>([
  [
    "sp_executesql",
    ({ rpc, executor, given, scope }) => {
      call({ schema: "sys", name: "sp_executesql" }, rpc.parameters.map(given), scope, executor);
    },
  ],
  [
    "sp_prepare",
    ({ rpc, executor, prepared, outputs }) => {
      const text = textAt(rpc.parameters, 2);
      parseParameters(textAt(rpc.parameters, 1));
      executor.parse(text);
      const handle = prepared.size + 1;
      prepared.set(handle, { text, parameters: textAt(rpc.parameters, 1) });
      const [parameter] = rpc.parameters;
      if (parameter !== undefined) outputs.push({ parameter, value: handle });
    },
  ],
  [
    "sp_execute",
    ({ rpc, executor, prepared, given, scope }) => {
      const [handle, ...values] = rpc.parameters;
      const statement = prepared.get(Number(handle?.value ?? 0));
      if (statement === undefined) throw sqlError(8179, Number(handle?.value ?? 0));
      const text = (value: string): GivenArgument => ({
        name: undefined,
        value,
        type: { name: "nvarchar", length: "max" },
        assign: undefined,
      });
      call(
        { schema: "sys", name: "sp_executesql" },
        [text(statement.text), text(statement.parameters), ...values.map(given)],
        scope,
        executor,
      );
    },
  ],
  [
    "sp_unprepare",
    ({ rpc, prepared }) => {
      prepared.delete(Number(rpc.parameters[0]?.value ?? 0));
    },
  ],
  ...[
    "sp_cursor",
    "sp_cursoropen",
    "sp_cursorprepare",
    "sp_cursorexecute",
    "sp_cursorprepexec",
    "sp_cursorfetch",
    "sp_cursorclose",
    "sp_prepexec",
    "sp_prepexecrpc",
  ].map((name): [string, (run: Run) => void] => [
    name,
    () => {
      throw sqlError(40510, name);
    },
  ]),
]);
