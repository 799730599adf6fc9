import type { FaultRule } from "../../sandbox/immuta";
import type { Fault } from "../../sandbox/synapse";

/** The faults of the campaign, by the names that docs/reliability.md lists. */

export interface ImmutaFault {
  name: string;
  /** "after": the request is carried out, and its answer is lost or replaced. */
  when: readonly FaultRule["when"][];
  answer: (elsewhere: string) => FaultRule["answer"];
  /** From the call on, all are answered so until the run ends; without it the call alone. */
  lasting?: true;
  /** A request is given up after a second: nothing comes. */
  silent?: true;
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
  },
  { name: "500", when: both, answer: () => own(500, "Internal Server Error", "It failed.") },
  { name: "502", when: both, answer: () => ({ status: 502, headers: html, body: page }) },
  { name: "503", when: both, answer: () => ({ status: 503, headers: html, body: page }) },
  { name: "504", when: both, answer: () => ({ status: 504, headers: html, body: page }) },
  { name: "no answer", when: both, answer: () => "hang", silent: true },
  { name: "an answer a byte at a time", when: both, answer: () => "drip", silent: true },
  { name: "half an answer", when: both, answer: () => "truncate" },
  { name: "HTML in place of JSON", when: both, answer: () => ({ status: 200, headers: html, body: page }) },
  {
    name: "redirect to another host",
    when: before,
    answer: (elsewhere) => ({ status: 302, headers: { location: elsewhere }, body: "" }),
  },
  { name: "connection cut", when: both, answer: () => "reset" },
  { name: "connection cut, from then on", when: before, answer: () => "reset", lasting: true },
  {
    name: "503, from then on",
    when: before,
    answer: () => ({ status: 503, headers: html, body: page }),
    lasting: true,
  },
];

/** Faults of a database that do not depend on a batch; they last until the run has ended, but for counted ones. */
export const poolFaults: readonly { name: string; fault: Fault; silent?: true }[] = [
  { name: "paused at login", fault: { kind: "paused", at: "login" } },
  { name: "paused at the first batch", fault: { kind: "paused", at: "batch" } },
  { name: "warming up, two logins", fault: { kind: "warming", at: "login", logins: 2 } },
  { name: "warming up, two batches", fault: { kind: "warming", at: "batch", logins: 2 } },
  { name: "refused by the firewall", fault: { kind: "firewall", clientAddress: "203.0.113.9" } },
  { name: "unavailable", fault: { kind: "unavailable" } },
  { name: "connection cut at login", fault: { kind: "lost-login", how: "reset", logins: 1 } },
  { name: "no answer to the login", fault: { kind: "lost-login", how: "silence", logins: 1 }, silent: true },
];

/** Faults of one batch. */
export const batchFaults: readonly { name: string; fault: (batch: number) => Fault; silent?: true }[] = [
  { name: "connection cut before the batch", fault: (batch) => ({ kind: "reset", batch, when: "before" }) },
  { name: "connection cut inside the batch", fault: (batch) => ({ kind: "reset", batch, when: "inside" }) },
  { name: "connection cut after the batch", fault: (batch) => ({ kind: "reset", batch, when: "after" }) },
  { name: "permission denied (15247)", fault: (batch) => ({ kind: "deny", batch }) },
  { name: "permission denied (297)", fault: (batch) => ({ kind: "deny", batch, number: 297 }) },
  { name: "no answer to the batch", fault: (batch) => ({ kind: "slow", batch }), silent: true },
];
