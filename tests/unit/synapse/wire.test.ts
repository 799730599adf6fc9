import { expect } from "chai";
import { LoginFormatError, parseFederatedToken, parseLogin7 } from "../../../sandbox/synapse/wire/login7";
import {
  FramingError,
  MessageAssembler,
  MessageWriter,
  packMessage,
  PacketType,
} from "../../../sandbox/synapse/wire/packets";
import {
  answerEncryption,
  Encryption,
  parsePrelogin,
  preloginReply,
} from "../../../sandbox/synapse/wire/prelogin";
import { parseRpc, RpcFormatError } from "../../../sandbox/synapse/wire/rpc";
import {
  encodeDone,
  encodeFederatedInfo,
  encodeLoginAcknowledged,
  encodeMessage,
  encodeRouting,
  encodeRow,
  encodeTextChange,
} from "../../../sandbox/synapse/wire/tokens";
import {
  encodeTypeInfo,
  encodeValue,
  type SqlType,
  type SqlValue,
} from "../../../sandbox/synapse/wire/types";
import { login7, uint16, uint32, utf16 } from "./messages";

const hex = (bytes: Buffer): string => bytes.toString("hex");

describe("TDS packets", () => {
  const payload = Buffer.from(Array.from({ length: 1300 }, (_unused, index) => index & 0xff));

  it("are cut at the packet size, numbered, and the last is marked", () => {
    const bytes = packMessage(PacketType.Reply, payload, 512);
    const headers = [0, 512, 1024].map((at) => hex(bytes.subarray(at, at + 8)));
    expect(headers).to.deep.equal(["0400020000000100", "0400020000000200", "0401012c00000300"]);
  });

  it("fill the last packet to the brim rather than send an empty one", () => {
    const bytes = packMessage(PacketType.Reply, payload.subarray(0, 1008), 512);
    expect(bytes.length).to.equal(1024);
    expect(bytes.readUInt8(513)).to.equal(1);
  });

  for (const step of [1, 7, 511, 5000]) {
    it(`come together from pieces of ${step} bytes`, () => {
      const bytes = Buffer.concat([
        packMessage(PacketType.SqlBatch, payload, 512),
        packMessage(PacketType.Attention, Buffer.alloc(0)),
      ]);
      const assembler = new MessageAssembler();
      const messages = [];
      for (let at = 0; at < bytes.length; at += step)
        messages.push(...assembler.push(bytes.subarray(at, at + step)));
      expect(messages.map(({ type, payload: { length } }) => [type, length])).to.deep.equal([
        [PacketType.SqlBatch, 1300],
        [PacketType.Attention, 0],
      ]);
      expect(messages[0]?.payload.equals(payload)).to.equal(true);
    });
  }

  it("may be flushed before they are full", () => {
    const writer = new MessageWriter(PacketType.Reply, 512);
    expect(writer.add(Buffer.from([1, 2]))).to.deep.equal([]);
    expect(hex(Buffer.concat(writer.flush()))).to.equal("0400000a000001000102");
    expect(writer.flush()).to.deep.equal([]);
    expect(hex(Buffer.concat(writer.end()))).to.equal("0401000800000200");
  });

  const broken: [string, string][] = [
    ["a length below the header's", "0101000700000000"],
    ["an unknown type", "4745542000000000"],
    ["a type that changes within a message", "01000008000000000301000800000000"],
  ];
  for (const [name, bytes] of broken) {
    it(`refuse ${name}`, () => {
      expect(() => new MessageAssembler().push(Buffer.from(bytes, "hex"))).to.throw(FramingError);
    });
  }
});

describe("TDS PRELOGIN", () => {
  it("is read for encryption and federated authentication", () => {
    const bytes = Buffer.from("00001000060100160001060017 0001ff".replaceAll(" ", ""), "hex");
    const message = Buffer.concat([bytes, Buffer.from([1, 2, 3, 4, 5, 6, Encryption.NotSupported, 1])]);
    expect(parsePrelogin(message)).to.deep.equal({ encryption: 2, federatedAuthentication: 1 });
  });

  it("is answered with five options, and a sixth where the client asked", () => {
    expect(hex(preloginReply(Encryption.On, false))).to.equal(
      "00001a00060100200001020021000103002200000400220001ff0c0007d0000001" + "0000",
    );
    expect(parsePrelogin(preloginReply(Encryption.Required, true))).to.deep.equal({
      encryption: 3,
      federatedAuthentication: 1,
    });
  });

  const answers: [string, number | undefined, number][] = [
    ["on", Encryption.On, Encryption.On],
    ["required", Encryption.Required, Encryption.On],
    ["off", Encryption.Off, Encryption.Required],
    ["not supported", Encryption.NotSupported, Encryption.Required],
    ["nothing", undefined, Encryption.Required],
  ];
  for (const [name, client, answer] of answers) {
    it(`always encrypts: client says ${name}`, () => {
      expect(answerEncryption(client)).to.equal(answer);
    });
  }
});

