/**
 * The start script of the host of dynamic providers. It comes with the Pulumi SDK for Node and finds the SDK from the
 * folder in which the engine starts it, so one script serves every checkout.
 */
import { chmodSync, copyFileSync, existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const NAME =
  process.platform === "win32" ? "pulumi-resource-pulumi-nodejs.cmd" : "pulumi-resource-pulumi-nodejs";

/** Path of the script in the installed SDK. @throws Error when the installation is not whole */
export function dynamicProviderHost(): string {
  const path = join(dirname(require.resolve("@pulumi/pulumi/package.json")), NAME);
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm ci to install @pulumi/pulumi again.`);
  return path;
}

/**
 * Puts the script beside a built engine, where the official distribution has it too. The engine would find it on PATH
 * as well, but prints a warning in every run when it does.
 */
export function addDynamicProviderHost(binaries: string): void {
  const source = dynamicProviderHost();
  const target = join(binaries, basename(source));
  copyFileSync(source, target);
  chmodSync(target, 0o755);
}
