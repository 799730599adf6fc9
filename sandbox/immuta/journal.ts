import { createHmac, randomBytes } from "node:crypto";
import type { Json } from "./model";

/** One request as it reached Immuta and what it got. Nothing in it is secret. */
export interface ImmutaJournalEntry {
  /** From 1, in the order in which the requests arrived. */
  seq: number;
  method: string;
  /** With the query, if there was one. */
  path: string;
  /** The HTTP status that was answered; 0 when no answer went out (a fault) or it is still to come. */
  status: number;
  /** The parsed body with every secret replaced by "***"; "***" alone for one that could not be parsed. */
  body?: Json;
  /**
   * Keyed digest of the body's bytes: equal for equal bytes within one server. The key is drawn at start and never
   * leaves it, so the digest is no way to guess a password.
   */
  bodyDigest?: string;
  requestId: string;
  userAgent: string;
  /** What a fault rule did to this request. */
  fault?: "answer" | "reset" | "hang" | "truncate" | "drip" | "close";
}

/** The fields of the contract whose texts are no secrets. A text anywhere else might be one put in the wrong place. */
const plainNames: ReadonlySet<string> = new Set([
  "type",
  "host",
  "database",
  "schema",
  "username",
  "authenticationType",
  "role",
  "hashDelimiter",
  "hashKeyDelimiter",
  "arrayDelimiter",
]);

/** A copy in which every text is replaced by "***", except in fields that are known to be no secret, at any depth. */
export function maskSecrets(value: Json, name = ""): Json {
  if (typeof value === "string") return plainNames.has(name) ? value : "***";
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, maskSecrets(item, field)]));
}

/** The requests that arrived, in order. */
export class Journal {
  readonly entries: ImmutaJournalEntry[] = [];
  private readonly key = randomBytes(32);
  private seq = 0;

  constructor(private readonly apiKey: string) {}

  /** Notes an arrival; the caller completes the entry when the answer is known. */
  arrive(
    request: Pick<ImmutaJournalEntry, "method" | "path" | "requestId" | "userAgent">,
  ): ImmutaJournalEntry {
    this.seq += 1;
    const entry: ImmutaJournalEntry = {
      seq: this.seq,
      method: request.method,
      path: this.withoutKey(request.path),
      status: 0,
      requestId: request.requestId,
      userAgent: this.withoutKey(request.userAgent),
    };
    this.entries.push(entry);
    return entry;
  }

  digest(body: Buffer): string {
    return createHmac("sha256", this.key).update(body).digest("hex");
  }

  clear(): void {
    this.entries.length = 0;
  }

  private withoutKey(text: string): string {
    return text.replaceAll(this.apiKey, "***");
  }
}
