import type { Immuta, Integration } from "./types";

/** Milliseconds in which the reads of a refresh arrive together. */
const together = 15;

/** A list of the tenant's integrations that operations share which come together. */
export class SharedList {
  private current: Promise<Integration[]> | undefined;
  private running: Promise<Integration[]> | undefined;
  private next: Promise<Integration[]> | undefined;

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

  /**
   * The same Immuta, whose `list` shows what is there at its call or later, and never earlier: those that ask while a
   * list is under way share the one after it. Where that fails, who asked for it says so, and the others ask for
   * themselves.
   */
  listedBy(immuta: Immuta): Immuta {
    return {
      ...immuta,
      list: () => {
        if (this.running === undefined) return this.begin(immuta);
        if (this.next !== undefined) return this.next.catch(() => immuta.list());
        this.next = this.running.then(ignore, ignore).then(() => {
          this.next = undefined;
          return this.begin(immuta);
        });
        return this.next;
      },
    };
  }

  private begin(immuta: Immuta): Promise<Integration[]> {
    this.running = immuta.list().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private all(immuta: Immuta): Promise<Integration[]> {
    this.current ??= new Promise((resolve) => setTimeout(resolve, together))
      .then(() => immuta.list())
      .finally(() => {
        this.current = undefined;
      });
    return this.current;
  }
}

const ignore = (): void => undefined;

/** The contract shows lists whose items say as much as a GET does, and promises nothing. */
const isWhole = ({ config, validation, autoBootstrap }: Integration): boolean =>
  config.host !== undefined &&
  config.impersonation !== undefined &&
  config.metadataDelimiters !== undefined &&
  validation !== undefined &&
  autoBootstrap !== undefined;