describe("TDS LOGIN7", () => {
  const fields = { 36: "laptop", 40: "ädmin", 48: "tests", 52: "claims.sql.azuresynapse.net", 68: "claims" };

  it("gives names, password and sizes", () => {
    expect(parseLogin7(login7(fields, "P@ss wörd"))).to.deep.include({
      tdsVersion: 0x74000004,
      packetSize: 8000,
      hostName: "laptop",
      userName: "ädmin",
      password: "P@ss wörd",
      applicationName: "tests",
      serverName: "claims.sql.azuresynapse.net",
      database: "claims",
      federated: undefined,
      utf8: false,
    });
  });

  it("gives the features: a token, and UTF-8", () => {
    const token = utf16("token");
    const body = Buffer.concat([Buffer.from([0x03]), uint32(token.length), token]);
    const features = Buffer.concat([
      Buffer.from([0x02]),
      uint32(body.length),
      body,
      Buffer.from([0x0a]),
      uint32(1),
      Buffer.from([1, 0xff]),
    ]);
    const { federated, utf8 } = parseLogin7(login7(fields, "", features));
    expect(federated).to.deep.equal({ library: "security-token", token: "token", echo: true });
    expect(utf8).to.equal(true);
  });

  it("refuses lengths that do not fit", () => {
    const message = login7(fields, "x");
    expect(() => parseLogin7(message.subarray(0, 90))).to.throw(LoginFormatError);
    message.writeUInt16LE(60_000, 52);
    expect(() => parseLogin7(message)).to.throw(LoginFormatError);
  });

  it("is followed by a token in a message of its own", () => {
    const token = utf16("later");
    expect(
      parseFederatedToken(Buffer.concat([uint32(token.length + 4), uint32(token.length), token])),
    ).to.equal("later");
  });
});

describe("TDS tokens", () => {
  it("ERROR carries number, state, class, text, names and line", () => {
    const bytes = encodeMessage("error", {
      number: 40508,
      state: 1,
      class: 16,
      message: "no",
      serverName: "s",
      procedureName: "",
      line: 7,
    });
    expect(hex(bytes)).to.equal(
      "aa1400" + "3c9e0000" + "01" + "10" + "0200" + "6e006f00" + "01" + "7300" + "00" + "07000000",
    );
  });

  it("DONE carries status, command and an eight-byte count", () => {
    expect(hex(encodeDone("batch", 0x10, 0xc1, 3))).to.equal("fd1000c1000300000000000000");
    expect(encodeDone("procedure", 0, 0, 0).readUInt8(0)).to.equal(0xfe);
    expect(encodeDone("in-procedure", 0, 0, 0).readUInt8(0)).to.equal(0xff);
  });

  it("LOGINACK carries the version big endian, ENVCHANGE new before old", () => {
    expect(hex(encodeLoginAcknowledged(0x74000004)).slice(0, 18)).to.equal("ad32000174000004" + "14");
    expect(hex(encodeTextChange(1, "a", "bc"))).to.equal("e30900" + "01" + "016100" + "0262006300");
  });

  it("ENVCHANGE with a route has lengths of two bytes, the port little endian, and no old value", () => {
    expect(hex(encodeRouting("ab", 11_042))).to.equal(
      "e30e00" + "14" + "0900" + "00" + "222b" + "0200" + "61006200" + "0000",
    );
  });

  it("FEDAUTHINFO's offsets count from its number of options", () => {
    const bytes = encodeFederatedInfo("u", "sp");
    expect(hex(bytes)).to.equal(
      "ee1c000000" + "02000000" + "010200000016000000" + "020400000018000000" + "7500" + "73007000",
    );
  });

  it("ROW is its values one after the other", () => {
    const columns = [
      { name: "a", type: { name: "int" } as const, nullable: true },
      { name: "b", type: { name: "nvarchar", length: 10 } as const, nullable: true },
    ];
    expect(hex(encodeRow(columns, [5, null]))).to.equal("d1" + "0405000000" + "ffff");
  });

  const max: SqlType = { name: "nvarchar", length: "max" };
  const values: { name: string; type: SqlType; info: string; value: SqlValue; bytes: string }[] = [
    { name: "int", type: { name: "int" }, info: "2604", value: -2, bytes: "04feffffff" },
    { name: "int NULL", type: { name: "int" }, info: "2604", value: null, bytes: "00" },
    { name: "tinyint", type: { name: "tinyint" }, info: "2601", value: 255, bytes: "01ff" },
    {
      name: "bigint",
      type: { name: "bigint" },
      info: "2608",
      value: 2n ** 53n + 1n,
      bytes: "0801000000000020" + "00",
    },
    { name: "bit", type: { name: "bit" }, info: "6801", value: 1, bytes: "0101" },
    { name: "float", type: { name: "float" }, info: "6d08", value: 1.5, bytes: "08000000000000f83f" },
    {
      name: "decimal",
      type: { name: "decimal", precision: 10, scale: 2 },
      info: "6c110a02",
      value: -1.25,
      bytes: `11007d${"00".repeat(15)}`,
    },
    {
      name: "nvarchar",
      type: { name: "nvarchar", length: 4 },
      info: "e708000904d00034",
      value: "é",
      bytes: "0200e900",
    },
    {
      name: "nvarchar NULL",
      type: { name: "nvarchar", length: 4 },
      info: "e708000904d00034",
      value: null,
      bytes: "ffff",
    },
    {
      name: "nvarchar(max)",
      type: max,
      info: "e7ffff0904d00034",
      value: "a",
      bytes: "0200000000000000" + "02000000" + "6100" + "00000000",
    },
    {
      name: "nvarchar(max), empty",
      type: max,
      info: "e7ffff0904d00034",
      value: "",
      bytes: "0000000000000000" + "00000000",
    },
    {
      name: "nvarchar(max) NULL",
      type: max,
      info: "e7ffff0904d00034",
      value: null,
      bytes: "ffffffffffffffff",
    },
    {
      name: "varchar",
      type: { name: "varchar", length: 3 },
      info: "a703000904d00034",
      value: "ab",
      bytes: "02006162",
    },
    {
      name: "varbinary",
      type: { name: "varbinary", length: 85 },
      info: "a55500",
      value: Buffer.from([1, 2]),
      bytes: "02000102",
    },
    {
      name: "datetime2",
      type: { name: "datetime2" },
      info: "2a07",
      value: new Date("0001-01-02T00:00:00.001Z"),
      bytes: "081027000000010000",
    },
    {
      name: "uniqueidentifier",
      type: { name: "uniqueidentifier" },
      info: "2410",
      value: "00112233-4455-6677-8899-AABBCCDDEEFF",
      bytes: "1033221100554477668899aabbccddeeff",
    },
  ];
  for (const { name, type, info, value, bytes } of values) {
    it(`writes ${name}`, () => {
      expect(hex(encodeTypeInfo(type))).to.equal(info);
      expect(hex(encodeValue(type, value))).to.equal(bytes);
    });
  }
});

