import { malformed, notFound, wrongState } from "./errors";
import { editedSettings, editSource, removalSource, requireSame } from "./integrations";
import { isInUse, type Integration, type Settings, type SynapsePlatform } from "./model";
import { completeSettings, parsePayload, parseWithoutCredentials, type Payload } from "./payload";
import type { Registry } from "./registry";
import { editMarker, renderEditInMaster, renderScript, type Phase, type ScriptSource } from "./scripts";
import type { RemovalBody, Switches } from "./switches";

/** The script endpoints. They write nothing anywhere: a script does what it does when it is run. */
export class ScriptRequests {
  /** What scripts of a setup or an edit were made from, by the pool; the last one last. */
  private readonly sources = new Map<string, ScriptSource>();

  constructor(
    private readonly registry: Registry,
    private readonly switches: Switches,
  ) {}

  /** POST /integrations/scripts/{phase}. Throws ApiError 400. */
  fromPayload(phase: Extract<Phase, "initial-create" | "create">, body: unknown): string {
    return renderScript(phase, this.remembered(sourceOf(this.payload(body))));
  }

  /** POST /integrations/scripts/cleanup. Throws ApiError 400. */
  cleanup(body: unknown): string {
    return renderScript("cleanup", this.removed(body, this.switches.cleanupScriptTakes));
  }

  /** POST /integrations/scripts/post-cleanup. Throws ApiError 400. */
  postCleanup(body: unknown): string {
    const source = this.removed(body, this.switches.postCleanupScriptTakes);
    return renderScript("post-cleanup", { ...source, ...this.remainders(source.settings) });
  }

  /** POST /integrations/{id}/scripts/edit. Throws ApiError 400, 404, 409. */
  edit(id: string, body: unknown): string {
    const integration = this.registry.get(id);
    const payload = this.payload(body);
    const details = requireSame(integration, payload);
    this.registry.requireEditable(integration);
    const settings = editedSettings(details, payload, this.switches);
    this.remembered({ settings, account: payload.account, fingerprint: payload.fingerprint });
    if (this.switches.editScriptRunsIn === "database")
      return renderScript("edit", editSource(details, payload.account, settings, payload.fingerprint));
    const marker = editMarker({ settings, fingerprint: payload.fingerprint });
    if (!details.markers.includes(marker)) details.markers.push(marker);
    return renderEditInMaster(editSource(details, payload.account, settings, payload.fingerprint));
  }

  /**
   * POST /integrations/{id}/scripts/delete, for an integration that was set up successfully.
   * Throws ApiError 400, 404, 409.
   */
  remove(id: string, body: unknown): string {
    const alsoDeleted = this.switches.deleteNeedsScripts === "after";
    const integration = alsoDeleted ? this.registry.find(id) : this.registry.get(id);
    if (integration === undefined) throw notFound(id);
    const { details } = integration;
    if (details.platform !== "synapse" || integration.autoBootstrap)
      throw malformed("Scripts are for Azure Synapse Analytics integrations that were configured manually.");
    this.requireBodyOf(integration, body);
    const { status } = integration;
    const isGoing = status === "deleting" || status === "deleted";
    if (status === "createError" || status === "creating" || (isGoing && !alsoDeleted))
      throw wrongState("delete", integration.id, status);
    return renderScript("delete", removalSource(details));
  }

  private payload(body: unknown): Payload {
    return manual(parsePayload(body, this.switches));
  }

  private requireBodyOf(integration: Integration, body: unknown): void {
    const takes = this.switches.deleteScriptTakes;
    if (takes === "config") requireSame(integration, manual(parseWithoutCredentials(body, this.switches)));
    else if (takes === "create" || (takes === "any" && !isEmpty(body)))
      requireSame(integration, this.payload(body));
    else requireEmpty(body);
  }

  private remembered(source: ScriptSource): ScriptSource {
    const place = placeOf(source.settings);
    this.sources.delete(place);
    this.sources.set(place, source);
    return source;
  }

  /** What a script is made from that takes something away. Without an account in the payload, it is the one that was sent before. */
  private removed(body: unknown, takes: RemovalBody): ScriptSource {
    if (takes === "create") return sourceOf(this.payload(body));
    const source =
      takes === "config"
        ? this.sources.get(placeOf(manual(parseWithoutCredentials(body, this.switches)).sent))
        : this.lastOf(body);
    if (source === undefined) throw malformed("No scripts were generated for this database.");
    return source;
  }

  private lastOf(body: unknown): ScriptSource | undefined {
    requireEmpty(body);
    return [...this.sources.values()].at(-1);
  }

  /** What earlier accounts and edit scripts of the integrations on this pool have left in master. */
  private remainders(settings: Settings): { formerAccounts: string[]; markers: string[] } {
    const platforms = this.registry.all().flatMap((integration) => {
      const { details } = integration;
      return details.platform === "synapse" ? [{ details, inUse: isInUse(integration) }] : [];
    });
    const onPool = platforms.filter(({ details }) => isSamePool(details, settings));
    // Another integration on the workspace may use as its own account what is a former one here.
    const needed = new Set(
      platforms.flatMap(({ details, inUse }) =>
        inUse && !isSamePool(details, settings) && details.account ? [details.account.username] : [],
      ),
    );
    return {
      formerAccounts: onPool
        .flatMap(({ details }) => details.formerAccounts)
        .filter((username) => !needed.has(username)),
      markers: onPool.flatMap(({ details }) => details.markers),
    };
  }
}

function manual<P extends Pick<Payload, "autoBootstrap">>(payload: P): P {
  if (payload.autoBootstrap) throw malformed('"autoBootstrap" must be [false]');
  return payload;
}

const sourceOf = ({ sent, account, fingerprint }: Payload): ScriptSource => ({
  settings: completeSettings(sent),
  account,
  fingerprint,
});

const placeOf = ({ host, database }: Pick<Settings, "host" | "database">): string =>
  `${host}/${database}`.toLowerCase();

const isSamePool = ({ settings }: SynapsePlatform, other: Settings): boolean =>
  placeOf(settings) === placeOf(other);

function requireEmpty(body: unknown): void {
  if (!isEmpty(body)) throw malformed('"payload" is not allowed');
}

const isEmpty = (body: unknown): boolean =>
  body === undefined || (typeof body === "object" && body !== null && Object.keys(body).length === 0);
