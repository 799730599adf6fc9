import { createHash } from "node:crypto";
import { afterwards, type Afterwards } from "../core/clock";
import type { Reporter } from "../core/reporter";
import type { PoolConnection, Session } from "./connect/connection";
import { type PoolLogin, routeOf } from "./connect/login";
import { PoolUnreachable } from "./errors";

/** What a session is wanted for. The SELECTs of a look are soon over; a phase may take its time. */
export type Use = "look" | "phase";

/** Milliseconds for which a session is kept that nobody uses: between a look and its phase Immuta writes the scripts. */
const idleTime = 5000;

/** Of a session, those who wait included: whoever waits longer than for so many looks is quicker with a login of his own. */
const mostUsers = 10;

/**
 * The sessions of one process, so that a look hands its session to the phase that follows, and one session in `master`
 * serves all pools of a server. A session serves one user after the other, and everybody a session of their own login alone.
 * Each begins with a session that is reset, and has proven in the same batch that it lives and its database answers; one
 * that cannot is replaced by a login, with which the user's patience begins. What failed in any way is not handed on.
 */
export class Sessions {
  private readonly slots = new Map<string, Set<Slot>>();

  /** @param stopped ends at once what is idle; from then on nothing is kept. */
  constructor(
    private readonly stopped?: AbortSignal,
    private readonly after: Afterwards = afterwards,
  ) {
    stopped?.addEventListener("abort", () => void this.end(), { once: true });
  }

  /** A session in this database; its `close` gives it back. Throws what the attempt to connect throws, that of another user too. */
  async take(
    login: PoolLogin,
    database: string,
    use: Use,
    reporter: Reporter,
    open: () => Promise<Session>,
  ): Promise<PoolConnection> {
    const key = keyOf(login, database);
    const slots = this.slots.get(key) ?? new Set();
    this.slots.set(key, slots);
    let slot = slotFor(slots);
    let leave = await slot.turn(use);
    if (slot.isBroken) {
      leave();
      // Whatever it is that breaks sessions, those who waited for this one do not wait for it one by one.
      slot = new Slot(slots);
      leave = await slot.turn(use);
    }
    try {
      this.stopped?.throwIfAborted();
      return this.lent(await slot.had(reporter, open), slot, leave);
    } catch (error) {
      leave();
      if (slot.isFree) await slot.end();
      throw error;
    }
  }

  /** Ends what is idle. */
  async end(): Promise<void> {
    const all = [...this.slots.values()].flatMap((slots) => [...slots]);
    await Promise.all(all.filter((slot) => slot.isFree).map((slot) => slot.end()));
  }

  private lent(session: Session, slot: Slot, leave: () => void): PoolConnection {
    let isSound = true;
    let isOver = false;
    return {
      node: session.node,
      batch: async (...batch) => {
        const outcome = await session.batch(...batch);
        isSound &&= outcome.errors.length === 0;
        return outcome;
      },
      close: async () => {
        if (isOver) return;
        isOver = true;
        if (!isSound || this.stopped?.aborted === true) await slot.end();
        leave();
        if (slot.isFree) slot.park(this.after);
      },
    };
  }
}

/** One session, the one who uses it, and those who wait for it. */
class Slot {
  isBroken = false;
  private users = 0;
  private phases = 0;
  private last: Promise<void> = Promise.resolve();
  private session: Session | undefined;
  private failure: PoolUnreachable | undefined;
  private stay: (() => void) | undefined;

  constructor(private readonly among: Set<Slot>) {
    among.add(this);
  }

  get isFree(): boolean {
    return this.users === 0 && !this.isBroken;
  }

  /** A phase waits for looks, which are soon over; nobody waits for a phase. */
  get isSoonFree(): boolean {
    return this.phases === 0 && this.users < mostUsers;
  }

  /** Waits for those before; gives what ends the use. */
  async turn(use: Use): Promise<() => void> {
    this.stay?.();
    this.users++;
    if (use === "phase") this.phases++;
    const before = this.last;
    let next: () => void = () => undefined;
    this.last = new Promise((resolve) => {
      next = resolve;
    });
    await before;
    return () => {
      this.users--;
      if (use === "phase") this.phases--;
      next();
    };
  }

  /** A login that failed fails for all who waited for it: each has its own patience, and none repeats it at once. */
  async had(reporter: Reporter, open: () => Promise<Session>): Promise<Session> {
    if (this.failure !== undefined) throw copyOf(this.failure);
    const { session } = this;
    if (session !== undefined) {
      if (await session.renew(reporter)) return session;
      await session.close();
    }
    try {
      this.session = await open();
      return this.session;
    } catch (error) {
      this.among.delete(this);
      if (error instanceof PoolUnreachable) this.failure = copyOf(error);
      else this.isBroken = true;
      throw error;
    }
  }

  park(after: Afterwards): void {
    this.session?.park();
    this.stay = after(idleTime, () => void this.end());
  }

  async end(): Promise<void> {
    this.stay?.();
    this.isBroken = true;
    this.among.delete(this);
    await this.session?.close();
  }
}

function slotFor(slots: Set<Slot>): Slot {
  const all = [...slots];
  return all.find(({ isFree }) => isFree) ?? all.find(({ isSoonFree }) => isSoonFree) ?? new Slot(slots);
}

/** What is thrown is later worded anew, for each user apart. */
const copyOf = ({ message, trouble, cause }: PoolUnreachable): PoolUnreachable =>
  new PoolUnreachable(message, trouble, { cause });

/** Everything that makes a login another one, without being told what it is. */
function keyOf(login: PoolLogin, database: string): string {
  const { host, port, authentication, encrypt, trustServerCertificate, applicationName } = login;
  const all = { host, port, database, authentication, encrypt, trustServerCertificate, applicationName };
  return createHash("sha256")
    .update(JSON.stringify({ ...all, route: routeOf(login) }))
    .digest("base64");
}