describe("TDS RPC", () => {
  const headers = uint32(4);

  it("names procedures by text or number, and takes several calls in one message", () => {
    const name = Buffer.concat([uint16(3), utf16("a.b"), uint16(0)]);
    const number = Buffer.concat([uint16(0xffff), uint16(10), uint16(0)]);
    const calls = parseRpc(Buffer.concat([headers, name, Buffer.from([0xff]), number]));
    expect(calls).to.deep.equal([
      { procedure: "a.b", parameters: [] },
      { procedure: "sp_executesql", parameters: [] },
    ]);
  });

  it("knows the procedures of prepared statements by their numbers", () => {
    const named = (number: number): string | undefined =>
      parseRpc(Buffer.concat([headers, uint16(0xffff), uint16(number), uint16(0)]))[0]?.procedure;
    expect([11, 12, 13, 15].map(named)).to.deep.equal([
      "sp_prepare",
      "sp_execute",
      "sp_prepexec",
      "sp_unprepare",
    ]);
  });

  it("reads dates and single floats, as JDBC sends them", () => {
    const start = Buffer.concat([headers, uint16(1), utf16("p"), uint16(0)]);
    const date = Buffer.from([0, 0, 0x28, 3, 0x5b, 0x95, 0x0a]);
    const real = Buffer.from([0, 0, 0x3b, 0, 0, 0xc0, 0x3f]);
    expect(
      parseRpc(Buffer.concat([start, date, real]))[0]?.parameters.map(({ value }) => value),
    ).to.deep.equal([new Date("1900-01-01T00:00:00Z"), 1.5]);
  });

  it("reads a parameter's name, direction, type and value", () => {
    const parameter = Buffer.concat([Buffer.from([2]), utf16("@a"), Buffer.from([1, 0x26, 4, 4]), uint32(9)]);
    const [call] = parseRpc(Buffer.concat([headers, uint16(1), utf16("p"), uint16(0), parameter]));
    expect(call?.parameters).to.deep.equal([{ name: "@a", output: true, type: { name: "int" }, value: 9 }]);
  });

  it("refuses what ends too early, and types and numbers it does not know", () => {
    const start = Buffer.concat([headers, uint16(1), utf16("p"), uint16(0)]);
    expect(() => parseRpc(Buffer.concat([start, Buffer.from([0, 0, 0x26, 4, 4, 1])]))).to.throw(
      RpcFormatError,
    );
    expect(() => parseRpc(Buffer.concat([start, Buffer.from([0, 0, 0x62])]))).to.throw(RpcFormatError);
    expect(() => parseRpc(Buffer.concat([headers, uint16(0xffff), uint16(99), uint16(0)]))).to.throw(
      RpcFormatError,
    );
    expect(() => parseRpc(uint32(400))).to.throw(RpcFormatError);
  });
});
