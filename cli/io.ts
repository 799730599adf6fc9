import { harmless } from "../provider";

/** What a command may touch of the process it runs in; tests give their own. */
export interface Io {
  /** Everything that comes in on standard input. */
  stdin(): Promise<Buffer>;
  /** Whether a person sits at standard input. */
  stdinIsTerminal: boolean;
  out(text: string): void;
  err(text: string): void;
}

/** The way out of every command: whatever stands in a text, a terminal or a pipeline gets text alone. */
export const guarded = (io: Io): Io => ({
  ...io,
  out: (text) => {
    io.out(harmless(text));
  },
  err: (text) => {
    io.err(harmless(text));
  },
});

/** Wrong use of a command, or input that it cannot read: `message` is the one thing said about it. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

export const processIo: Io = {
  stdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks);
  },
  stdinIsTerminal: process.stdin.isTTY,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};
