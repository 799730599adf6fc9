import { startSandbox, type Delays, type Sandbox } from "../../sandbox";
import { serve } from "./child";
import { type Place, prepare } from "./places";

/** The sandbox, in a process of its own: its work is nobody's cost that is measured. */

/** What reached Immuta and the pools since the journals were cleared. */
export interface Traffic {
  /** Requests to Immuta, looks at a status among them. */
  calls: number;
  /** GET /integrations. */
  lists: number;
  /** Looks at a status: how many depends on the time that something takes. */
  polls: number;
  /** Of the provider, or of who stands in its place. */
  logins: number;
  batches: number;
}

let sandbox: Sandbox | undefined;
const running = (): Sandbox => sandbox ?? fail();
const fail = (): never => {
  throw new Error("the sandbox was not started");
};

export const sandboxHandlers = {
  /** Gives what a run needs in its environment. */
  start: async ({ delays, places }: { delays: Delays; places: readonly Place[] }) => {
    sandbox = await startSandbox({ delays });
    prepare(sandbox, places);
    return { environment: sandbox.environment };
  },
  clear: () => {
    running().immuta.clearJournal();
    running().synapse.clearJournal();
  },
  traffic: (): Traffic => {
    const { immuta, synapse } = running();
    const calls = immuta.journal;
    // Immuta itself logs in too.
    const others = synapse.journal.filter(({ applicationName }) =>
      /^(pulumi-immuta|peer)\b/.test(applicationName),
    );
    return {
      calls: calls.length,
      lists: calls.filter(({ method, path }) => method === "GET" && path === "/integrations").length,
      polls: calls.filter(({ path }) => path.endsWith("/status")).length,
      logins: others.filter(({ kind }) => kind === "login").length,
      batches: others.filter(({ kind }) => kind === "batch").length,
    };
  },
  /** How many integrations of the benchmark are enabled. */
  enabled: (): number =>
    running()
      .immuta.snapshot()
      .filter(({ config, status }) => status === "enabled" && JSON.stringify(config).includes('"bench'))
      .length,
};

if (require.main === module)
  serve(sandboxHandlers, async () => {
    await sandbox?.close();
  });
