/*
 * Runs the packed plugin behind its starter, and once more for each line that comes: a fresh one, with nothing left of the
 * one before, at a port of its own, without the start of a process.
 */
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname } = require("node:path");
const { createInterface } = require("node:readline");
const { Script } = require("node:vm");

const filename = require.resolve("../../../plugin/main.js");
const plugin = new Script(
  `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "utf8")}\n})`,
  { filename },
).runInThisContext();

const run = () => {
  const module = { exports: {} };
  plugin(module.exports, createRequire(filename), module, filename, dirname(filename));
};
run();
createInterface({ input: process.stdin }).on("line", run);
