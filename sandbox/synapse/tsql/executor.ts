/** Runs statements: control flow, variables, errors and how far they reach. */
import type { Column } from "../wire/tokens";
import type { Statement } from "./ast";
import { changeData } from "./change-data";
import { define } from "./define";
import { SqlError, sqlError } from "./errors";
import { evaluate, test } from "./evaluate";
import { parseBatch } from "./parse-statement";
import { callProcedure, callScalarFunction, findScalarFunction } from "./procedures";
import { runQuery } from "./query";
import { raise } from "./raise";
import type { Flow, Runner } from "./runner";
import type { Engine, Relation, Scope } from "./scope";
import { Frame, type Output, type SessionState } from "./session-state";
import { convert } from "./values";

/**
 * What a dedicated pool's parser says of a text it cannot read. The place stands in the words; the message's own line is
 * the batch's first.
 */
function parseError(error: SqlError, text: string): SqlError {
  if (error.near === undefined) return error;
  const { offset, shown } = error.near;
  const lines = text.slice(0, offset).split("\n");
  return sqlError(103010, lines.length, (lines.at(-1)?.length ?? 0) + 1, shown).at(1);
}

/** Ends the batch; what went wrong has been reported. */
export class BatchEnd extends Error {
  constructor(readonly fatal: boolean) {
    super("the batch ended");
  }
}

const goOn: Flow = { kind: "next" };
/** A loop in a test is a mistake long before this. */
const mostIterations = 100_000;
const deepestNesting = 32;

/** Options a session may set; all others are refused. */
const sessionOptions = new Set(
  (
    "ANSI_DEFAULTS ANSI_NULLS ANSI_NULL_DFLT_ON ANSI_PADDING ANSI_WARNINGS ARITHABORT ARITHIGNORE CONCAT_NULL_YIELDS_NULL " +
    "CURSOR_CLOSE_ON_COMMIT DATEFIRST DATEFORMAT DEADLOCK_PRIORITY FMTONLY LANGUAGE LOCK_TIMEOUT " +
    "NOCOUNT NOEXEC NUMERIC_ROUNDABORT QUOTED_IDENTIFIER RESULT_SET_CACHING ROWCOUNT TEXTSIZE XACT_ABORT"
  ).split(" "),
);

export class Executor implements Runner {
  /** How many TRY blocks are open around the statement that runs. */
  private tries = 0;

  constructor(
    readonly session: SessionState,
    readonly output: Output,
  ) {}

  withOutput(output: Output): Runner {
    return new Executor(this.session, output);
  }

  /** Runs a batch; its errors go to the output. Returns whether the connection may live on. */
  runBatch(text: string, parameters: (frame: Frame) => void = () => undefined): boolean {
    const frame = new Frame("batch", "", 0, false);
    try {
      const statements = this.parse(text);
      parameters(frame);
      this.run(statements, this.scope(frame));
      return true;
    } catch (error) {
      return this.endBatch(error);
    }
  }

  /** Runs statements already parsed, as a batch of their own. */
  runSome(statements: readonly Statement[]): void {
    this.run(statements, this.scope(new Frame("batch", "", 0, false)));
  }

  /** Reports what ended a batch; returns whether the connection may live on. */
  endBatch(error: unknown): boolean {
    if (error instanceof SqlError) {
      this.report(error.at(1));
      return !error.fatal;
    }
    if (error instanceof BatchEnd) return !error.fatal;
    // Text nested so deeply that this process's stack ends.
    if (error instanceof RangeError) {
      this.report(sqlError(191).at(1));
      return true;
    }
    throw error;
  }

  parse(text: string): Statement[] {
    const { quotedIdentifier, dialect } = this.session;
    try {
      return parseBatch(text, { quotedIdentifier, dialect });
    } catch (error) {
      throw dialect !== undefined && error instanceof SqlError ? parseError(error, text) : error;
    }
  }

  scope(frame: Frame): Scope {
    return { session: this.session, frame, engine: this };
  }

  run(statements: readonly Statement[], scope: Scope): Flow {
    for (const statement of statements) {
      const flow = this.runStatement(statement, scope);
      if (flow.kind !== "next") return flow;
    }
    return goOn;
  }

  runStatement(statement: Statement, scope: Scope): Flow {
    try {
      return this.execute(statement, scope);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      error.at(statement.line);
      if (error.procedureName === "") error.procedureName = scope.frame.procedureName;
      this.session.doomTransaction();
      if (this.tries > 0 && !error.fatal) throw error;
      this.report(error);
      if (error.reach === "batch" || error.fatal || this.session.abortOnError) {
        if (this.session.abortOnError) this.session.abandonTransaction();
        throw new BatchEnd(error.fatal);
      }
      return goOn;
    }
  }

  report(error: SqlError): void {
    this.session.lastError = error.number;
    this.output.error(error);
    if (error.following !== undefined) this.output.error(error.following);
    this.output.done({ failed: true });
  }

  private execute(statement: Statement, scope: Scope): Flow {
    const { session, output } = this;
    const { frame } = scope;
    switch (statement.kind) {
      case "block":
        return this.run(statement.statements, scope);
      case "if":
        if (test(statement.condition, scope) === true) return this.runStatement(statement.then, scope);
        return statement.otherwise === undefined ? goOn : this.runStatement(statement.otherwise, scope);
      case "while":
        return this.loop(statement, scope);
      case "try":
        return this.try(statement, scope);
      case "break":
      case "continue":
        return { kind: statement.kind };
      case "return":
        if (statement.value !== undefined && frame.kind === "batch") throw sqlError(178);
        return {
          kind: "return",
          value: statement.value === undefined ? null : evaluate(statement.value, scope),
        };
      case "declare":
        for (const { name, type, initial } of statement.variables) {
          frame.declare(name, type, initial === undefined ? null : convert(evaluate(initial, scope), type));
        }
        return goOn;
      case "set-variable": {
        const variable = frame.variable(statement.name);
        variable.value = convert(evaluate(statement.value, scope), variable.type);
        return goOn;
      }
      case "throw":
      case "raiserror":
        raise(statement, scope, output);
        return goOn;
      case "execute":
        callProcedure(statement, scope, this);
        return goOn;
      case "execute-text":
        this.runText(String(evaluate(statement.text, scope) ?? ""), scope);
        return goOn;
      default:
        this.simple(statement, scope);
        session.lastError = 0;
        return goOn;
    }
  }

