/** One reply message: tokens in order, the DONE of each statement, and what is sent at once. */
import { MessageWriter, PacketType } from "./wire/packets";
import {
  DoneStatus,
  encodeColumns,
  encodeDone,
  encodeMessage,
  encodeReturnStatus,
  encodeReturnValue,
  encodeRow,
  type Column,
} from "./wire/tokens";
import type { SqlType, SqlValue } from "./wire/types";
import type { SqlError } from "./tsql/errors";
import type { Output } from "./tsql/session-state";

type DoneKind = "batch" | "procedure" | "in-procedure";
/** The command of a DONE (CurCmd): some drivers take a count of rows for changed ones only with these. */
const commands = { select: 0xc1, insert: 0xc3, delete: 0xc4, update: 0xc5 } as const;
const noCommand = 0;

export class Reply implements Output {
  /** Numbers of the errors sent, in order. */
  readonly errors: number[] = [];
  private readonly writer: MessageWriter;
  /** Kept back until it is known whether more follows. */
  private pending: { kind: DoneKind; status: number; command: number; count: number } | undefined;
  private depth = 0;

  constructor(
    private readonly write: (bytes: Buffer) => void,
    packetSize: number,
    private readonly serverName: string,
    private readonly countsRows: () => boolean,
  ) {
    this.writer = new MessageWriter(PacketType.Reply, packetSize);
  }

  token(bytes: Buffer): void {
    this.settle(true);
    this.add(bytes);
  }

  error(error: SqlError): void {
    this.errors.push(error.number);
    this.token(
      encodeMessage("error", {
        number: error.number,
        state: error.state,
        class: error.severity,
        message: error.message,
        serverName: this.serverName,
        procedureName: error.procedureName,
        line: error.line ?? 1,
      }),
    );
  }

  /** Messages reach the client while the batch runs. */
  info({ number, severity, state, text, line, procedureName }: Parameters<Output["info"]>[0]): void {
    const { serverName } = this;
    this.token(
      encodeMessage("info", {
        number,
        state,
        class: severity,
        message: text,
        serverName,
        procedureName,
        line,
      }),
    );
    this.flush();
  }

  columns(columns: readonly Column[]): void {
    this.token(encodeColumns(columns));
  }

  row(columns: readonly Column[], values: readonly SqlValue[]): void {
    this.add(encodeRow(columns, values));
  }

  done({ count, command, failed }: Parameters<Output["done"]>[0]): void {
    this.settle(true);
    const counted = count !== undefined && this.countsRows();
    const status = (failed === true ? DoneStatus.Error : 0) | (counted ? DoneStatus.Count : 0);
    this.pending = {
      kind: this.depth > 0 ? "in-procedure" : "batch",
      status,
      command: command === undefined ? noCommand : commands[command],
      count: count ?? 0,
    };
  }

  enter(): void {
    this.depth += 1;
  }

  leave(returnStatus: number | undefined): void {
    this.depth -= 1;
    if (returnStatus === undefined) return;
    this.token(encodeReturnStatus(returnStatus));
    this.pending = {
      kind: this.depth > 0 ? "in-procedure" : "procedure",
      status: 0,
      command: noCommand,
      count: 0,
    };
  }

  returnValue(ordinal: number, name: string, type: SqlType, value: SqlValue): void {
    // Output values stand before the DONEPROC of their call.
    const pending = this.pending;
    this.pending = undefined;
    this.add(encodeReturnValue(ordinal, name, type, value));
    this.pending = pending;
  }

  flush(): void {
    this.settle(true);
    this.send(this.writer.flush());
  }

  /** Ends the message; a reply always ends with a DONE. */
  end(): void {
    if (this.pending === undefined) this.pending = { kind: "batch", status: 0, command: noCommand, count: 0 };
    this.settle(false);
    this.send(this.writer.end());
  }

  /** Ends a message that was cut short, and acknowledges in a message of its own. */
  endCancelled(): void {
    this.done({ failed: true });
    this.end();
  }

  private settle(more: boolean): void {
    if (this.pending === undefined) return;
    const { kind, status, command, count } = this.pending;
    this.pending = undefined;
    this.add(encodeDone(kind, status | (more ? DoneStatus.More : 0), command, count));
  }

  private add(bytes: Buffer): void {
    this.send(this.writer.add(bytes));
  }

  private send(packets: Buffer[]): void {
    if (packets.length > 0) this.write(Buffer.concat(packets));
  }
}
