/** Requests of a session that has logged in: batches, calls, transactions, attention. */
import type { Endpoint } from "./endpoint";
import type { BatchEffect, Ending } from "./faults";
import { leadingKeywords, maskedHash, type SynapseJournalEntry } from "./journal";
import type { LoggedIn } from "./login";
import { Reply } from "./reply";
import { runCall, textOfCall } from "./rpc-call";
import { SqlError } from "./tsql/errors";
import { BatchEnd, Executor } from "./tsql/executor";
import { malformedAnswer } from "./wire/malformed";
import { PacketStatus, PacketType, packMessage, type Message } from "./wire/packets";
import { parseRpc, withoutHeaders } from "./wire/rpc";
import { DoneStatus, encodeBytesChange, encodeDone, EnvironmentChange } from "./wire/tokens";

/** What a session's requests may do to its connection. */
export interface Connection {
  write: (bytes: Buffer) => void;
  /** Ends the connection when what is written has been sent. */
  end: (how: Ending) => void;
}

interface Stalled {
  reply: Reply;
  entry: Omit<SynapseJournalEntry, "seq" | "errors">;
}

const TransactionRequest = { Begin: 5, Commit: 7, Rollback: 8 } as const;

export class Requests {
  private batches = 0;
  private transactions = 0n;
  /** A request that waits to be given up, and those behind it. */
  private stalled: Stalled | undefined;
  private waiting: Message[] = [];

  constructor(
    private readonly session: LoggedIn,
    private readonly endpoint: Endpoint,
    private readonly connection: Connection,
  ) {}

  /**
   * Requests run in the next turn of the event loop, so that connections that were closed before they were sent count as
   * closed: DROP LOGIN refuses a login that still has one.
   */
  take(message: Message): void {
    if (message.type === PacketType.Attention) {
      this.runWaiting();
      this.attention();
      return;
    }
    this.waiting.push(message);
    setImmediate(() => {
      this.runWaiting();
    });
  }

  /** The connection is gone. What was received whole is still carried out. */
  abandon(): void {
    this.runWaiting();
    const stalled = this.unstall();
    this.waiting = [];
    if (stalled !== undefined) this.journal(stalled.entry, stalled.reply);
  }

  private runWaiting(): void {
    while (this.stalled === undefined && this.waiting.length > 0) {
      if (!this.endpoint.limits.admits(this.session.state.database, this.resume)) return;
      const message = this.waiting.shift();
      if (message === undefined) return;
      try {
        this.run(message);
      } catch {
        // A request that cannot be read gets no answer, as from a real server.
        this.waiting = [];
        this.connection.end("reset");
      }
    }
  }

  private readonly resume = (): void => {
    this.runWaiting();
  };

  private unstall(): Stalled | undefined {
    const stalled = this.stalled;
    this.stalled = undefined;
    if (stalled !== undefined) this.endpoint.limits.release(this.session.state.database);
    return stalled;
  }

  private attention(): void {
    const stalled = this.unstall();
    if (stalled !== undefined) {
      stalled.reply.endCancelled();
      this.journal(stalled.entry, stalled.reply);
    } else if (this.waiting.shift() !== undefined) {
      // It stood in the pool's queue and never ran.
      new Reply(this.connection.write, this.session.packetSize, "", () => true).endCancelled();
    }
    this.endpoint.journal.add({ ...this.session.journal, kind: "attention", errors: [] });
    // The acknowledgement is a message of its own, behind that of the request.
    this.connection.write(packMessage(PacketType.Reply, encodeDone("batch", DoneStatus.Attention, 0, 0)));
    this.runWaiting();
  }

  private run(message: Message): void {
    const { state, packetSize } = this.session;
    const reply = new Reply(this.connection.write, packetSize, state.workspace.name, () => !state.noCount);
    if ((message.status & PacketStatus.Ignore) !== 0) {
      reply.end();
      return;
    }
    const reset = (message.status & PacketStatus.ResetConnection) !== 0;
    if (reset) {
      state.reset();
      reply.token(encodeBytesChange(EnvironmentChange.ResetAcknowledged, Buffer.alloc(0), Buffer.alloc(0)));
    }
    switch (message.type) {
      case PacketType.SqlBatch:
        this.batch(withoutHeaders(message.payload).toString("utf16le"), reset, reply);
        return;
      case PacketType.Rpc:
        this.rpc(message.payload, reply);
        return;
      case PacketType.TransactionManager:
        this.transaction(withoutHeaders(message.payload), reply);
        return;
      default:
        throw new Error(`packet type ${message.type} is no request`);
    }
  }

  private batch(text: string, reset: boolean, reply: Reply): void {
    const { state } = this.session;
    const executor = new Executor(state, reply);
    if (setsOptionsOnly(executor, text)) {
      executor.runBatch(text);
      reply.end();
      return;
    }
    this.batches += 1;
    const statement = leadingKeywords(text);
    const entry = {
      ...this.session.journal,
      kind: "batch",
      statement,
      batch: this.batches,
      ...(reset ? { reset } : {}),
      hash: maskedHash(text),
    } as const;
    const effect = this.endpoint.faults.atBatch(state.workspace.host, state.database.name, statement);
    if (effect === undefined) {
      this.finish(executor.runBatch(text), reply, entry);
      return;
    }
    this.suffer(effect, text, executor, reply, entry);
  }

