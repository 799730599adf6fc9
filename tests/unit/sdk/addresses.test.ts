import { expect } from "chai";
import { addressProblem, rangeOf } from "../../../sdk/addresses";

describe("addresses of a firewall's rules", () => {
  const ranges: [string, string, string][] = [
    ["203.0.113.7", "203.0.113.7", "203.0.113.7"],
    ["203.0.113.0/28", "203.0.113.0", "203.0.113.15"],
    ["203.0.113.9/28", "203.0.113.0", "203.0.113.15"],
    ["198.51.100.4-198.51.100.6", "198.51.100.4", "198.51.100.6"],
    ["198.51.100.4 - 198.51.101.6", "198.51.100.4", "198.51.101.6"],
    ["203.0.113.7/32", "203.0.113.7", "203.0.113.7"],
    ["128.0.0.0/1", "128.0.0.0", "255.255.255.255"],
  ];
  for (const [text, start, end] of ranges)
    it(`${text} is ${start} to ${end}`, () => {
      expect(rangeOf(text)).to.deep.equal({ start, end });
    });

  for (const text of ["203.0.113.7", "203.0.113.0/28", "198.51.100.4-198.51.100.6"])
    it(`${text} is accepted`, () => {
      expect(addressProblem(text)).to.equal(undefined);
    });

  const refused: Record<string, RegExp> = {
    "": /^is not a valid IPv4 address/,
    "contoso.example": /^is not a valid IPv4 address/,
    "2001:db8::1": /^is not a valid IPv4 address/,
    "203.0.113.7/33": /^is not a valid IPv4 address/,
    "203.0.113.7/-1": /^is not a valid IPv4 address/,
    "203.0.113.7/24/24": /^is not a valid IPv4 address/,
    "203.0.113.9-203.0.113.7": /^is not a valid IPv4 address/,
    "203.0.113.7-203.0.113.8-203.0.113.9": /^is not a valid IPv4 address/,
    "0.0.0.0": /allowAzureServices/,
    "0.0.0.0/0": /^lets in more than 16 million addresses/,
    "1.0.0.0-2.0.0.0": /^lets in more than 16 million addresses/,
    "10.1.2.3": /private address \(10\.0\.0\.0\/8\).*privateEndpoint/,
    "192.168.1.0/24": /private address/,
    "172.31.0.1": /private address/,
    "127.0.0.1": /private address/,
  };
  for (const [text, problem] of Object.entries(refused))
    it(`${text === "" ? "nothing" : text} is refused`, () => {
      expect(addressProblem(text)).to.match(problem);
    });
});
