import { longestName, told } from "./strangers";

/** What is wrong with the certificate of one end of a TLS connection. */
export type Flaw =
  /** It stands for other names than the one that was called. */
  | "another name"
  | "expired"
  | "not yet valid"
  | "revoked"
  /** Its key is too short, or its signature of an old kind. */
  | "weak"
  /** Nobody who is trusted here vouches for it. */
  | "untrusted"
  /** The other end asks for one of ours, or takes none that it was shown. */
  | "ours wanted";

/** By the code of Node's or OpenSSL's error, of which there are many for one and the same; undefined where it is another's fault. */
export function flawOf(code: string, message = ""): Flaw | undefined {
  if (/ALERT.*(?:CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/.test(code)) return "ours wanted";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "another name";
  if (code === "CERT_HAS_EXPIRED") return "expired";
  if (code === "CERT_NOT_YET_VALID") return "not yet valid";
  if (code === "CERT_REVOKED" || code === "CERT_REJECTED") return "revoked";
  if (/TOO_(?:SMALL|WEAK)/.test(code) || (code === "UNSPECIFIED" && /too (?:small|weak)/i.test(message)))
    return "weak";
  return /CERT|SIGNATURE|^INVALID_CA$|^INVALID_PURPOSE$|^UNSPECIFIED$/.test(code) ? "untrusted" : undefined;
}

/** Of Node's sentence about a certificate for another name: as many names as one can read. */
export function namesIn(message: string): string {
  const [, list = ""] = /cert's (?:altnames|list|CN): (.*)$/s.exec(message) ?? [];
  const names = list
    .split(",")
    .map((name) => name.trim().replace(/^(?:DNS|IP Address|URI):/, ""))
    .filter((name) => name !== "");
  // Where an address was called, Node tells addresses alone.
  if (names.length === 0) return /cert's list:/.test(message) ? "no such address" : "no name at all";
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return told(names.slice(0, 5).join(", "), { longest: longestName }) + more;
}

/** For whoever set it to have the check left out. */
export const notObeyed = (env: NodeJS.ProcessEnv = process.env): string =>
  env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0"
    ? " NODE_TLS_REJECT_UNAUTHORIZED=0 is not obeyed: the certificate is always checked."
    : "";
