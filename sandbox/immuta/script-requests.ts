import { malformed, notFound, wrongState } from "./errors";
import { editedSettings, editSource, removalSource, requireSame } from "./integrations";
import { isInUse, type Settings, type SynapsePlatform } from "./model";
import { completeSettings, parsePayload, type Payload } from "./payload";
import type { Registry } from "./registry";
import { editMarker, renderEditInMaster, renderScript, type Phase } from "./scripts";
import type { Switches } from "./switches";

/** The script endpoints. They write nothing anywhere: a script does what it does when it is run. */
export class ScriptRequests {
  constructor(
    private readonly registry: Registry,
    private readonly switches: Switches,
  ) {}

  /** POST /integrations/scripts/{phase}. Throws ApiError 400. */
  fromPayload(phase: Extract<Phase, "initial-create" | "create" | "cleanup">, body: unknown): string {
    const payload = manualPayload(body);
    const settings = completeSettings(payload.sent);
    return renderScript(phase, { settings, account: payload.account, fingerprint: payload.fingerprint });
  }

  /** POST /integrations/scripts/post-cleanup. Throws ApiError 400. */
  postCleanup(body: unknown): string {
    const payload = manualPayload(body);
    const settings = completeSettings(payload.sent);
    const { account, fingerprint } = payload;
    return renderScript("post-cleanup", { settings, account, fingerprint, ...this.remainders(settings) });
  }

  /** POST /integrations/{id}/scripts/edit. Throws ApiError 400, 404, 409. */
  edit(id: string, body: unknown): string {
    const integration = this.registry.get(id);
    const payload = manualPayload(body);
    const details = requireSame(integration, payload);
    this.registry.requireEditable(integration);
    const settings = editedSettings(details, payload, this.switches);
    if (this.switches.editScriptRunsIn === "database")
      return renderScript("edit", editSource(details, payload.account, settings, payload.fingerprint));
    const marker = editMarker({ settings, fingerprint: payload.fingerprint });
    if (!details.markers.includes(marker)) details.markers.push(marker);
    return renderEditInMaster(editSource(details, payload.account, settings, payload.fingerprint));
  }

  /**
   * POST /integrations/{id}/scripts/delete, for an integration that was set up successfully. Takes no payload, or the
   * integration's own.
   * Throws ApiError 400, 404, 409.
   */
  remove(id: string, body: unknown): string {
    const alsoDeleted = this.switches.deleteNeedsScripts === "after";
    const integration = alsoDeleted ? this.registry.find(id) : this.registry.get(id);
    if (integration === undefined) throw notFound(id);
    const { details } = integration;
    if (details.platform !== "synapse" || integration.autoBootstrap)
      throw malformed("Scripts are for Azure Synapse Analytics integrations that were configured manually.");
    if (!isEmpty(body)) requireSame(integration, manualPayload(body));
    const { status } = integration;
    const isGoing = status === "deleting" || status === "deleted";
    if (status === "createError" || status === "creating" || (isGoing && !alsoDeleted))
      throw wrongState("delete", integration.id, status);
    return renderScript("delete", removalSource(details));
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

function manualPayload(body: unknown): Payload {
  const payload = parsePayload(body);
  if (payload.autoBootstrap) throw malformed('"autoBootstrap" must be [false]');
  return payload;
}

const isSamePool = ({ settings }: SynapsePlatform, other: Settings): boolean =>
  settings.host.toLowerCase() === other.host.toLowerCase() &&
  settings.database.toLowerCase() === other.database.toLowerCase();

const isEmpty = (body: unknown): boolean =>
  body === undefined || (typeof body === "object" && body !== null && Object.keys(body).length === 0);