  /** Statements without an effect on what runs next. */
  private simple(statement: Statement, scope: Scope): void {
    const { session, output } = this;
    if (session.implicitTransactions && session.transaction === undefined && isWork(statement))
      session.begin();
    switch (statement.kind) {
      case "print": {
        const text = convert(evaluate(statement.value, scope), { name: "nvarchar", length: 4000 });
        const { procedureName } = scope.frame;
        output.info({
          number: 0,
          severity: 0,
          state: 1,
          text: String(text ?? " "),
          line: statement.line,
          procedureName,
        });
        return;
      }
      case "set-option":
        this.setOption(statement.options, statement.value);
        return;
      case "use":
        if (session.database.name.toLowerCase() !== statement.database.toLowerCase()) throw sqlError(40508);
        return;
      case "transaction":
        session[statement.action]();
        return;
      case "select":
        session.requireSoundTransaction();
        this.select(statement.query, scope);
        return;
      case "insert":
      case "update":
      case "delete":
      case "truncate":
        session.requireSoundTransaction();
        session.rowCount = changeData(statement, scope, this);
        output.done(
          statement.kind === "truncate" ? {} : { count: session.rowCount, command: statement.kind },
        );
        return;
      default:
        session.requireSoundTransaction();
        define(statement, scope);
        output.done({});
    }
  }

  private loop(statement: Extract<Statement, { kind: "while" }>, scope: Scope): Flow {
    for (let count = 0; test(statement.condition, scope) === true; count += 1) {
      if (count > mostIterations) throw sqlError(217);
      const flow = this.runStatement(statement.body, scope);
      if (flow.kind === "return") return flow;
      if (flow.kind === "break") break;
    }
    return goOn;
  }

  private try(statement: Extract<Statement, { kind: "try" }>, scope: Scope): Flow {
    const { frame } = scope;
    this.tries += 1;
    let caught: SqlError;
    try {
      return this.run(statement.body, scope);
    } catch (error) {
      if (!(error instanceof SqlError) || error.fatal) throw error;
      caught = error;
    } finally {
      this.tries -= 1;
    }
    const before = frame.caught;
    frame.caught = caught;
    this.session.lastError = caught.number;
    try {
      return this.run(statement.handler, scope);
    } finally {
      frame.caught = before;
    }
  }

  private setOption(options: readonly string[], value: string): void {
    const on = value === "ON";
    for (const option of options) {
      if (option === "NOCOUNT") this.session.noCount = on;
      else if (option === "XACT_ABORT") this.session.abortOnError = on;
      else if (option === "QUOTED_IDENTIFIER") this.session.quotedIdentifier = on;
      else if (option === "IMPLICIT_TRANSACTIONS") this.session.implicitTransactions = on;
      else if (option === "AUTOCOMMIT") this.session.implicitTransactions = !on;
      else if (!sessionOptions.has(option) && option !== "TRANSACTION ISOLATION LEVEL")
        throw sqlError(40517, option);
    }
  }

  private select(query: Extract<Statement, { kind: "select" }>["query"], scope: Scope): void {
    const assigned = query.first.items.filter((item) => item.kind === "assign");
    const { columns, rows } = runQuery(query, scope);
    this.session.rowCount = rows.length;
    if (assigned.length > 0) {
      const last = rows.at(-1);
      query.first.items.forEach((item, index) => {
        if (item.kind !== "assign") throw sqlError(102, "=");
        const variable = scope.frame.variable(item.variable);
        if (last !== undefined) variable.value = convert(last[index] ?? null, variable.type);
      });
      return;
    }
    this.send({ columns, rows });
    this.output.done({ count: rows.length, command: "select" });
  }

  send({ columns, rows }: Relation): void {
    const described: Column[] = columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
    this.output.columns(described);
    for (const row of rows) this.output.row(described, row);
  }

  runText(text: string, scope: Scope, parameters: (frame: Frame) => void = () => undefined): Frame {
    if (scope.frame.depth >= deepestNesting) throw sqlError(217);
    const frame = new Frame("batch", "", scope.frame.depth + 1, false);
    const statements = this.parse(text);
    parameters(frame);
    this.output.enter();
    try {
      this.run(statements, this.scope(frame));
    } finally {
      this.output.leave(undefined);
    }
    return frame;
  }

  query: Engine["query"] = (query, scope) => runQuery(query, scope);

  userFunctionType: Engine["userFunctionType"] = (schema, name) => {
    const found = findScalarFunction({ schema, name }, this.session);
    return found?.module.returns;
  };

  callUserFunction: Engine["callUserFunction"] = (schema, name, values, scope) =>
    callScalarFunction({ schema, name }, values, scope, this);
}

/** Reads or changes something: other statements, and a SELECT without a table, need no transaction. */
const isWork = (statement: Statement): boolean =>
  statement.kind === "select"
    ? statement.query.first.from !== undefined
    : !["print", "set-option", "use", "transaction"].includes(statement.kind);
