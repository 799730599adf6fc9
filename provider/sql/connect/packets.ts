/** What a packet of this type is to the one who watches: fine, the end of what can be watched, or not to be there. */
type Judgement = "pass" | "pass all" | "refuse";

/** Of a packet's header (MS-TDS 2.2.3.1): type, status, length (big endian, header included). */
const bytesToLength = 4;
const headerLength = 8;

/** Watches one direction of a connection packet by packet, however its bytes are cut into pieces. */
class Packets {
  private over = false;
  private header: number[] = [];
  /** Bytes of the packet under way that are still to come. */
  private rest = 0;

  constructor(private readonly judge: (type: number) => Judgement) {}

  /** Whether these bytes may pass. */
  admit(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length && !this.over;) {
      if (this.rest > 0) {
        const passed = Math.min(this.rest, bytes.length - at);
        this.rest -= passed;
        at += passed;
        continue;
      }
      const byte = bytes[at++] ?? 0;
      if (this.header.length === 0) {
        const judgement = this.judge(byte);
        if (judgement === "refuse") return false;
        this.over = judgement === "pass all";
      }
      this.header.push(byte);
      if (this.header.length < bytesToLength) continue;
      const [, , high = 0, low = 0] = this.header;
      const length = high * 256 + low;
      if (length < headerLength) return false;
      this.rest = length - bytesToLength;
      this.header = [];
    }
    return true;
  }
}

/** Types of a TDS packet and of a TLS record; each begins with its type. */
const prelogin = 0x12;
const tabularResult = 0x04;
const firstTlsRecord = 0x14;
const lastTlsRecord = 0x17;

/**
 * What leaves before the login: PRELOGIN packets, and then TLS. tedious takes a server at its word that says it cannot
 * encrypt, and would send user, password and token in clear.
 */
export const loginGuard = (): Packets =>
  new Packets((type) =>
    type === prelogin ? "pass" : type >= firstTlsRecord && type <= lastTlsRecord ? "pass all" : "refuse",
  );

/** What a server answers from the login on. tedious would wait for the rest of what is no packet. */
export const answerGuard = (): Packets => new Packets((type) => (type === tabularResult ? "pass" : "refuse"));
