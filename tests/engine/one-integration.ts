import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../sandbox";
import { clock } from "../faults/driver/host";
import { open, root, type Scenario } from "./support";

export const host = "claims.sql.azuresynapse.net";
export const administrator = { administratorLogin: "sqladmin", administratorPassword: "c4nary-Adm1n!" };

export const manualArgs = {
  host,
  database: "claims",
  schema: "governed",
  autoBootstrap: false,
  username: "immuta_system_account",
  password: "c4nary-Immuta1!",
  bootstrap: { username: "sqladmin", password: administrator.administratorPassword },
};

export const automaticArgs = {
  host,
  database: "claims",
  schema: "governed",
  autoBootstrap: true,
  username: "sqladmin",
  password: administrator.administratorPassword,
};

export interface OneIntegration {
  sandbox: Sandbox;
  scenario: Scenario;
  /** What the program gives at the next run; undefined leaves the integration out. */
  args: Record<string, unknown> | undefined;
  /** Another stack of the same program in front of the same sandbox. */
  another(env: Record<string, string>): Promise<Scenario>;
  close(): Promise<void>;
}

/**
 * A sandbox with two pools in one workspace, and a program with one integration whose arguments a test changes. Manual setup
 * is run behind a gateway that redirects, as it is inside Azure.
 */
export async function oneIntegration(
  args: Record<string, unknown>,
  options: SandboxOptions = {},
): Promise<OneIntegration> {
  const connectionPolicy = args["autoBootstrap"] === false ? "redirect" : "proxy";
  const sandbox = await startSandbox({ connectionPolicy, ...options });
  sandbox.synapse.createWorkspace({ host, ...administrator });
  for (const database of ["claims", "sales"]) sandbox.synapse.createPool(host, database);
  const opened: Scenario[] = [];
  const program = (): Promise<undefined> => {
    if (it.args !== undefined)
      new immuta.SynapseIntegration("claims", it.args as unknown as immuta.SynapseIntegrationArgs);
    return Promise.resolve(undefined);
  };
  const another = async (env: Record<string, string>): Promise<Scenario> => {
    const scenario = await open(sandbox, undefined, {
      ...{ program, workDir: root, projectName: "one" },
      // What the provider waits for passes quickly.
      env: { NODE_OPTIONS: `--require ${clock}`, ...env },
    });
    opened.push(scenario);
    return scenario;
  };
  const it: OneIntegration = {
    sandbox,
    scenario: await another({}),
    args,
    another,
    close: async () => {
      for (const scenario of opened) scenario.opened.remove();
      await sandbox.close();
    },
  };
  return it;
}
