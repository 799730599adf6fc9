import { secretSettings } from "../provider";
import * as pulumi from "@pulumi/pulumi";

/** Of each run, of which one process of the Automation API may have several. */
const warned = new WeakSet<object>();

/** Pulumi's runtime tells which settings are secret, to itself: without it there is no warning. */
const runtime = pulumi.runtime as unknown as { isConfigSecret?: (name: string) => boolean };

/** Warns once in a run of each setting that stands in plain text in the stack's file and in its state. */
export function warnOfPlainSettings(): void {
  const { isConfigSecret } = runtime;
  const run = pulumi.runtime.getMonitor();
  if (isConfigSecret === undefined || run === undefined || warned.has(run)) return;
  warned.add(run);
  const settings = new pulumi.Config("immuta");
  for (const name of secretSettings)
    if (settings.get(name) !== undefined && !isConfigSecret(`immuta:${name}`))
      void pulumi.log.warn(
        `immuta:${name} is kept in plain text, in the stack's file and in its state. Give a new value with \`pulumi config set --secret immuta:${name}\`, and make the old one invalid.`,
      );
}
