import { join } from "node:path";
import { pythonProgram } from "../pool/foreign/parts";
import { wholeLife } from "./other-languages";
import { root } from "./support";

describe("a program in Python", function () {
  this.timeout(180_000);
  wholeLife("python", async () => [
    await pythonProgram(),
    join(root, "tests", "plugin", "life-python", "life.py"),
  ]);
});
