import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as immuta from "pulumi-immuta";
import { ensureEngine } from "../../tools/engine";
import { openStack, type OpenedStack } from "../../tools/engine/stack";
import { startSandbox, type Sandbox } from "../../sandbox";
import { administrator, host, manualArgs } from "./one-integration";
import { until } from "./processes";
import { integrations, leftIn, root } from "./support";

/** A disk of half a megabyte for the state; false where this user may not have one. */
function mounted(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a disk that is full when the state is to be written", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let opened: OpenedStack | undefined;
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-full-"));
  const state = join(folder, "state");
  const filler = join(state, "filler");
  let adopt: { adopt?: string } = {};
  mkdirSync(state);
  const disk = mounted(state);

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    sandbox.synapse.createWorkspace({ host, ...administrator });
    sandbox.synapse.createPool(host, "claims");
    if (disk)
      opened = await openStack({
        engine: await ensureEngine(),
        workDir: root,
        projectName: "full",
        folder,
        env: { ...sandbox.environment },
        program: () => {
          const args = { ...manualArgs, ...adopt } as unknown as immuta.SynapseIntegrationArgs;
          new immuta.SynapseIntegration("claims", args);
          return Promise.resolve(undefined);
        },
      });
  });
  after(async () => {
    await sandbox.close();
    if (disk) execFileSync("umount", [state]);
    rmSync(folder, { recursive: true });
  });

  const up = async (): Promise<string> => {
    try {
      await opened?.stack.up({ suppressProgress: true, color: "never" });
      return "";
    } catch (error) {
      return String(error);
    }
  };

  (disk ? it : it.skip)(
    `loses nothing of a create: it is in the state, or named and adopted${disk ? "" : " (skipped: mounting a disk needs more rights)"}`,
    async () => {
      sandbox.immuta.delays.creating = 600_000;
      const running = up();
      await until(() => sandbox.immuta.journal.some(({ path }) => path.endsWith("/status")));
      expect(() => {
        writeFileSync(filler, Buffer.alloc(1024 * 1024));
      }).to.throw("ENOSPC");
      sandbox.immuta.settle();
      sandbox.immuta.delays.creating = 0;
      expect(await running).to.contain("no space left on device");
      rmSync(filler);

      // As docs/runbook.md says of a runner that was killed; what the engine could still write decides which it is.
      await opened?.stack.cancel().catch(() => undefined);
      await opened?.stack.refresh({ clearPendingCreates: true, suppressProgress: true });
      const next = await up();
      if (next !== "") {
        expect(next).to.contain('adopt: "3"');
        adopt = { adopt: "3" };
        expect(await up()).to.equal("");
      }
      expect(integrations(sandbox).map(({ status }) => status)).to.deep.equal(["enabled"]);
      await opened?.stack.destroy({ suppressProgress: true });
      expect(integrations(sandbox)).to.deep.equal([]);
      expect([...leftIn(sandbox, host, "claims"), ...leftIn(sandbox, host, "master")]).to.deep.equal([]);
    },
  );
});
