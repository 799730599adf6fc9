import { join } from "node:path";
import { startSandbox } from "./index";

/** `npm run sandbox`: runs until Ctrl-C and prints what a run of Pulumi needs to meet it. */
async function main(): Promise<void> {
  const sandbox = await startSandbox();
  const settings = Object.entries(sandbox.environment).map(([name, value]) => `export ${name}=${value}`);
  console.log(
    [
      "Immuta, Synapse and Azure are running on this machine. In another terminal:",
      "",
      ...settings,
      `export PULUMI_BACKEND_URL=file://${join(process.cwd(), ".demo")}`,
      "export PULUMI_CONFIG_PASSPHRASE=sandbox",
      "",
      "mkdir -p .demo && pulumi stack init sandbox",
      "pulumi config set azure-native:location westeurope",
      "pulumi config set --secret sqlAdminPassword 'Sandbox-Adm1n!'",
      "pulumi config set --secret immutaPassword 'Sandbox-Immuta1!'",
      "pulumi up",
      "",
      "Ctrl-C stops the sandbox and forgets everything in it.",
    ].join("\n"),
  );
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await sandbox.close();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
