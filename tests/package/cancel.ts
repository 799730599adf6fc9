import { startSandbox } from "../../sandbox";
import { until } from "../engine/processes";
import { CallFailed, ProviderHost } from "../faults/driver/host";

const administrator = { administratorLogin: "sqladmin", administratorPassword: "c4nary-Adm1n!" };
const place = { host: "claims.sql.azuresynapse.net", database: "claims", schema: "governed" };

/**
 * Tells Pulumi's host of dynamic providers, as it is installed in a folder, to cancel while the provider creates an
 * integration, and gives what the create ends with; undefined where it goes on.
 */
export async function endOfCancelled(
  folder: string,
  { env = {}, ...installed }: { node?: string; pulumi?: string; env?: Record<string, string> } = {},
): Promise<string | undefined> {
  const sandbox = await startSandbox({ delays: { creating: 3_600_000, editing: 0, deleting: 0 } });
  sandbox.synapse.createWorkspace({ host: place.host, ...administrator });
  sandbox.synapse.createPool(place.host, place.database);
  const { NODE_EXTRA_CA_CERTS = "" } = sandbox.environment;
  const host = await ProviderHost.start({ NODE_EXTRA_CA_CERTS, ...env }, { folder, ...installed });
  try {
    const text = await host.phase({
      "immuta:url": sandbox.immuta.url,
      "immuta:apiKey": sandbox.apiKey,
      "immuta:sqlAdminUsername": administrator.administratorLogin,
      "immuta:sqlAdminPassword": administrator.administratorPassword,
    });
    const urn = "urn:pulumi:test::cancel::pulumi-nodejs:dynamic/immuta:SynapseIntegration::claims";
    const inputs = await host.check(urn, {}, { ...place, autoBootstrap: true, __provider: text });
    let end: string | undefined;
    const created = host.create(urn, inputs.inputs).catch((error: unknown) => {
      end = error instanceof CallFailed ? error.shown : String(error);
    });
    const polls = (): number => sandbox.immuta.journal.filter(({ path }) => path.endsWith("/status")).length;
    await until(() => polls() > 0);
    await host.cancel();
    // Whoever does not heed it asks on.
    const seen = polls();
    await until(() => end !== undefined || polls() >= seen + 20);
    const stopped = end;
    await host.kill();
    await created;
    return stopped;
  } finally {
    await host.kill();
    await sandbox.close();
  }
}
