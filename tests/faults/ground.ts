import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startSandbox, type Sandbox } from "../../sandbox";
import { secretsFoundIn } from "../engine/canaries";
import { EngineStack } from "./driver/engine-stack";
import { type FaceName, faces, type Process, type Started } from "./driver/face";
import type { PropertyMap } from "./driver/host";
import { type Declared, type PulumiStack, Stack } from "./driver/stack";

export type Setup = "automatic" | "manual";
export const setups: readonly Setup[] = ["automatic", "manual"];

/** Passwords of this ground; each is looked for in everything that is written. */
export const secrets = {
  administrator: "c4nary-Adm1n]istr'ator",
  system: "c4nary-Syst3m'Acc0unt]",
  rotated: 'c4nary-R0tated"Acc0unt;',
};

export const administratorLogin = "sqladmin";

/** Who keeps the stacks: Pulumi's engine, or the test in its place, which is some twenty times as fast. */
export type Keeper = "the engine" | "the test";

/** Sandbox and provider process that many lives share, one after the other. Each life has a workspace of its own. */
export class Ground {
  private started: Started | undefined;
  private workspaces = 0;
  private readonly heard: string[] = [];
  /** Requests that came to a host that nobody configured. */
  readonly strayed: string[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    private readonly stranger: Server,
    private readonly keeper: Keeper,
    private readonly face: FaceName,
  ) {}

  /** With the real engine the face is that of the dynamic resource. */
  static async open(keeper: Keeper = "the test", face: FaceName = "dynamic"): Promise<Ground> {
    const sandbox = await startSandbox({ delays: { creating: 1, editing: 1, deleting: 1 } });
    const stranger = createServer();
    const ground = new Ground(sandbox, stranger, keeper, face);
    stranger.on("request", (request, response) => {
      ground.strayed.push(`${request.method ?? ""} ${request.url ?? ""}`);
      response.end();
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    return ground;
  }

  /** Another host, to which an answer may redirect. */
  get elsewhere(): string {
    return `http://127.0.0.1:${(this.stranger.address() as AddressInfo).port}/integrations`;
  }

  /** The provider's process; a fresh one where there is none, or an old one. */
  async host(): Promise<Process> {
    return (await this.shown()).process;
  }

  private async shown(): Promise<Started> {
    const { process } = this.started ?? {};
    if (process !== undefined && (!process.alive || process.served >= faces[this.face].runsOfOneProcess))
      await this.endHost();
    this.started ??= await faces[this.face].start({ NODE_EXTRA_CA_CERTS: this.authorities });
    return this.started;
  }

  stackWith(config: Record<string, string>): PulumiStack {
    return this.keeper === "the engine"
      ? new EngineStack(this.authorities, config)
      : new Stack({
          begin: async () => (await this.shown()).begin(config),
          kill: () => this.endHost(),
          readable: faces[this.face].readable,
        });
  }

  newHostName(): string {
    return `fault${++this.workspaces}.sql.azuresynapse.net`;
  }

  /** Everything the provider wrote since the last time: lines, stdout and stderr. */
  written(): string {
    const text = [...this.heard.splice(0), ...(this.started?.process.takeWritten() ?? [])].join("\n");
    return text;
  }

  async close(): Promise<void> {
    await this.endHost();
    await this.sandbox.close();
    await new Promise((resolve) => {
      this.stranger.close(resolve);
      this.stranger.closeAllConnections();
    });
  }

  private get authorities(): string {
    return this.sandbox.environment["NODE_EXTRA_CA_CERTS"] ?? "";
  }

  private async endHost(): Promise<void> {
    await this.started?.process.kill();
    this.heard.push(...(this.started?.process.takeWritten() ?? []));
    this.started = undefined;
  }
}

/** One stack in a workspace of its own, or in several. */
export class Life {
  readonly hosts: readonly [string, ...string[]];
  readonly stack: PulumiStack;
  program: Declared[] = [];
  readonly config: Record<string, string>;
  /** What the runs said when they failed, newest last. */
  readonly failures: string[] = [];

  constructor(
    readonly ground: Ground,
    readonly databases: readonly string[] = ["claims"],
    workspaces = 1,
  ) {
    const { sandbox } = ground;
    const others = Array.from({ length: workspaces - 1 }, () => ground.newHostName());
    this.hosts = [ground.newHostName(), ...others];
    for (const host of this.hosts) {
      sandbox.synapse.createWorkspace({
        host,
        administratorLogin,
        administratorPassword: secrets.administrator,
      });
      for (const database of databases) sandbox.synapse.createPool(host, database);
    }
    this.config = {
      "immuta:url": sandbox.immuta.url,
      "immuta:apiKey": sandbox.apiKey,
      "immuta:sqlServer": sandbox.synapse.address,
      "immuta:sqlPort": String(sandbox.synapse.port),
      "immuta:sqlAdminUsername": administratorLogin,
      "immuta:sqlAdminPassword": secrets.administrator,
    };
    this.stack = ground.stackWith(this.config);
  }

  /** Its workspace, or the first of them. */
  get host(): string {
    return this.hosts[0];
  }

  /** Inputs of an integration on a database of this workspace. */
  inputs(setup: Setup, database = "claims"): PropertyMap {
    const place = { host: this.host, database, schema: "governed" };
    return setup === "automatic"
      ? { ...place, autoBootstrap: true }
      : {
          ...place,
          autoBootstrap: false,
          username: `immuta_${database}`,
          password: secrets.system,
          bootstrap: {},
        };
  }

  /** Whether a run succeeded; what a failed one says is kept. */
  async succeeds(run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "RunFailed") throw error;
      this.failures.push(error.message);
      return false;
    }
  }

  up(): Promise<unknown> {
    return this.stack.up(this.program);
  }

  /** Everything that was written where anybody might read it, the state without what the engine encrypts in it. */
  written(): string {
    return [
      this.ground.written(),
      ...this.stack.takeWritten(),
      ...this.failures,
      this.stack.stored,
      JSON.stringify(this.ground.sandbox.immuta.journal),
      JSON.stringify(this.ground.sandbox.synapse.journal),
    ].join("\n");
  }

  /** Names of the secrets that were written down in any form. */
  secretsWritten(): string[] {
    return secretsFoundIn(this.written(), { ...secrets, apiKey: this.ground.sandbox.apiKey });
  }

  /** Logins and tokens that a pool was sent unencrypted since the last time (hex). */
  loginsHeard(): string[] {
    const { synapse } = this.ground.sandbox;
    const heard = [...synapse.heardInClear];
    synapse.clearHeard();
    return heard;
  }

  /** The workspace goes, with whatever is left at Immuta for it. */
  async end(): Promise<void> {
    await this.stack.end();
    const { immuta, synapse } = this.ground.sandbox;
    immuta.clearFaults();
    for (const one of immuta.snapshot())
      if (this.hosts.includes(String((one["config"] as PropertyMap)["host"])))
        immuta.remove(String(one["id"]));
    for (const host of this.hosts) synapse.dropWorkspace(host);
    immuta.clearJournal();
    synapse.clearJournal();
  }
}

/** All is well again, and what Immuta has under way comes to its end. */
export function endFaults(life: Life): void {
  const { immuta, synapse } = life.ground.sandbox;
  immuta.clearFaults();
  for (const host of life.hosts)
    for (const database of ["master", ...life.databases]) synapse.setFault(host, database, undefined);
  synapse.setEncryption(undefined);
  delete life.config["immuta:requestTimeout"];
  immuta.settle();
}
