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
  fault?: "answer" | "reset" | "hang" | "truncate";
}

const secretNames = /password|secret|token|authorization|api-?key|credential/i;

/** A copy with the values of secret fields replaced by "***", at any depth. */
export function maskSecrets(value: Json): Json {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, secretNames.test(name) ? "***" : maskSecrets(item)]),
  );
}

/** The requests that arrived, in order. */
export class Journal {
  readonly entries: ImmutaJournalEntry[] = [];
  readonly #key = randomBytes(32);
  #seq = 0;

  constructor(private readonly apiKey: string) {}

  /** Notes an arrival; the caller completes the entry when the answer is known. */
  arrive(
    request: Pick<ImmutaJournalEntry, "method" | "path" | "requestId" | "userAgent">,
  ): ImmutaJournalEntry {
    this.#seq += 1;
    const entry: ImmutaJournalEntry = {
      seq: this.#seq,
      method: request.method,
      path: this.#withoutKey(request.path),
      status: 0,
      requestId: request.requestId,
      userAgent: this.#withoutKey(request.userAgent),
    };
    this.entries.push(entry);
    return entry;
  }

  digest(body: Buffer): string {
    return createHmac("sha256", this.#key).update(body).digest("hex");
  }

  clear(): void {
    this.entries.length = 0;
  }

  #withoutKey(text: string): string {
    return text.replaceAll(this.apiKey, "***");
  }
}
