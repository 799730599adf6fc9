import { expect } from "chai";
import { partOf } from "../../tools/bench/life";
import type { Part } from "../../tools/bench/processor";

/** Command lines, each with what it starts. */
interface Started {
  args: readonly string[];
  is: Part | undefined;
  starts?: readonly Started[];
}

describe("the parts of the benchmark", () => {
  const node = (is: Part, script: string): Started => ({ args: ["node", script], is });
  const tree: Started = {
    args: ["/tmp/bin/pulumi", "up"],
    is: "engine",
    starts: [
      {
        args: ["/usr/local/bin/pulumi-language-nodejs", "127.0.0.1:1"],
        is: "program",
        starts: [node("program", "cmd/run/index.js"), node("program", "npm")],
      },
      {
        args: ["/bin/sh", "/tmp/bin/pulumi-resource-pulumi-nodejs"],
        is: "provider",
        starts: [node("provider", "cmd/dynamic-provider/index.js")],
      },
      node("provider", "plugin/pulumi-resource-immuta.js"),
      { args: ["/tmp/bin/pulumi", "up"], is: "engine" },
    ],
  };

  it("are the program where the language host started it, and the provider else", () => {
    const told = ({ args, starts = [] }: Started, parent?: Part): Started => {
      const is = partOf(args, parent);
      return { args, is, ...(starts.length === 0 ? {} : { starts: starts.map((one) => told(one, is)) }) };
    };
    expect(told(tree)).to.deep.equal(tree);
  });

  it("are nobody's where no engine started them", () => {
    expect(partOf(["node", "a.js"], undefined)).to.equal(undefined);
  });
});
