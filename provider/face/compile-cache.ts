import { mkdirSync, statSync } from "node:fs";
import Module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/** What Node has from 22.1, and flushing from 22.10. */
interface Compiling {
  enableCompileCache(folder: string): unknown;
  flushCompileCache(): void;
}

const { enableCompileCache, flushCompileCache } = Object(Module) as Partial<Compiling>;

/**
 * From here on Node keeps what it compiles for the next start, in the cache folder of the user; not where that folder may be
 * somebody else's, since what lies there is run. Where NODE_COMPILE_CACHE names another, Node takes that.
 */
export function cacheCompiled(
  folder: string | undefined = cacheFolder(),
  enable: Partial<Compiling>["enableCompileCache"] = enableCompileCache,
): void {
  try {
    if (folder === undefined || !isOwn(homedir())) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOwn(folder)) enable?.(folder);
  } catch {
    // Without one a start takes longer.
  }
}

/** The engine ends its plugins before they could do this at their end. */
export function keepCompiled(): void {
  flushCompileCache?.();
}

/** Undefined where Node has no such cache. */
function cacheFolder({ XDG_CACHE_HOME = "", LOCALAPPDATA = "" } = process.env): string | undefined {
  if (enableCompileCache === undefined || flushCompileCache === undefined) return undefined;
  const base = process.platform === "win32" ? LOCALAPPDATA : XDG_CACHE_HOME;
  return join(base === "" ? join(homedir(), ".cache") : base, "pulumi-immuta", "compiled");
}

/** Windows has users' folders for themselves anyway. */
function isOwn(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}