  private suffer(
    effect: BatchEffect,
    text: string,
    executor: Executor,
    reply: Reply,
    entry: Omit<SynapseJournalEntry, "seq" | "errors">,
  ): void {
    switch (effect.kind) {
      case "error":
        executor.report(effect.error.at(1));
        this.finish(!effect.error.fatal, reply, entry);
        return;
      case "stall":
        reply.info({
          number: 0,
          severity: 0,
          state: 1,
          text: "Waiting for the pool's resources.",
          line: 1,
          procedureName: "",
        });
        this.stalled = { reply, entry };
        this.endpoint.limits.hold(this.session.state.database);
        return;
      case "kill":
        if (effect.error.severity > 10) reply.error(effect.error.at(1));
        else reply.info(infoOf(effect.error));
        reply.done({ failed: true });
        this.finish(false, reply, entry);
        return;
      case "malformed":
        this.journal(entry, reply);
        this.connection.write(malformedAnswer(effect.how));
        if (effect.how === "half-message") this.connection.end("fin");
        return;
      case "end":
        this.loseConnection(effect, text, executor, reply, entry);
    }
  }

  private loseConnection(
    { when, how }: Extract<BatchEffect, { kind: "end" }>,
    text: string,
    executor: Executor,
    reply: Reply,
    entry: Omit<SynapseJournalEntry, "seq" | "errors">,
  ): void {
    const heard = when === "inside" || when === "idle";
    const output = heard
      ? reply
      : new Reply(
          () => undefined,
          this.session.packetSize,
          "",
          () => true,
        );
    const cut = new Executor(executor.session, output);
    if (when === "inside") runHalf(cut, text);
    if (when === "after" || when === "idle") cut.runBatch(text);
    this.journal(entry, output);
    if (when === "inside") reply.flush();
    if (when === "idle") reply.end();
    this.connection.end(how);
  }

  private rpc(payload: Buffer, reply: Reply): void {
    const executor = new Executor(this.session.state, reply);
    let alive = true;
    for (const call of parseRpc(payload)) {
      const text = textOfCall(call);
      const statement = text === undefined ? "EXECUTE" : leadingKeywords(text);
      const before = reply.errors.length;
      alive = runCall(call, executor, reply) && alive;
      this.endpoint.journal.add({
        ...this.session.journal,
        kind: "rpc",
        statement,
        ...(text === undefined ? {} : { hash: maskedHash(text) }),
        errors: reply.errors.slice(before),
      });
    }
    this.end(alive, reply);
  }

  private transaction(payload: Buffer, reply: Reply): void {
    const { state } = this.session;
    const request = payload.readUInt16LE(0);
    const id = Buffer.alloc(8);
    try {
      if (request === TransactionRequest.Begin) {
        this.transactions += 1n;
        state.begin();
        id.writeBigUInt64LE(this.transactions);
        reply.token(encodeBytesChange(EnvironmentChange.BeginTransaction, id, Buffer.alloc(0)));
      } else {
        const commits = request === TransactionRequest.Commit;
        if (commits) state.commit();
        else state.rollback();
        id.writeBigUInt64LE(this.transactions);
        const change = commits ? EnvironmentChange.CommitTransaction : EnvironmentChange.RollbackTransaction;
        reply.token(encodeBytesChange(change, Buffer.alloc(0), id));
      }
      reply.done({});
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      new Executor(state, reply).report(error.at(1));
    }
    reply.end();
  }

  private finish(alive: boolean, reply: Reply, entry: Omit<SynapseJournalEntry, "seq" | "errors">): void {
    this.journal(entry, reply);
    this.end(alive, reply);
  }

  private end(alive: boolean, reply: Reply): void {
    reply.end();
    if (!alive) this.connection.end("close");
  }

  private journal(entry: Omit<SynapseJournalEntry, "seq" | "errors">, reply: Reply): void {
    this.endpoint.journal.add({ ...entry, errors: [...reply.errors] });
  }
}

const infoOf = ({ number, severity, state, message }: SqlError): Parameters<Reply["info"]>[0] => ({
  number,
  severity,
  state,
  text: message,
  line: 1,
  procedureName: "",
});

/** Clients set a session up with batches of SET options; these are no work of anybody's. */
function setsOptionsOnly(executor: Executor, text: string): boolean {
  if (!/^\s*set\s/i.test(text)) return false;
  try {
    return executor.parse(text).every(({ kind }) => kind === "set-option");
  } catch (error) {
    if (error instanceof SqlError) return false;
    throw error;
  }
}

/** Runs the first half of a batch's statements; of one statement, nothing. */
function runHalf(executor: Executor, text: string): void {
  try {
    const statements = executor.parse(text);
    executor.runSome(statements.slice(0, Math.floor(statements.length / 2)));
  } catch (error) {
    if (!(error instanceof SqlError) && !(error instanceof BatchEnd)) throw error;
  }
}
