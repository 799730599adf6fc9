/* Says of each module that is found in a folder of packages where it is. */
const Module = require("node:module");

const resolve = Module._resolveFilename;
Module._resolveFilename = (...request) => {
  const path = resolve(...request);
  if (path.includes("node_modules")) process.stderr.write(`not from the bundles: ${path}\n`);
  return path;
};
