import type { Immuta, Integration } from "./types";

/** Milliseconds in which the reads of a refresh arrive together. */
const together = 15;

/** A list of the tenant's integrations that reads share which arrive together. */
export class SharedList {
  private current: Promise<Integration[]> | undefined;

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
    this.current ??= new Promise((resolve) => setTimeout(resolve, together))
      .then(() => immuta.list())
      .finally(() => {
        this.current = undefined;
      });
    return this.current;
  }
}

/** The contract shows lists whose items say as much as a GET does, and promises nothing. */
const isWhole = ({ config, validation, autoBootstrap }: Integration): boolean =>
  config.host !== undefined &&
  config.impersonation !== undefined &&
  config.metadataDelimiters !== undefined &&
  validation !== undefined &&
  autoBootstrap !== undefined;
