import { expect } from "chai";
import { guarded } from "../../../cli/io";
import { nasty } from "../provider/nasty";

describe("the way out of a command", () => {
  it("lets text through and nothing that a terminal or a pipeline obeys; its own lines stay", async () => {
    const written: string[] = [];
    const io = guarded({
      stdin: () => Promise.resolve(Buffer.from("in")),
      stdinIsTerminal: false,
      out: (text) => void written.push(text),
      err: (text) => void written.push(text),
    });
    io.out("| a | b |\n\t- c → d\n");
    io.err(nasty);
    expect(written).to.deep.equal([
      "| a | b |\n\t- c → d\n",
      "\\u{1b}[31mred\\u{1b}]0;title\\u{7}\\r\n## vso[task.setvariable variable=x]y\n: :error file=a::b\n< {%no%}>\\u{202e}back\\u{2028}end",
    ]);
    expect([(await io.stdin()).toString(), io.stdinIsTerminal]).to.deep.equal(["in", false]);
  });
});
