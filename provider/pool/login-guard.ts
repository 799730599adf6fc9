import { fault } from "./faults";

/** Types of a TDS packet and of a TLS record; each begins with its type. */
const prelogin = 0x12;
const tlsRecords = { first: 0x14, last: 0x17 };

/** Of a packet's header: type, status, length (big endian, header included). */
const bytesToLength = 4;

/**
 * Watches what leaves on a connection: PRELOGIN packets, and then TLS. tedious takes a server at its word that says it
 * cannot encrypt, and would send user, password and token in clear.
 */
export class LoginGuard {
  #encrypted = false;
  #header: number[] = [];
  /** Bytes of the packet under way that are still to come. */
  #rest = 0;

  /** Gives the fault that these bytes would be, or undefined where they may leave. */
  refusal(bytes: Uint8Array): Error | undefined {
    for (let at = 0; at < bytes.length && !this.#encrypted;) {
      if (this.#rest > 0) {
        const passed = Math.min(this.#rest, bytes.length - at);
        this.#rest -= passed;
        at += passed;
        continue;
      }
      const byte = bytes[at++] ?? 0;
      if (this.#header.length === 0) {
        this.#encrypted = byte >= tlsRecords.first && byte <= tlsRecords.last;
        if (!this.#encrypted && byte !== prelogin) return notEncrypted();
      }
      this.#header.push(byte);
      if (this.#header.length < bytesToLength) continue;
      const [, , high = 0, low = 0] = this.#header;
      this.#rest = Math.max(0, high * 256 + low - bytesToLength);
      this.#header = [];
    }
    return undefined;
  }
}

/** Its code: nothing of a login left, because it would not have been encrypted. */
export const unencrypted = "ENOTENCRYPTED";

const notEncrypted = (): Error =>
  fault(
    unencrypted,
    "the server answered that the login is not to be encrypted; nothing of the login was sent",
  );
