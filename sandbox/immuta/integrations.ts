import { randomBytes } from "node:crypto";
import { credentialsNotRequired, credentialsRequired, malformed, validationFailed } from "./errors";
import { ForcedFailures } from "./forced-failures";
import type { Account, Integration, Settings, SynapsePlatform, ValidationResults } from "./model";
import { completeSettings, parseCredentials, parsePayload, synapseType, type Payload } from "./payload";
import { PoolError, type PoolRoute } from "./pool";
import type { Registry } from "./registry";
import { editMarker, scriptBatches, type Phase, type ScriptSource } from "./scripts";
import { runBatches, runPhases, undo } from "./setup";
import type { Switches } from "./switches";
import {
  expectationOf,
  lookForObjects,
  manageFailed,
  markerIsThere,
  scriptFailed,
  validatePool,
  validatePrivileges,
} from "./validation";

/** POST, PUT and DELETE of /integrations. Each gives the integration as it is when the answer goes out. */
export class Integrations {
  readonly failures = new ForcedFailures();

  constructor(
    private readonly registry: Registry,
    private readonly pools: PoolRoute,
    private readonly switches: Switches,
  ) {}

  /** Throws ApiError 400, 409, 422. */
  async create(body: unknown): Promise<Integration> {
    const payload = parsePayload(body, this.switches);
    const settings = completeSettings(payload.sent);
    const id = this.registry.reserve(settings);
    try {
      const outcome = payload.autoBootstrap
        ? await this.setUp(payload, settings)
        : await this.lookAtPool(payload, settings);
      const failure = outcome.failure ?? this.failures.take("create");
      const integration: Integration = {
        id,
        type: synapseType,
        autoBootstrap: payload.autoBootstrap,
        status: "creating",
        validationResults: outcome.results,
        details: newPlatform(settings, outcome.account, payload.fingerprint),
      };
      this.registry.add(integration);
      this.registry.hideFromLists(integration, this.switches.unlistedFor);
      this.registry.finishLater(integration, "creating", failure ? "createError" : "enabled", failure);
      return integration;
    } finally {
      this.registry.release(id);
    }
  }

  /** Throws ApiError 400, 404, 409, 422. */
  async update(id: string, body: unknown): Promise<Integration> {
    const integration = this.registry.get(id);
    const payload = parsePayload(body, this.switches);
    const details = requireSame(integration, payload);
    this.registry.requireEditable(integration);
    const settings = editedSettings(details, payload, this.switches);
    const before = integration.status;
    integration.status = "editing";
    try {
      const planned = this.failures.take("edit");
      const outcome = payload.autoBootstrap
        ? await this.editPool(details, payload, settings, planned)
        : await this.lookAtEditedPool(details, payload, settings);
      const failure = outcome.failure ?? planned;
      if (failure) this.registry.finishLater(integration, "editing", "editError", failure);
      else {
        integration.validationResults = outcome.results;
        this.registry.finishLater(integration, "editing", "enabled", undefined, () => {
          keepChange(details, settings, outcome.account, payload.fingerprint);
        });
      }
      return { ...integration, validationResults: outcome.results };
    } catch (error) {
      integration.status = before;
      throw error;
    }
  }

  /** Throws ApiError 400, 404, 409, 422. */
  async remove(id: string, body: unknown): Promise<Integration> {
    const integration = this.registry.get(id);
    const credentials = parseCredentials(body);
    if (credentials !== undefined && !integration.autoBootstrap) throw credentialsNotRequired();
    if (credentials === undefined && integration.autoBootstrap) throw credentialsRequired();
    this.registry.requireDeletable(integration);
    const before = integration.status;
    integration.status = "deleting";
    try {
      const planned = this.failures.take("delete");
      const failure = (await this.clearPool(integration, before, credentials, planned)) ?? planned;
      this.registry.finishLater(integration, "deleting", failure ? "deleteError" : "deleted", failure);
      return integration;
    } catch (error) {
      integration.status = before;
      throw error;
    }
  }

