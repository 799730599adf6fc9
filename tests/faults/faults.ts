import type { FaultRule } from "../../sandbox/immuta";
import type { Ending, Fault, Synapse } from "../../sandbox/synapse";

/** The faults of the campaign, by the names that campaign.md lists. */

export interface ImmutaFault {
  name: string;
  /** "after": the request is carried out, and its answer is lost or replaced. */
  when: readonly FaultRule["when"][];
  answer: (elsewhere: string) => FaultRule["answer"];
  /** From the call on, all are answered so until the run ends; without it the call alone. */
  lasting?: true;
  /** A request is given up after a second: nothing comes. */
  silent?: true;
  /** Once is nothing: the run that meets it ends well. */
  passes?: true;
}

const html = { "content-type": "text/html" };
const page = "<html><body>The service is not available.</body></html>";
const own = (status: number, error: string, message: string): FaultRule["answer"] => ({
  status,
  body: { statusCode: status, error, message },
});
const before = ["before"] as const;
const both = ["before", "after"] as const;

export const immutaFaults: readonly ImmutaFault[] = [
  { name: "404 of a proxy", when: before, answer: () => ({ status: 404, headers: html, body: page }) },
  { name: "409", when: before, answer: () => own(409, "Conflict", "The request conflicts.") },
  {
    name: "409, busy",
    when: before,
    answer: () => own(409, "Conflict", "Unable to change the integration in current state editing."),
  },
  { name: "422", when: before, answer: () => own(422, "Unprocessable Entity", "Validation failed.") },
  {
    name: "429 with Retry-After",
    when: before,
    answer: () => ({
      status: 429,
      headers: { "retry-after": "1" },
      body: { statusCode: 429, error: "Too Many Requests", message: "Slow down." },
    }),
    passes: true,
  },
  { name: "500", when: both, answer: () => own(500, "Internal Server Error", "It failed.") },
  { name: "502", when: both, answer: () => ({ status: 502, headers: html, body: page }), passes: true },
  { name: "503", when: both, answer: () => ({ status: 503, headers: html, body: page }), passes: true },
  { name: "504", when: both, answer: () => ({ status: 504, headers: html, body: page }), passes: true },
  { name: "no answer", when: both, answer: () => "hang", silent: true, passes: true },
  { name: "an answer a byte at a time", when: both, answer: () => "drip", silent: true, passes: true },
  { name: "an empty answer", when: both, answer: () => ({ status: 200, body: "" }), passes: true },
  { name: "half an answer", when: both, answer: () => "truncate", passes: true },
  { name: "HTML in place of JSON", when: both, answer: () => ({ status: 200, headers: html, body: page }) },
  {
    name: "redirect to another host",
    when: before,
    answer: (elsewhere) => ({ status: 302, headers: { location: elsewhere }, body: "" }),
  },
  { name: "connection cut", when: both, answer: () => "reset", passes: true },
  { name: "connection cut, from then on", when: before, answer: () => "reset", lasting: true },
  {
    name: "503, from then on",
    when: before,
    answer: () => ({ status: 503, headers: html, body: page }),
    lasting: true,
  },
];

interface OfPool {
  name: string;
  /** Nothing comes: somebody has to give up. */
  silent?: true;
  /** Played where the provider itself is at work in the pool: what Immuta's own client makes of it is not ours to judge. */
  ours?: true;
}

