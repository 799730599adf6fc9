import { expect } from "chai";
import { splitBatches } from "../../../sandbox/immuta/batches";

describe("sandbox/immuta: batches of a script", () => {
  const cases: { name: string; script: string; batches: string[] }[] = [
    { name: "GO in any case with white space", script: "a\n go \t\nb\nGo\n", batches: ["a", "b"] },
    { name: "a comment after GO", script: "a\nGO -- that's it\nb", batches: ["a", "b"] },
    { name: "CRLF", script: "a\r\nGO\r\nb", batches: ["a", "b"] },
    { name: "empty batches", script: "GO\n\nGO\na\nGO\nGO", batches: ["a"] },
    {
      name: "GO in a comment",
      script: "/* it's\nGO\n/*\nGO\n*/\nGO\n*/\na\nGO",
      batches: ["/* it's\nGO\n/*\nGO\n*/\nGO\n*/\na"],
    },
    {
      name: "GO in a literal",
      script: "PRINT 'x''\nGO\n''y'\nGO\nb",
      batches: ["PRINT 'x''\nGO\n''y'", "b"],
    },
    { name: "GO in an identifier", script: "DROP USER [a]]\nGO\n]\nGO", batches: ["DROP USER [a]]\nGO\n]"] },
    { name: "a quote in a line comment", script: "-- it's\nGO\nb", batches: ["-- it's", "b"] },
    { name: "words that begin with GO", script: "GOTO x\ngo_on\nGO on", batches: ["GOTO x\ngo_on\nGO on"] },
  ];
  for (const { name, script, batches } of cases)
    it(`knows ${name}`, () => {
      expect(splitBatches(script)).to.deep.equal(batches);
    });
});