  /** Manual setup: the scripts must have run, and have been generated from this payload. */
  private async lookAtPool(payload: Payload, settings: Settings): Promise<Outcome> {
    const results = await validatePool(this.pools, expectationOf(payload, settings));
    if (results.status === "failed") throw validationFailed(results);
    return { results, account: payload.account };
  }

  /** Automatic setup: Immuta runs its scripts itself and keeps a system account of its own making. */
  private async setUp(payload: Payload, settings: Settings): Promise<Outcome> {
    const privileged = payload.account;
    await this.requirePrivileges(settings, privileged);
    const account = ownAccount();
    const source: ScriptSource = { settings, account, fingerprint: payload.fingerprint };
    const results = await this.runAndValidate(privileged, ["initial-create", "create"], source);
    if (results.status === "passed") return { results, account };
    await undo(this.pools, privileged, ["cleanup", "post-cleanup"], source);
    return { results, account, failure: results };
  }

  private async lookAtEditedPool(
    details: SynapsePlatform,
    payload: Payload,
    settings: Settings,
  ): Promise<Outcome> {
    if (this.switches.editScriptRunsIn === "master") await this.editAfterMaster(details, payload, settings);
    const results = await validatePool(this.pools, expectationOf(payload, settings));
    if (results.status === "passed") return { results, account: payload.account };
    if (this.switches.unpreparedEdit === "422") throw validationFailed(results);
    return { results, account: payload.account, failure: results };
  }

  /** Where edit scripts run in master they only leave a marker; Immuta's account then changes the database itself. */
  private async editAfterMaster(
    details: SynapsePlatform,
    payload: Payload,
    settings: Settings,
  ): Promise<void> {
    const source = editSource(details, payload.account, settings, payload.fingerprint);
    const accountChanged = details.account?.username !== payload.account.username;
    const acting = accountChanged ? (details.account ?? payload.account) : payload.account;
    const batches = scriptBatches("edit", source);
    // An account cannot drop its own user, which is what the last batch does when the account changed.
    const own = accountChanged ? batches.slice(0, -1) : batches;
    try {
      if (!(await markerIsThere(this.pools, settings, payload.account, editMarker(source)))) return;
      await runBatches(this.pools, acting, settings.database, source, own);
      await runBatches(this.pools, payload.account, settings.database, source, batches.slice(own.length));
    } catch (error) {
      // What is missing now is found by the validation that follows.
      if (!(error instanceof PoolError)) throw error;
    }
  }

  /** Ends as it began when a script fails or the failure was planned. */
  private async editPool(
    details: SynapsePlatform,
    payload: Payload,
    settings: Settings,
    planned: ValidationResults | undefined,
  ): Promise<Outcome> {
    const privileged = payload.account;
    const results = await this.requirePrivileges(settings, privileged);
    const account = details.account ?? ownAccount();
    if (planned) return { results, account, failure: planned };
    const source = editSource(details, account, settings, payload.fingerprint);
    const after = await this.runAndValidate(privileged, ["edit"], source);
    if (after.status === "passed") return { results: after, account };
    const back = { ...source, settings: details.settings, fingerprint: details.fingerprint };
    await undo(this.pools, privileged, ["edit"], { ...back, former: { settings, account } });
    return { results, account, failure: after };
  }

  private async runAndValidate(
    privileged: Account,
    phases: readonly Phase[],
    source: ScriptSource,
  ): Promise<ValidationResults> {
    try {
      await runPhases(this.pools, privileged, phases, source);
    } catch (error) {
      return scriptFailed(error);
    }
    return validatePool(this.pools, source);
  }

  /** What has to happen in the pool, or be the case there, for an integration to go. Gives the failure of a script. */
  private async clearPool(
    { details }: Integration,
    status: Integration["status"],
    credentials: Account | undefined,
    planned: ValidationResults | undefined,
  ): Promise<ValidationResults | undefined> {
    if (details.platform === "other") return undefined;
    if (credentials === undefined) {
      if (status === "createError" || status === "disabled") return undefined;
      const wrong = await this.wrongOrder(details);
      if (wrong !== undefined && this.switches.refusedDelete === "422") throw validationFailed(wrong);
      return wrong;
    }
    await this.requirePrivileges(details.settings, credentials);
    if (planned) return planned;
    const source = removalSource(details);
    try {
      await runPhases(this.pools, credentials, ["delete", "post-cleanup"], source);
      return undefined;
    } catch (error) {
      // A delete that fails ends in the state before it.
      await undo(this.pools, credentials, ["initial-create", "create"], source);
      return scriptFailed(error);
    }
  }

