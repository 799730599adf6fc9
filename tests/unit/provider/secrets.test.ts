import { expect } from "chai";
import { Secrets } from "../../../provider/core/secrets";

describe("the secrets of a process", () => {
  const secrets = new Secrets();
  secrets.add("abcdef", "efghij", "abcd", "It's]1", "It's &ä", undefined, 7, "abc");

  for (const [what, text, told] of [
    ["one after the other", "abcdefabcd", "<secret><secret>"],
    ["the longest of those that begin alike", "-abcdef-", "-<secret>-"],
    ["those that overlap, down to the last character", "-abcdefghij-", "-<secret>-"],
    ["each form in which one is written", "It''s]1 It's]]1 It's%5D1", "<secret> <secret> <secret>"],
    [
      "that an URL, a form or a page of HTML wrote",
      "It%27s%5D1 It%27s+%26%C3%A4 It&#39;s &amp;ä",
      "<secret> <secret> <secret>",
    ],
    ["nothing where there is none", "abc ab cdef", "abc ab cdef"],
    ["nothing of no text", "", ""],
  ] as const)
    it(`are taken out of a text: ${what}`, () => {
      expect(secrets.mask(text)).to.equal(told);
    });
});
