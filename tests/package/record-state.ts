/**
 * `npx tsx tests/package/record-state.ts` before a release: writes fixtures/state-<version>.json from a real `up` of an
 * automatic and a manual setup. The states of earlier releases stay.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { loadProgram } from "../../tools/engine/stack";
import { startSandbox } from "../../sandbox";
import { installFlat, readManifest } from "./installation";
import { both, commonJs, providePools, write } from "./programs";
import { recordedPath, withMadeUpValues, type RecordedState } from "./recorded-state";
import { open } from "./support";
import { root, tarball, temporaryFolder } from "./tarball";

async function record(): Promise<string> {
  const path = recordedPath(readManifest(root).version);
  const folder = temporaryFolder();
  installFlat(folder, await tarball());
  write(join(folder, "index.js"), commonJs(both));
  const sandbox = await startSandbox();
  providePools(sandbox);
  const scenario = await open(sandbox, {
    workDir: folder,
    program: loadProgram(join(folder, "index.js")),
  });
  try {
    await scenario.act("up");
    const state = withMadeUpValues(
      await scenario.opened.stack.exportStack(),
      new URL(sandbox.immuta.url).host,
    );
    const recorded: RecordedState = { integrations: both, state };
    writeFileSync(path, await format(JSON.stringify(recorded, undefined, 2), { parser: "json" }));
  } finally {
    scenario.opened.remove();
    rmSync(folder, { recursive: true, force: true });
    await sandbox.close();
  }
  return path;
}

void record().then((path) => {
  console.log(path);
});