  private async wrongOrder({ settings, account }: SynapsePlatform): Promise<ValidationResults | undefined> {
    const order = this.switches.deleteNeedsScripts;
    if (order === "any" || account === undefined) return undefined;
    const objects = await lookForObjects(this.pools, settings, account);
    if (typeof objects === "object") return objects;
    if (order === "after" && objects === "gone")
      return manageFailed("The Immuta objects are gone from the database already.");
    if (order === "before" && objects === "there")
      return manageFailed("The Immuta objects are in the database. Run the delete script first.");
    return undefined;
  }

  private async requirePrivileges(settings: Settings, account: Account): Promise<ValidationResults> {
    const results = await validatePrivileges(this.pools, settings, account);
    if (results.status === "failed") throw validationFailed(results);
    return results;
  }
}

interface Outcome {
  results: ValidationResults;
  account: Account;
  /** Set when the operation was accepted but ends in its error state. */
  failure?: ValidationResults;
}

/** A login name and a password that nobody else knows. */
const ownAccount = (): Account => ({
  username: `immuta_system_${randomBytes(6).toString("hex")}`,
  password: `${randomBytes(24).toString("base64url")}aA1!`,
});

/**
 * Throws ApiError 400 when a payload would make another integration of this one: type, setup and place in the pool
 * are fixed.
 */
export function requireSame(
  integration: Integration,
  payload: Pick<Payload, "autoBootstrap" | "sent">,
): SynapsePlatform {
  const { details } = integration;
  if (details.platform !== "synapse") throw malformed(`"type" must be [${integration.type}]`);
  if (payload.autoBootstrap !== integration.autoBootstrap)
    throw malformed(`"autoBootstrap" must be [${integration.autoBootstrap}]`);
  for (const name of ["host", "database", "schema"] as const)
    if (payload.sent[name] !== details.settings[name]) throw malformed(`"config.${name}" cannot be changed`);
  if (payload.sent.port !== undefined && payload.sent.port !== details.settings.port)
    throw malformed(`"config.port" cannot be changed`);
  return details;
}

/** What an edit script is generated from. */
export function editSource(
  details: SynapsePlatform,
  account: Account,
  settings: Settings,
  fingerprint: string,
): ScriptSource {
  const former: NonNullable<ScriptSource["former"]> = { settings: details.settings };
  if (details.account !== undefined) former.account = details.account;
  return { settings, account, fingerprint, former, markers: details.markers };
}

/** What the scripts are generated from that take an integration away. */
export function removalSource({
  settings,
  account,
  fingerprint,
  formerAccounts,
  markers,
}: SynapsePlatform): ScriptSource {
  if (account === undefined) throw malformed("The integration has no system account.");
  return { settings, account, fingerprint, formerAccounts, markers };
}

/** The settings after an edit. The port is part of the place: it stays, sent or not. */
export function editedSettings(details: SynapsePlatform, payload: Payload, switches: Switches): Settings {
  const base = switches.putKeepsUnsent ? details.settings : undefined;
  return { ...completeSettings(payload.sent, base), port: details.settings.port };
}

const newPlatform = (settings: Settings, account: Account, fingerprint: string): SynapsePlatform => ({
  platform: "synapse",
  settings,
  account,
  fingerprint,
  formerAccounts: [],
  markers: [],
});

function keepChange(
  details: SynapsePlatform,
  settings: Settings,
  account: Account,
  fingerprint: string,
): void {
  const former = details.account?.username;
  if (former !== undefined && former !== account.username) details.formerAccounts.push(former);
  details.settings = settings;
  details.account = account;
  details.fingerprint = fingerprint;
}
