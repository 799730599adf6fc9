import { cacheCompiled } from "../face/compile-cache";

/** What the engine starts: the plugin, compiled where an earlier start has left it so. */
cacheCompiled();
// eslint-disable-next-line @typescript-eslint/no-require-imports -- after the line above
require("./main");
