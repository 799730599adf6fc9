import {
  type Announcement,
  type Asking,
  type Configuration,
  harmless,
  type Inputs,
  integration,
  Interruption,
  isPropertyMap,
  type Plan,
  type Ports,
  type PropertyMap,
  readConfiguration,
  resourceId,
  type Precedence,
  secretPaths,
  type StackSetting,
  valueAt,
  Wiring,
  withCode,
} from "..";
import { Claims } from "./claims";
import { keepCompiled } from "./compile-cache";
import type { EngineLog } from "./engine-log";
import { Semaphore } from "./semaphore";
import { Voice } from "./voice";

/** Whose operation it is. */
export interface Subject {
  urn: string | undefined;
  /** The URN of the row on which its lines are shown. */
  row: string | undefined;
}

/**
 * What every face does alike around the core: it hands configuration, clients and the reporter to it, keeps resources of a
 * run apart, bounds how many write at once, and lets nothing out that holds a secret.
 */
export class Provider {
  readonly interruption = new Interruption();
  readonly voice: Voice;
  private readonly wiring = new Wiring(this.interruption);
  private readonly claims = new Claims();
  private configuration: Configuration = readConfiguration(() => undefined);
  private writes = new Semaphore(this.configuration.concurrency);
  /** Errors that are ready to leave. */
  private readonly ready = new WeakSet<Error>();

  constructor(engine: EngineLog | undefined) {
    this.voice = new Voice(engine, (text) => this.wiring.secrets.mask(text));
    // Pulumi says Cancel at the end of every run, too.
    this.interruption.stopped.addEventListener("abort", keepCompiled);
  }

  configure(setting: StackSetting, first: Precedence = "environment"): void {
    this.configuration = readConfiguration(setting, process.env, first);
    this.writes = new Semaphore(this.configuration.concurrency);
    this.wiring.forget();
  }

  /** Properties, whose secrets are kept from now on. */
  known(map: PropertyMap): PropertyMap {
    this.keep(...secretPaths.map((path) => valueAt(map, path)));
    return map;
  }

  /** Keeps these out of every text from now on. */
  keep(...values: readonly unknown[]): void {
    this.wiring.secrets.add(...values);
  }

  check(olds: PropertyMap, news: PropertyMap, urn: string | undefined): ReturnType<typeof integration.check> {
    const result = integration.check(olds, news, this.configuration.sqlAdministrator.username);
    const { failures, inputs } = result;
    const claimed =
      urn === undefined ? undefined : this.claims.claim(urn, inputs, this.configuration.contract());
    if (claimed !== undefined) failures.push({ property: "", reason: claimed });
    for (const failure of failures) failure.reason = this.told(failure.reason);
    return result;
  }

  diff(id: string, olds: PropertyMap, news: PropertyMap, urn: string | undefined): Verdict {
    const contract = this.configuration.contract();
    const planned = integration.planOf(olds, news, contract);
    const result = integration.diff(id, olds, news, planned, this.configuration);
    integration.keeps(result, olds, this.wiring.holdings, urn);
    return {
      ...result,
      planned,
      announcement: () => this.announcementOfChange(olds, news, planned),
    };
  }

  announcementOfCreate(inputs: PropertyMap): Announcement {
    return integration.announcementOfCreate(inputs, this.configuration.contract());
  }

  announcementOfChange(
    olds: PropertyMap,
    news: PropertyMap,
    planned = integration.planOf(olds, news, this.configuration.contract()),
  ): Announcement | undefined {
    return integration.announcementOfChange(olds, news, planned, this.configuration.contract());
  }

  create(inputs: PropertyMap, subject: Subject): Promise<{ id: string; outs: PropertyMap }> {
    return this.written(async () => {
      const { id, outs } = await integration.create(inputs as Inputs, this.ports(inputs, subject));
      return { id, outs: this.tellable(outs) };
    });
  }

  read(id: string, outputs: PropertyMap, subject: Subject): Promise<integration.ReadState> {
    return this.guarded(async () => {
      const ports = this.wiring.portsForRead(this.asking(outputs, subject));
      const state = await integration.read(id, outputs, ports);
      return { ...state, props: this.tellable(state.props) };
    });
  }

  /** What Immuta has, for a resource of which nothing is stored. */
  importExisting(id: string, { urn, row }: Subject): Promise<integration.ReadState> {
    return this.guarded(async () => {
      const { configuration } = this;
      const reporter = this.voice.reporter(row, id, configuration.debug);
      const ports = this.wiring.portsForRead({
        configuration,
        reporter,
        subject: row ?? id,
        ...(urn === undefined ? {} : { urn }),
      });
      const state = await integration.importExisting(id, ports);
      return { ...state, props: this.tellable(state.props) };
    });
  }

  update(id: string, olds: PropertyMap, news: PropertyMap, subject: Subject): Promise<{ outs: PropertyMap }> {
    return this.written(async () => {
      const { outs } = await integration.update(id, olds, news as Inputs, this.ports(news, subject));
      return { outs: this.tellable(outs) };
    });
  }

  remove(outputs: PropertyMap, subject: Subject): Promise<void> {
    return this.written(() => integration.remove(outputs, this.ports(outputs, subject)));
  }

  /** A text as it may leave the process. */
  told(text: string, longest?: number): string {
    return harmless(this.wiring.secrets.mask(text), longest);
  }

  /**
   * A user needs the message of an error once, without its stack, and with nothing in it that a terminal or a pipeline
   * obeys. Lines come before the end.
   */
  async guarded<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || this.ready.has(error)) throw error;
      this.ready.add(error);
      error.message = this.told(withCode(error), longestError);
      error.stack = this.configuration.debug ? this.told(error.stack ?? "", longestError) : "";
      if (error instanceof integration.PartialState) {
        this.tellable(error.properties);
        error.reasons.splice(0, Infinity, error.message);
      }
      throw error;
    } finally {
      await this.voice.flushed();
    }
  }

  /** The outside world of an operation that is about no resource. */
  portsFor(name: string): Ports {
    return this.wiring.ports({
      configuration: this.configuration,
      reporter: this.voice.reporter(undefined, name, this.configuration.debug),
      subject: name,
    });
  }

  private asking(map: PropertyMap, { urn, row }: Subject): Asking {
    const { configuration } = this;
    const place = resourceId(map as Inputs);
    return {
      configuration,
      reporter: this.voice.reporter(row, place, configuration.debug),
      subject: row ?? place,
      ...(urn === undefined ? {} : { urn }),
    };
  }

  private ports(map: PropertyMap, subject: Subject): Ports {
    return this.wiring.ports(this.asking(map, subject));
  }

  /** However many resources the engine hands over at once, only so many write. */
  private written<T>(work: () => Promise<T>): Promise<T> {
    return this.guarded(() => this.writes.hold(work));
  }

  /** What Immuta said of an integration goes into the state in plain text. */
  private tellable(outputs: PropertyMap): PropertyMap {
    const masked = (value: unknown): unknown => {
      if (typeof value === "string") return this.wiring.secrets.mask(value);
      if (Array.isArray(value)) return value.map(masked);
      return isPropertyMap(value)
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)]))
        : value;
    };
    for (const name of ["status", "validation"] as const)
      if (outputs[name] !== undefined) outputs[name] = masked(outputs[name]);
    return outputs;
  }
}

export interface Verdict extends integration.DiffResult {
  planned: Plan;
  /** What a preview says of it. */
  announcement: () => Announcement | undefined;
}

/** Characters of an error that are told: all, as far as its parts keep to their bounds. */
const longestError = 100_000;
