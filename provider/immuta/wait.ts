import { type Clock, systemClock } from "../core/clock";
import { asFailure, Failure, failureKind } from "../core/failure";
import type { Reporter } from "../core/reporter";
import { bounded, listed, mostItems } from "../core/strangers";
import { describeTest, tooLong } from "./errors";
import { isKnown, meaningOf } from "./status";
import type { Immuta, IntegrationStatus, Payload } from "./types";
import type { Watcher } from "./watch";

export interface Waiting {
  id: string;
  until: "enabled" | "gone";
  /** Milliseconds. */
  limit: number;
  reporter: Reporter;
  /** Whether GET …/status is asked at all; default true. */
  asksStatus?: boolean;
  /** Its place among those who wait at the same time; left at the end. */
  watcher?: Watcher;
  /** For tests: a clock that does not wait. */
  clock?: Clock;
}

const gaveUp = failureKind({
  code: "IMMUTA-GAVE-UP",
  title: "Immuta ended its work on the integration with an error state.",
  remedy:
    "The message names the state and the validation tests that failed: mend what they say, then `pulumi up`. [Concepts](concepts.md) has Immuta's states.",
});

/** Immuta gave the integration up: createError, editError, deleteError and their like. */
export class IntegrationFailed extends Failure {
  constructor(
    readonly tenant: string,
    readonly status: IntegrationStatus,
  ) {
    const tests = (status.validation?.tests ?? []).filter((test) => test.status === "failed");
    super(
      gaveUp,
      `Integration ${status.id} at Immuta ${tenant} is in state ${status.status}.` +
        (tests.length === 0
          ? " Immuta names no failed validation test."
          : ` Failed validation tests:${listed(tests.map(describeTest), "tests")}`),
    );
  }
}

/** The limit ran out; what was asked of Immuta may still come to its end. */
export class WaitedTooLong extends Failure {
  constructor(message: string, cause?: unknown) {
    super(tooLong, message, { outcome: "still working", cause });
  }
}

const vanished = failureKind({
  code: "IMMUTA-VANISHED",
  title: "The integration was deleted in Immuta while it was waited for.",
  remedy: "Run `pulumi refresh`, and then `pulumi up` to make it anew.",
});

/** As the guide has it, and in other words. */
const saysBusy =
  /current state|currently|in progress|under ?way|being (?:creat|edit|updat|delet|migrat|process)|try again|is (?:busy|locked)/i;

/**
 * Whether Immuta refused a request because it is at work on the integration, which ends by itself. Where it names a state,
 * as in "in current state editing", that state says it.
 */
export function isBusy({ status, said }: { status: number | undefined; said: string }): boolean {
  if ((status !== 409 && status !== 423) || /already exists/i.test(said)) return false;
  const states = (said.match(/\w+/g) ?? []).filter(isKnown);
  if (states.length > 0) return states.some((state) => meaningOf(state).end === "working");
  return status === 423 || saysBusy.test(said);
}

/** Whom is asked. */
type Asked = Pick<Immuta<unknown, Payload>, "tenant" | "status" | "get">;

/** Polls the status until the end state; undefined when the integration is gone. */
export async function waitUntil(immuta: Asked, waiting: Waiting): Promise<IntegrationStatus | undefined> {
  const clock = waiting.clock ?? systemClock;
  const started = clock.now();
  const announced = new Set<string>();
  let asksForStatus = waiting.asksStatus ?? true;
  let latest: IntegrationStatus | undefined;
  const waitedTooLong = (cause?: unknown): WaitedTooLong =>
    new WaitedTooLong(
      `Integration ${waiting.id} at Immuta ${immuta.tenant} is still in state ${latest?.status ?? "unknown"} after ` +
        `${Math.round((clock.now() - started) / 1000)} s of waiting until it is ${waiting.until}. ` +
        "Run `pulumi up` again to wait on, or raise `timeouts`.",
      cause,
    );
  /** Who does not tell how far it came leaves it at work. */
  const asked = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw clock.now() - started < waiting.limit
        ? asFailure(error).as("still working")
        : waitedTooLong(error);
    });
  let askedItself = started;
  const own = async (): Promise<IntegrationStatus | undefined> => {
    askedItself = clock.now();
    const status = asksForStatus ? await asked(immuta.status(waiting.id)) : undefined;
    if (status !== undefined) return status;
    asksForStatus = false;
    return asked(immuta.get(waiting.id));
  };
  const { watcher } = waiting;
  try {
    for (let first = true; ; first = false) {
      const waited = clock.now() - started;
      // A list may lag behind, a clock be set, and at the limit nothing but the integration itself will do.
      const believesList =
        !first && waited < waiting.limit && Math.abs(clock.now() - askedItself) < believedFor + waited / 4;
      const listed = believesList ? await watcher?.stillWorking(waiting.id) : undefined;
      const status = listed ?? (await own());
      latest = status;
      if (status !== undefined) announce(status, waiting, announced);
      if (reached(status, waiting, immuta.tenant)) return status;
      const elapsed = clock.now() - started;
      if (elapsed >= waiting.limit && listed === undefined) throw waitedTooLong();
      const next = pause(elapsed);
      await clock.sleep(Math.min(watcher?.lookIn(next) ?? next, Math.max(waiting.limit - elapsed, 1)));
    }
  } finally {
    watcher?.leave();
  }
}

function reached(status: IntegrationStatus | undefined, waiting: Waiting, tenant: string): boolean {
  if (waiting.until === "gone") {
    if (status === undefined) return true;
    const { end, removal } = meaningOf(status.status);
    if (removal === "failed") throw new IntegrationFailed(tenant, status);
    return end === "gone";
  }
  if (status === undefined)
    throw new Failure(
      vanished,
      `Integration ${waiting.id} vanished from Immuta ${tenant} while it was waited for.`,
    );
  const { end } = meaningOf(status.status);
  if (end === "failed" || end === "gone") throw new IntegrationFailed(tenant, status);
  return end === "settled";
}

/** Lines of one wait; whoever says something new at every poll is not listened to for ever. */
const mostLines = 5 * mostItems;

function announce(status: IntegrationStatus, waiting: Waiting, announced: Set<string>): void {
  const once = (line: string): void => {
    if (announced.has(line) || announced.size >= mostLines) return;
    announced.add(line);
    waiting.reporter.info(line);
  };
  if (meaningOf(status.status).end === "working")
    once(`waiting until integration ${status.id} is ${waiting.until}; Immuta says ${status.status}`);
  const tests = status.validation?.tests ?? [];
  const passed = tests.filter((test) => test.status === "passed").length;
  const others = tests.filter((test) => test.status !== "passed");
  const lines = others.map((test) => `validation test ${describeTest(test)}`);
  for (const line of bounded(lines, "validation tests")) once(line);
  // Only at the end is it known how many there are.
  if (passed > 0 && meaningOf(status.status).end !== "working")
    once(
      passed === tests.length
        ? `Immuta's ${passed} validation tests passed`
        : `${passed} of Immuta's ${tests.length} validation tests passed`,
    );
}

/** Milliseconds, beside a quarter of the time waited, for which a shared list alone may say that an integration is at work. */
const believedFor = 5000;

/**
 * Quick at first, then in proportion to the time waited so far: an end is noticed at most 8 % and a quarter of a second
 * late, and never more than 15 s; where it is looked for in a list that lags, a quarter and five seconds. The chance in it
 * keeps those apart who began together and do not look together.
 */
const pause = (elapsed: number): number =>
  Math.min(250 + elapsed * 0.08, 15_000) * (0.85 + Math.random() * 0.1);
