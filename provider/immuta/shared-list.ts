import type { Immuta, Integration, Payload } from "./types";

/** Milliseconds that a list waits at most for the reads of a refresh that arrive together. */
const together = 50;

/** Milliseconds for which a list serves reads from when it is asked for, unless this process writes: a refresh of many takes longer. */
const serves = 5000;

interface Gathering<Config> {
  list: Promise<Integration<Config>[]>;
  readers: number;
  /** When it serves no more; undefined until it is asked for. */
  until?: number;
  /** Asks for the list at once. */
  close: () => void;
}

/** A list of the tenant's integrations that reads share which arrive together, or soon after. */
export class SharedList<Config extends object, Body extends Payload> {
  private current: Gathering<Config> | undefined;
  /** The most that one list served: the engine has as many reads under way at a time, so nobody else is waited for. */
  private most = 0;

  /** `isWhole`: whether an item of the list says as much as a GET of its own would. */
  constructor(
    private readonly isWhole: (item: Integration<Config>) => boolean,
    private readonly now: () => number = Date.now,
  ) {}

  /** The same Immuta, whose writes end the list: a read after one shows it. */
  endedBy(immuta: Immuta<Config, Body>): Immuta<Config, Body> {
    const ending = async <T>(write: Promise<T>): Promise<T> => {
      this.current = undefined;
      try {
        return await write;
      } finally {
        this.current = undefined;
      }
    };
    return {
      ...immuta,
      create: (payload) => ending(immuta.create(payload)),
      update: (id, payload) => ending(immuta.update(id, payload)),
      remove: (id, credentials) => ending(immuta.remove(id, credentials)),
    };
  }

  /**
   * The same Immuta, whose `get` looks into the shared list first. What the list does not have, or not in full, gets a
   * request of its own: only that may say that it is gone. A read shares the list that is under way or was got when it comes;
   * where that fails, who asked for it says so, and the others ask for themselves.
   */
  sharedBy(immuta: Immuta<Config, Body>): Immuta<Config, Body> {
    return {
      ...immuta,
      get: async (id) => {
        const asksForIt = this.serving === undefined;
        const list = await this.all(immuta).catch((error: unknown) => {
          if (asksForIt) throw error;
          return [];
        });
        return list.find((one) => one.id === id && this.isWhole(one)) ?? immuta.get(id);
      },
    };
  }

  private get serving(): Gathering<Config> | undefined {
    const { current } = this;
    return current?.until === undefined || this.now() < current.until ? current : undefined;
  }

  private all(immuta: Immuta<Config, Body>): Promise<Integration<Config>[]> {
    const gathering = (this.current = this.serving ?? this.gather(immuta));
    gathering.readers++;
    if (gathering.readers === this.most) gathering.close();
    return gathering.list;
  }

  private gather(immuta: Immuta<Config, Body>): Gathering<Config> {
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, together);
      close = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    const list = closed
      .then(() => {
        this.most = Math.max(this.most, gathering.readers);
        gathering.until = this.now() + serves;
        return immuta.list();
      })
      .catch((error: unknown) => {
        gathering.until = 0;
        throw error;
      });
    const gathering: Gathering<Config> = { list, readers: 0, close };
    return gathering;
  }
}
