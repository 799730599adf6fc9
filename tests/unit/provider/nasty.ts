import { expect } from "chai";

/** What somebody would say who wants more than to be read, and how it is told. */
export const nasty =
  "\u001b[31mred\u001b]0;title\u0007\r\n##vso[task.setvariable variable=x]y\n::error file=a::b\n<{%no%}>\u202eback\u2028end";
export const nastyTold =
  "\\u{1b}[31mred\\u{1b}]0;title\\u{7} ## vso[task.setvariable variable=x]y : :error file=a::b < {%no%}>\\u{202e}back end";

/** No character that steers, hides or reorders, and nothing that a pipeline or the engine obeys. Our own lines may stand. */
export function expectHarmless(text: string): void {
  expect(text).not.to.match(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/u);
  expect(text).not.to.match(/##(vso|teamcity)?\[|section_(start|end):|<\{%|^\s*::[a-z]/im);
}