/** Faults of a database that do not depend on a batch; they last until the run has ended, but for counted ones. */
export const poolFaults: readonly (OfPool & { fault: Fault })[] = [
  { name: "paused at login", fault: { kind: "paused", at: "login" } },
  { name: "paused at the first batch", fault: { kind: "paused", at: "batch" } },
  { name: "warming up, two logins", fault: { kind: "warming", at: "login", logins: 2 } },
  { name: "warming up, two batches", fault: { kind: "warming", at: "batch", logins: 2 } },
  { name: "refused by the firewall", fault: { kind: "firewall", clientAddress: "203.0.113.9" } },
  { name: "unavailable", fault: { kind: "unavailable" } },
  { name: "connection cut at login", fault: { kind: "lost-login", how: "reset", logins: 1 } },
  { name: "connection closed at login", fault: { kind: "lost-login", how: "close", logins: 1 } },
  { name: "connection closed without TLS at login", fault: { kind: "lost-login", how: "fin", logins: 1 } },
  {
    name: "connection closed at PRELOGIN",
    fault: { kind: "lost-login", how: "close", at: "prelogin", logins: 1 },
  },
  {
    name: "connection cut in the handshake",
    fault: { kind: "lost-login", how: "reset", at: "tls", logins: 1 },
  },
  { name: "no answer to the login", fault: { kind: "lost-login", how: "silence", logins: 1 }, silent: true },
  { name: "malformed answer to the login", fault: { kind: "malformed", how: "unknown-token" }, ours: true },
  { name: "half an answer to the login", fault: { kind: "malformed", how: "half-message" }, ours: true },
  { name: "redirected to a node that is not there", fault: { kind: "node", how: "refused", logins: 1 } },
  {
    name: "redirected to a node that does not answer",
    fault: { kind: "node", how: "silence", logins: 1 },
    silent: true,
  },
  { name: "redirected to a node of another name", fault: { kind: "node", how: "certificate" } },
  { name: "redirected again and again", fault: { kind: "node", how: "loop" } },
];

/** Servers in between, on the way to every pool. */
export const spoofs: readonly { name: string; value: Parameters<Synapse["setEncryption"]>[0] }[] = [
  { name: "encryption refused at PRELOGIN", value: "not-supported" },
  { name: "encryption of the login alone at PRELOGIN", value: "off" },
];

interface BatchFault extends OfPool {
  fault: (batch: number) => Fault;
}

const endings: readonly { name: string; how: Ending }[] = [
  { name: "connection cut", how: "reset" },
  { name: "connection closed", how: "close" },
  { name: "connection closed without TLS", how: "fin" },
];
const moments = [
  { name: "before the batch", when: "before" },
  { name: "inside the batch", when: "inside" },
  { name: "after the batch", when: "after" },
  { name: "between this batch and the next", when: "idle" },
] as const;
const kills = [
  { name: "session killed (596)", number: 596 },
  { name: "session ended by a network error (4014)", number: 4014 },
  { name: "server shut down (6005)", number: 6005 },
] as const;
const passing = [
  { name: "deadlock victim (1205)", number: 1205 },
  { name: "lock not had in time (1222)", number: 1222 },
  { name: "service busy (40501)", number: 40501 },
  { name: "data movement failed (110802)", number: 110802 },
  { name: "distributed query failed (110806)", number: 110806 },
] as const;
const malformed = [
  { name: "malformed answer to the batch (unknown token)", how: "unknown-token" },
  { name: "malformed answer to the batch (wrong length)", how: "bad-length" },
  { name: "malformed answer to the batch (no TDS)", how: "garbage" },
  { name: "half an answer to the batch", how: "half-message" },
] as const;

/** Faults of one batch. */
export const batchFaults: readonly BatchFault[] = [
  ...endings.flatMap(({ name, how }) =>
    moments.map(({ name: moment, when }): BatchFault => ({
      name: `${name} ${moment}`,
      fault: (batch) => ({ kind: "reset", batch, when, how }),
    })),
  ),
  ...kills.map(({ name, number }): BatchFault => ({
    name,
    fault: (batch) => ({ kind: "kill", batch, number }),
  })),
  ...passing.map(({ name, number }): BatchFault => ({
    name,
    fault: (batch) => ({ kind: "error", batch, number }),
  })),
  ...malformed.map(({ name, how }): BatchFault => ({
    name,
    fault: (batch) => ({ kind: "malformed", batch, how }),
    ours: true,
  })),
  { name: "permission denied (15247)", fault: (batch) => ({ kind: "deny", batch }) },
  { name: "permission denied (297)", fault: (batch) => ({ kind: "deny", batch, number: 297 }) },
  { name: "no answer to the batch", fault: (batch) => ({ kind: "slow", batch }), silent: true },
];
