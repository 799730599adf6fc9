/** Answers that break the protocol, as a broken server or something in between gives them. */
import { PacketType, packMessage } from "./packets";
import { encodeDone, encodeMessage } from "./tokens";

/**
 * "unknown-token": a token that no version of TDS has. "bad-length": an error that says to be longer than the message is.
 * "half-message": a packet of which half comes before the connection ends. "garbage": no packet of TDS.
 */
export type Malformation = "unknown-token" | "bad-length" | "half-message" | "garbage";

const unknownToken = 0x42;

/** The bytes in place of an answer. After "half-message" the connection has to end. */
export function malformedAnswer(how: Malformation): Buffer {
  switch (how) {
    case "unknown-token":
      return packMessage(PacketType.Reply, Buffer.concat([Buffer.from([unknownToken]), done()]));
    case "bad-length": {
      const error = message();
      error.writeUInt16LE(error.readUInt16LE(1) + 1000, 1);
      return packMessage(PacketType.Reply, Buffer.concat([error, done()]));
    }
    case "half-message": {
      const whole = packMessage(PacketType.Reply, Buffer.concat([message(), done()]));
      return whole.subarray(0, Math.floor(whole.length / 2));
    }
    case "garbage":
      return Buffer.from("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  }
}

const done = (): Buffer => encodeDone("batch", 0, 0, 0);

const message = (): Buffer =>
  encodeMessage("error", {
    number: 50_000,
    state: 1,
    class: 16,
    message: "This message is not whole.",
    serverName: "",
    procedureName: "",
    line: 1,
  });
