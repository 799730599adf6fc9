/**
 * The package pulumi-immuta-sandbox under this package's name, for those who have it installed.
 *
 * @module pulumi-immuta/sandbox
 */
import { createRequire } from "node:module";
import type * as sandboxes from "pulumi-immuta-sandbox";

export type * from "pulumi-immuta-sandbox";

const load = createRequire(__filename);

export const { startSandbox } = installed();

function installed(): typeof sandboxes {
  try {
    load.resolve("pulumi-immuta-sandbox");
  } catch {
    const remedy = "npm install --save-dev pulumi-immuta-sandbox";
    throw Object.assign(new Error(`the sandbox is a package of its own, which is not installed: ${remedy}`), {
      code: "SANDBOX_NOT_INSTALLED",
    });
  }
  return load("pulumi-immuta-sandbox") as typeof sandboxes;
}
