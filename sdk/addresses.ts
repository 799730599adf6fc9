import { isIPv4 } from "node:net";

export interface AddressRange {
  start: string;
  end: string;
}

/** The range that an address, a block (`203.0.113.0/28`) or a range (`203.0.113.7-203.0.113.9`) is; undefined for other text. */
export function rangeOf(text: string): AddressRange | undefined {
  const [start = "", end, ...others] = text.split("-").map((part) => part.trim());
  if (others.length > 0) return undefined;
  if (end !== undefined)
    return isIPv4(start) && isIPv4(end) && numberOf(start) <= numberOf(end) ? { start, end } : undefined;
  const [address = "", bits, ...rest] = start.split("/");
  if (!isIPv4(address) || rest.length > 0) return undefined;
  if (bits === undefined) return { start: address, end: address };
  if (!/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined;
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(numberOf(address) / size) * size;
  return { start: textOf(first), end: textOf(first + size - 1) };
}

const reserved = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
];

/** Whether a rule lets in what nobody means who names addresses: a 256th of the internet or more. */
export const isWholeInternet = ({ start, end }: AddressRange): boolean =>
  isIPv4(start) && isIPv4(end) && numberOf(end) - numberOf(start) >= 2 ** 24;

/** What such a rule is told, whichever argument has it. */
export const wholeInternet =
  "lets in more than 16 million addresses. Give the addresses that are needed, or say network.allowWholeInternet: true beside it.";

/** Why no rule of a firewall on the public internet is made for this; undefined when it may be. */
export function addressProblem(text: string, allowWholeInternet = false): string | undefined {
  const range = rangeOf(text);
  if (range === undefined)
    return "is not a valid IPv4 address, block or range. Write 203.0.113.7, 203.0.113.0/28 or 203.0.113.7-203.0.113.9.";
  if (range.start === "0.0.0.0" && range.end === "0.0.0.0")
    return "means every service in Azure. Say so with network.allowAzureServices.";
  if (isWholeInternet(range)) return allowWholeInternet ? undefined : wholeInternet;
  const inside = reserved.find((block) => isInside(range, block));
  return inside === undefined
    ? undefined
    : `is a private address (${inside}), which Azure's firewall never sees. Give the public one, or network.privateEndpoint.`;
}

function isInside({ start, end }: AddressRange, block: string): boolean {
  const around = rangeOf(block);
  return (
    around !== undefined && numberOf(start) >= numberOf(around.start) && numberOf(end) <= numberOf(around.end)
  );
}

const numberOf = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const textOf = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
