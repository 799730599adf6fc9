import type { Immuta, Integration, IntegrationPayload } from "../../../provider/synapse/api";
import type { Phase } from "../../../provider/core/phases";

export interface ScriptRequest {
  phase: Phase;
  payload: IntegrationPayload;
  id: string | undefined;
}

/** A tenant in memory that can be asked, and refuses to be written to. */
export class Tenant implements Immuta {
  readonly tenant = "tenant.example";
  readonly calls: string[] = [];
  readonly scriptRequests: ScriptRequest[] = [];
  /** Text of a phase's script. */
  text = (phase: Phase, payload: IntegrationPayload): string =>
    `-- ${phase}\nPRINT '${payload.config.password.replaceAll("'", "''")}'\nGO\nPRINT 2`;

  constructor(readonly integrations: readonly Integration[] = []) {}

  list(): Promise<Integration[]> {
    this.calls.push("list");
    return Promise.resolve([...this.integrations]);
  }

  get(id: string): Promise<Integration | undefined> {
    this.calls.push(`get ${id}`);
    return Promise.resolve(this.integrations.find((integration) => integration.id === id));
  }

  async script(phase: Phase, payload: IntegrationPayload, id?: string): Promise<string> {
    this.calls.push(`script ${phase}${id === undefined ? "" : ` of ${id}`}`);
    this.scriptRequests.push({ phase, payload, id });
    return Promise.resolve().then(() => this.text(phase, payload));
  }

  status = refuse;
  create = refuse;
  update = refuse;
  remove = refuse;
}

const refuse = (): never => {
  throw new Error("a look-up writes nothing");
};

/** What the promise failed with. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("expected a failure");
}

export const claims: Integration = {
  id: "7",
  type: "Azure Synapse Analytics",
  status: "enabled",
  autoBootstrap: false,
  validation: { status: "passed", tests: [{ name: "Initial Validation: Connect", status: "passed" }] },
  config: {
    host: "contoso.sql.azuresynapse.net",
    port: 1433,
    database: "claims",
    schema: "governed",
    impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },
    metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
  },
};
