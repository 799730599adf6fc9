import type { Immuta, Integration } from "./types";

/** Milliseconds that a list waits at most for the reads of a refresh that arrive together. */
const together = 50;

interface Gathering {
  list: Promise<Integration[]>;
  readers: number;
  /** Asks for the list at once. */
  close: () => void;
}

/** A list of the tenant's integrations that reads share which arrive together. */
export class SharedList {
  private current: Gathering | undefined;
  /** The most that one list served: the engine has as many reads under way at a time, so nobody else is waited for. */
  private most = 0;

  /**
   * The same Immuta, whose `get` looks into the shared list first. What the list does not have, or not in full, gets a
   * request of its own: only that may say that it is gone. A read shares the list that is under way when it comes;
   * where that fails, who asked for it says so, and the others ask for themselves.
   */
  sharedBy(immuta: Immuta): Immuta {
    return {
      ...immuta,
      get: async (id) => {
        const asksForIt = this.current === undefined;
        const list = await this.all(immuta).catch((error: unknown) => {
          if (asksForIt) throw error;
          return [];
        });
        return list.find((one) => one.id === id && isWhole(one)) ?? immuta.get(id);
      },
    };
  }

  private all(immuta: Immuta): Promise<Integration[]> {
    const gathering = (this.current ??= this.gather(immuta));
    gathering.readers++;
    if (gathering.readers === this.most) gathering.close();
    return gathering.list;
  }

  private gather(immuta: Immuta): Gathering {
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, together);
      close = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    const list = closed
      .then(() => immuta.list())
      .finally(() => {
        this.most = Math.max(this.most, gathering.readers);
        this.current = undefined;
      });
    const gathering = { list, readers: 0, close };
    return gathering;
  }
}

/** The contract shows lists whose items say as much as a GET does, and promises nothing. */
const isWhole = ({ config, validation, autoBootstrap }: Integration): boolean =>
  config.host !== undefined &&
  config.impersonation !== undefined &&
  config.metadataDelimiters !== undefined &&
  validation !== undefined &&
  autoBootstrap !== undefined;
