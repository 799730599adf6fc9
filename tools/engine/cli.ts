/** `npm run engine`: finds or gets the Pulumi CLI and says where it is. */
import { ensureEngine } from "./index";

const DESCRIPTIONS = {
  given: "given by PULUMI_IMMUTA_ENGINE",
  path: "found on PATH",
  cache: "from the cache",
  download: "downloaded",
  build: "built",
} as const;

ensureEngine({
  log: (line) => {
    console.error(line);
  },
}).then(
  (engine) => {
    console.log(`Pulumi CLI ${engine.version}: ${engine.path} (${DESCRIPTIONS[engine.source]})`);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
