import { delimiter, join } from "node:path";
import { javaProgram } from "../pool/foreign/parts";
import { wholeLife } from "./other-languages";

describe("a program in Java", function () {
  this.timeout(180_000);
  wholeLife("java", async () => {
    const target = join(await javaProgram(), "target");
    const parts = ["classes", "test-classes", join("dependency", "*")].map((part) => join(target, part));
    return ["java", "-cp", parts.join(delimiter), "immuta.Life"];
  });
});
