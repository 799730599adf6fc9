import { alreadyExists, notFound, wrongState } from "./errors";
import {
  isInUse,
  type Integration,
  type IntegrationStatus,
  type Settings,
  type ValidationResults,
} from "./model";
import { synapseType } from "./payload";
import type { Delays, Switches } from "./switches";

const editable: readonly IntegrationStatus[] = [
  "enabled",
  "editError",
  "deleteError",
  "migrateError",
  "recurringValidationError",
];
const deletable: readonly IntegrationStatus[] = [...editable, "createError", "disabled"];

/**
 * The integrations of a tenant and their states: creating → enabled or createError, editing → enabled or editError,
 * deleting → gone or deleteError.
 */
export class Registry {
  private readonly integrations = new Map<number, Integration>();
  /** Pools for which a POST is under way: they conflict already, but nobody sees an integration yet. */
  private readonly reserved = new Map<number, Settings>();
  /** In how many lists an integration is still not shown, by its id. */
  private readonly unlisted = new Map<number, number>();
  private readonly timers = new Map<NodeJS.Timeout, () => void>();
  private lastId = 0;
  private closed = false;

  constructor(
    private readonly switches: Switches,
    private readonly delays: Delays,
  ) {}

  /** All of them, deleted ones too. */
  all(): Integration[] {
    return [...this.integrations.values()];
  }

  /** What Immuta has. */
  list(): Integration[] {
    return this.all().filter((integration) => this.isVisible(integration));
  }

  /** What the next list shows. */
  nextList(): Integration[] {
    return this.list().filter(({ id }) => {
      const left = this.unlisted.get(id) ?? 0;
      this.unlisted.set(id, left - 1);
      return left <= 0;
    });
  }

  hideFromLists({ id }: Integration, lists: number): void {
    this.unlisted.set(id, lists);
  }

  /** Throws ApiError 404. */
  get(id: string): Integration {
    const integration = this.find(id);
    if (integration === undefined || !this.isVisible(integration)) throw notFound(id);
    return integration;
  }

  /** Also finds a deleted integration. */
  find(id: string): Integration | undefined {
    return /^[1-9]\d*$/.test(id) ? this.integrations.get(Number(id)) : undefined;
  }

  /**
   * Takes an id for a new integration on a pool.
   * Throws ApiError 409 when one in use, or one that is being created, is there.
   */
  reserve(settings: Settings): number {
    for (const [id, other] of this.occupied())
      if (this.conflicts(other, settings)) throw alreadyExists(synapseType, other.host, id);
    const id = this.nextId();
    this.reserved.set(id, settings);
    return id;
  }

  release(id: number): void {
    this.reserved.delete(id);
  }

  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  add(integration: Integration): void {
    this.reserved.delete(integration.id);
    this.lastId = Math.max(this.lastId, integration.id);
    this.integrations.set(integration.id, integration);
  }

  remove(id: number): void {
    this.integrations.delete(id);
  }

  /** Throws ApiError 409 in a state that allows no edit. */
  requireEditable({ id, status }: Integration): void {
    if (!editable.includes(status)) throw wrongState("edit", id, status);
  }

  /** Throws ApiError 409 in a state that allows no delete. */
  requireDeletable({ id, status }: Integration): void {
    if (!deletable.includes(status)) throw wrongState("delete", id, status);
  }

  /** From a passing state to what follows it, after its delay. */
  finishLater(
    integration: Integration,
    passing: "creating" | "editing" | "deleting",
    next: IntegrationStatus,
    results?: ValidationResults,
    change?: () => void,
  ): void {
    integration.status = passing;
    if (this.closed) return;
    const finish = (): void => {
      // A test may have changed or removed it meanwhile.
      if (integration.status !== passing) return;
      change?.();
      integration.status = next;
      if (results !== undefined) integration.validationResults = results;
    };
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      finish();
    }, this.delays[passing]);
    this.timers.set(timer, finish);
  }

  /** Ends every passing state now. */
  settle(): void {
    for (const [timer, finish] of this.timers) {
      clearTimeout(timer);
      finish();
    }
    this.timers.clear();
  }

  close(): void {
    this.closed = true;
    for (const timer of this.timers.keys()) clearTimeout(timer);
    this.timers.clear();
  }

  private isVisible(integration: Integration): boolean {
    return integration.status !== "deleted" || this.switches.deletedAnswers === "status";
  }

  private *occupied(): Generator<[number, Settings]> {
    yield* this.reserved;
    for (const integration of this.integrations.values())
      if (integration.details.platform === "synapse" && isInUse(integration))
        yield [integration.id, integration.details.settings];
  }

  private conflicts(one: Settings, other: Settings): boolean {
    const sameHost = one.host.toLowerCase() === other.host.toLowerCase();
    const sameDatabase = one.database.toLowerCase() === other.database.toLowerCase();
    return sameHost && (this.switches.conflictOn === "host" || sameDatabase);
  }
}
