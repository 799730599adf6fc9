import { goProgram } from "../pool/foreign/parts";
import { wholeLife } from "./other-languages";

describe("a program in Go", function () {
  this.timeout(180_000);
  wholeLife("go", async () => [await goProgram()]);
});
