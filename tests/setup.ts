import { configureGlobal } from "fast-check";
import { given } from "./faults/seed";

/** Loaded before the tests, in each of mocha's processes. */

configureGlobal({ seed: given.seed });

// What the machine is set up with is not to reach the tests' providers, nor to come between them and the sandbox.
for (const name of Object.keys(process.env))
  if (/^(IMMUTA_|PULUMI_IMMUTA_DEBUG$)/.test(name)) Reflect.deleteProperty(process.env, name);
if (Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name))) {
  const direct = [process.env["no_proxy"] ?? process.env["NO_PROXY"] ?? [], "127.0.0.1", "localhost"]
    .flat()
    .join(",");
  Object.assign(process.env, { no_proxy: direct, NO_PROXY: direct });
}
