import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createSecureContext, type SecureContextOptions, TLSSocket } from "node:tls";
import { expect } from "chai";
import { generate } from "selfsigned";
import MessageIO from "tedious/lib/message-io";
import { batchAdvice, describeUnreachable } from "../../provider/sql/hints";
import { PoolUnreachable } from "../../provider/sql/errors";
import type { Authentication, PoolLogin } from "../../provider/sql/connect/login";
import { rules } from "../../provider/sql/trouble";
import { MessageAssembler, PacketType, packMessage } from "../../sandbox/synapse/wire/packets";
import { Encryption, preloginReply } from "../../sandbox/synapse/wire/prelogin";
import { HandshakeTransport } from "../../sandbox/synapse/wire/tls";
import { encodeDone, encodeMessage } from "../../sandbox/synapse/wire/tokens";
import { database, failureOf, host, loginTo, stageOn, type Watch, watchHandles } from "./support";

/** What a server is that stands where a workspace should: its TLS, and the error that it answers a login with. */
interface Stranger {
  tls: SecureContextOptions | "none";
  refusal?: readonly [number: number, message: string];
}

describe("the advice of a connection that did not come about", () => {
  let handles: Watch;
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the object it is taken from
  const startTls = MessageIO.prototype.startTls;
  before(async () => {
    certificates = await makeCertificates();
  });
  beforeEach(async () => {
    handles = await watchHandles();
  });
  afterEach(async () => {
    MessageIO.prototype.startTls = startTls;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    const closing = server;
    server = undefined;
    if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
    await handles.expectNoneLeft();
  });

  /** Its port. */
  async function stand(stranger: Stranger): Promise<number> {
    const listening = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      answer(socket, stranger);
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    return (listening.address() as AddressInfo).port;
  }

  /** How this machine's own TLS is set up beside its defaults. */
  const trust = (more: SecureContextOptions): void => {
    MessageIO.prototype.startTls = function (this: MessageIO, details, name, trusted) {
      return startTls.call(this, Object.assign(Object.create(details) as object, more), name, trusted);
    };
  };

  async function said(port: number, given: Partial<PoolLogin> = {}): Promise<string> {
    const stage = stageOn({ address: "127.0.0.1", port });
    const error = await failureOf(stage.run("CREATE ROLE made", {}, { waitForPool: 1, ...given }));
    if (!(error instanceof PoolUnreachable)) throw error;
    return error.message.replaceAll(`127.0.0.1:${port}`, "127.0.0.1:<port>");
  }

  /** Behind what the client's library says, which names the host and the port of `host`. */
  const failed = (why: string): string =>
    `No connection to database claims on ${host} (127.0.0.1:<port>): Failed to connect to ${host}:1433 - ${why}`;

  describe("over TLS", () => {
    const theirs = (name: Exclude<keyof Certificates, "authority">): SecureContextOptions => ({
      key: certificates[name].key,
      cert: certificates[name].cert,
    });
    const cases: readonly {
      what: string;
      tls: () => Stranger["tls"];
      own?: () => SecureContextOptions;
      first: string | RegExp;
      advice: string;
    }[] = [
      {
        what: "the certificate is for another name",
        tls: () => theirs("other"),
        own: () => ({ ca: certificates.authority }),
        first: failed(
          `Hostname/IP does not match certificate's altnames: Host: ${host}. is not in the cert's altnames: DNS:claims.internal.example, IP Address:10.0.0.4`,
        ),
        advice:
          "The certificate is for another name: it has claims.internal.example, 10.0.0.4. It is checked against `host`, which must be the workspace's own endpoint; " +
          "an IP address or a private endpoint's name belongs into bootstrap.server, which is dialled in its place. " +
          "If `host` is right, whoever answers at 127.0.0.1:<port> is not the workspace.",
      },
      {
        what: "the authority is not known here",
        tls: () => theirs("good"),
        first: failed("unable to verify the first certificate"),
        advice:
          "The server's certificate is not trusted. Where a private authority or a proxy issued it, name the file (PEM) of that authority in NODE_EXTRA_CA_CERTS. " +
          "bootstrap.trustServerCertificate gives the check up: whoever answers then gets the login and the script.",
      },
      {
        what: "the certificate has expired",
        tls: () => theirs("expired"),
        own: () => ({ ca: certificates.authority }),
        first: failed("certificate has expired"),
        advice:
          "The server's certificate has expired. Azure renews its own in time: look at this machine's clock, and at what answers there in Azure's place.",
      },
      {
        what: "the certificate is not valid yet",
        tls: () => theirs("early"),
        own: () => ({ ca: certificates.authority }),
        first: failed("certificate is not yet valid"),
        advice:
          "The server's certificate is not valid yet. Look at this machine's clock, and at what answers there in Azure's place.",
      },
      {
        what: "the key is too short",
        tls: () => ({ ...theirs("weak"), ciphers: "DEFAULT@SECLEVEL=0" }),
        own: () => ({ ca: certificates.authority, ciphers: "DEFAULT@SECLEVEL=2" }),
        first: failed("EE certificate key too weak"),
        advice:
          "The server's certificate is too weak: its key is too short, or its signature of an old kind. Azure's are not: have what answers there in its place, such as a proxy, issue a stronger one.",
      },
      {
        what: "the server knows an old TLS only",
        tls: () => ({
          ...theirs("good"),
          minVersion: "TLSv1",
          maxVersion: "TLSv1",
          ciphers: "DEFAULT@SECLEVEL=0",
        }),
        first: /: Failed to connect to .* - .*:SSL routines:.*$/,
        advice:
          "The two ends have no version of TLS in common: here it is 1.2 and later, as Azure asks for. Look at what answers there, and at the workspace's minimal TLS version.",
      },
      {
        what: "no TLS is spoken",
        tls: () => "none",
        first: /: Failed to connect to .* - .*:SSL routines:.*wrong version number.*$/,
        advice:
          "What answers there speaks no TLS where SQL Server would. Check the host and port: a proxy, or another service, may be listening.",
      },
    ];
    for (const { what, tls, own, first, advice } of cases)
      it(`says what is wrong where ${what}`, async () => {
        const port = await stand({ tls: tls() });
        trust(own?.() ?? {});
        const [headline = "", ...rest] = (await said(port, { trustServerCertificate: false })).split("\n");
        if (typeof first === "string") expect(headline).to.equal(first);
        else expect(headline).to.match(first);
        expect(rest.join("\n")).to.equal(advice);
      });
  });

  describe("by the server's number", () => {
    const token: Authentication = { type: "entra-access-token", accessToken: "t" };
    const refused = (who = "sqladmin"): string =>
      `The login ${who} was refused by database claims on ${host}: `;
    const away = `No connection to database claims on ${host}: it is not available now: `;
    const maintained =
      "The pool is being resumed, scaled, moved or maintained, and comes back by itself. Maintenance usually takes well under " +
      "30 minutes, but may take longer, and comes outside of its window too for pools of DW400c and below. " +
      "Run it again later, or give bootstrap.waitForPool longer than it waited.";
    const busy =
      "The service is busy, or has too many connections or operations at once. Run it again later, or give bootstrap.waitForPool longer than it waited.";
    const warming = "\nWaited 0 s for it: the pool is warming up.";
    const unavailable = "\nWaited 0 s for it: the database is not available yet.";
    const cases: readonly (readonly [
      what: string,
      number: number,
      message: string,
      headline: string,
      advice: string,
      given?: Partial<PoolLogin>,
    ])[] = [
      [
        "a wrong password",
        18456,
        "Login failed for user 'sqladmin'.",
        refused(),
        "User name or password is wrong. Check bootstrap.username and bootstrap.password (or IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD).",
      ],
      [
        "a SQL login where only Entra's are taken",
        18456,
        "Login failed for user 'sqladmin'. Reason: Azure Active Directory only authentication is enabled. Please contact your system administrator.",
        refused(),
        "The workspace takes no SQL logins, whatever the password: Microsoft Entra-only authentication is on. Give bootstrap.authentication in place of bootstrap.username and bootstrap.password.",
      ],
      [
        "the same in today's words",
        18456,
        "Login failed for user 'sqladmin'. Reason: Microsoft Entra-only authentication is enabled.",
        refused(),
        "The workspace takes no SQL logins, whatever the password: Microsoft Entra-only authentication is on. Give bootstrap.authentication in place of bootstrap.username and bootstrap.password.",
      ],
      [
        "a token of nobody who is known",
        18456,
        "Login failed for user '<token-identified principal>'.",
        refused("the access token's identity"),
        "The identity has no login here, or its token has expired. Make it the workspace's Microsoft Entra administrator or a user of the database; get a new token.",
        { authentication: token },
      ],
      [
        "a Windows login",
        18452,
        "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.",
        refused(),
        "The server took it for a Windows login, which Synapse does not know. Give a SQL login in bootstrap.username, or bootstrap.authentication.",
      ],
      [
        "a login that is disabled",
        18470,
        "Login failed for user 'sqladmin'. Reason: The account is disabled.",
        refused(),
        "The login is disabled. Enable it in master (`ALTER LOGIN [sqladmin] ENABLE`), or give another one in bootstrap.username.",
      ],
      [
        "a login that is locked out",
        18486,
        "Login failed for user 'sqladmin' because the account is currently locked out.",
        refused(),
        "The login is locked out after too many wrong passwords. Check bootstrap.password, and unlock it in master (`ALTER LOGIN [sqladmin] WITH PASSWORD = '…' UNLOCK`).",
      ],
      [
        "a password that has expired",
        18487,
        "Login failed for user 'sqladmin'. Reason: The password of the account has expired.",
        refused(),
        "The login's password has expired. Give the login a new one in master (`ALTER LOGIN [sqladmin] WITH PASSWORD = '…'`), and that in bootstrap.password.",
      ],
      [
        "a password that must be changed",
        18488,
        "Login failed for user 'a]b'. Reason: The password of the account must be changed.",
        refused("a]b"),
        "The login's password must be changed before it is used. Give the login a new one in master (`ALTER LOGIN [a]]b] WITH PASSWORD = '…'`), and that in bootstrap.password.",
        { authentication: { type: "sql", username: "a]b", password: "p" } },
      ],
      [
        "a login without a user",
        916,
        'The server principal "sqladmin" is not able to access the database "claims" under the current security context.',
        refused(),
        "The login is known, and is no user of database claims. Make it one there: `CREATE USER [sqladmin] FOR LOGIN [sqladmin]`.",
      ],
      [
        "no such database",
        4060,
        'Cannot open database "claims" requested by the login. The login failed.',
        refused(),
        "The database does not exist, or this login may not open it. Check `database`.",
      ],
      [
        "no such workspace",
        40532,
        'Cannot open server "claims" requested by the login. The login failed.',
        refused(),
        "The gateway knows no such workspace. Check `host`.",
      ],
      [
        "a subnet that no rule lets in",
        40914,
        "Cannot open server 'claims' requested by the login. Client is not allowed to access the server.",
        refused(),
        "This machine's subnet reaches Azure SQL by a service endpoint, and no virtual network rule of the server lets that subnet in. " +
          "Add the rule, or come by a private endpoint.",
      ],
      [
        "public network access that is off",
        47073,
        "An instance-specific error occurred while establishing a connection to SQL Server. The public network interface on this server is not accessible. To connect to this server, use the Private Endpoint from inside your virtual network.",
        refused(),
        "Public network access to the workspace is switched off, so that no firewall rule helps: only a private endpoint leads to it. " +
          "Run this where one can be reached, and name it in bootstrap.server where `host` does not lead there.",
      ],
      [
        "a later TLS that is asked for",
        47072,
        "Login failed with invalid TLS version",
        refused(),
        'The workspace asks for a later version of TLS than 1.2, which is the latest inside TDS 7. Set bootstrap.encrypt to "strict" (TDS 8), or lower the workspace\'s minimal TLS version to 1.2.',
      ],
      ["a pool that warms up", 42109, "Warming up.", away, maintained + warming],
      [
        "an end of the process that served",
        40197,
        "The service has encountered an error.",
        away,
        maintained + unavailable,
      ],
      [
        "a database that is not there now",
        40613,
        "Database 'claims' is not currently available.",
        away,
        maintained + unavailable,
      ],
      ["a busy service", 40501, "The service is currently busy.", away, busy + unavailable],
      [
        "too many operations",
        49918,
        "Cannot process request. Not enough resources.",
        away,
        busy + unavailable,
      ],
      ["too many sessions", 10928, "Resource ID: 2. The limit was reached.", away, busy + unavailable],
      [
        "a pool that is paused",
        42108,
        "Can not connect to the SQL pool since it is paused.",
        away,
        "The pool is paused. Resume it with `az synapse sql pool resume --name claims --workspace-name claims --resource-group <group>`, " +
          "or give bootstrap.waitForPool to wait until somebody does.",
      ],
      ["a number that nobody has heard of", 59999, "Something.", refused(), ""],
      [
        "words that would steer a terminal or a pipeline",
        59999,
        "\u001b[31mno\u001b[0m\r\n##vso[task.complete]\n::error::x",
        refused(),
        "",
      ],
    ];
    for (const [what, number, message, headline, advice, given] of cases)
      it(`says what to do about ${what}`, async () => {
        const port = await stand({ tls: { ...certificates.good }, refusal: [number, message] });
        const told = message.includes("\n")
          ? "\\u{1b}[31mno\\u{1b}[0m ## vso[task.complete] : :error::x"
          : message;
        expect(await said(port, given)).to.equal(
          `${headline}Msg ${number}: ${told}${advice === "" ? "" : `\n${advice}`}`,
        );
      });

    it("has advice for every number that is waited for", () => {
      const numbers = rules.flatMap(({ troubles }) => troubles.filter((each) => typeof each === "number"));
      const login = loginTo({ address: "127.0.0.1", port: 1 });
      const without = numbers.filter(
        (number) => !describeUnreachable(login, database, { number, message: "m" }).includes("\n"),
      );
      expect(without).to.deep.equal([]);
    });
  });

  describe("behind a gateway that redirects", () => {
    const login = loginTo({ address: "10.0.0.4", port: 1433 });
    const node = { server: "node7.tr1.westeurope1-a.worker.database.windows.net", port: 11007 };
    const headline = `No connection to database claims on ${host} (10.0.0.4:1433, which redirects to ${node.server}:11007): `;
    const ports =
      "The gateway was reached. Clients inside Azure it redirects to the node that has the database: beside 1433, this machine must be let " +
      "out to ports 11000-11999 of the region's addresses (service tag Sql.<region>). The connection policy of a Synapse workspace is Default, " +
      "which does so, and cannot be changed.";

    for (const code of ["ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ECONNRESET", "ENOTFOUND"])
      it(`names the ports where the node does not answer (${code})`, () => {
        expect(describeUnreachable(login, database, { code, message: code, node })).to.equal(
          `${headline}${code}\n${ports}`,
        );
      });

    it("trusts no node with another's certificate", () => {
      const message = `Hostname/IP does not match certificate's altnames: Host: ${node.server}. is not in the cert's altnames: DNS:evil.example`;
      const code = "ERR_TLS_CERT_ALTNAME_INVALID";
      expect(describeUnreachable(login, database, { code, message, node })).to.equal(
        `${headline}${message}\nWhoever answers there has a certificate for evil.example and is not the node that the gateway named: something in between answers in its place.`,
      );
    });

    it("keeps the server's own advice where the node refuses the login", () => {
      expect(describeUnreachable(login, database, { number: 4060, message: "m", node })).to.equal(
        `The login sqladmin was refused by database claims on ${host}: Msg 4060: m\nThe database does not exist, or this login may not open it. Check \`database\`.`,
      );
    });
  });

  const faults: readonly (readonly [code: string | undefined, message: string, advice: string])[] = [
    [
      "ENOTENCRYPTED",
      "m",
      "Azure's endpoints always encrypt: something in between takes the encryption away, or another server answers. Nothing of the login was sent, and it is not tried again. Look at the way to this address.",
    ],
    [
      "EMALFORMED",
      "m",
      "What answers there does not speak as SQL Server does: a proxy, or another service, may be listening. Check the host and port; if it is the workspace, please report this.",
    ],
    [
      "EREDIRECT",
      "m",
      "The gateway leads nowhere. If what answers there is Azure's, try again later; otherwise look at what stands in between.",
    ],
    [
      "CERT_REVOKED",
      "m",
      "The server's certificate was taken back by its authority: do not log in there. Look at what answers in Azure's place.",
    ],
    ["EFEDAUTH", "m", "Microsoft Entra gave no token. Check bootstrap.authentication and what it names."],
    [
      "ECONNREFUSED",
      "m",
      "Check that the endpoint can be reached from here; bootstrap.server names another address, such as a private endpoint's.",
    ],
    [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "Cert does not contain a DNS name",
      "The certificate is for another name: it has no name at all. It is checked against `host`, which must be the workspace's own endpoint; an IP address or a private endpoint's name belongs into bootstrap.server, which is dialled in its place. If `host` is right, whoever answers at 10.0.0.4:1433 is not the workspace.",
    ],
    ["EREQUEST", "m", ""],
    [undefined, "the session ended up in database other", ""],
  ];
  for (const [code, message, advice] of faults)
    it(`says what to do about ${code ?? "a fault without a code"} (${message})`, () => {
      const trouble = { message, ...(code === undefined ? {} : { code }) };
      expect(describeUnreachable(loginTo({ address: "10.0.0.4", port: 1433 }), database, trouble)).to.equal(
        `No connection to database claims on ${host} (10.0.0.4:1433): ${message}${advice === "" ? "" : `\n${advice}`}`,
      );
    });

  it("calls it no refusal where the server asks for it again, or ends the session", () => {
    const login = loginTo({ address: "10.0.0.4", port: 1433 });
    const away = `No connection to database claims on ${host}: it is not available now: `;
    expect(describeUnreachable(login, database, { number: 1205, severity: 13, message: "m" })).to.equal(
      `${away}Msg 1205: m\nThe server gave up in favour of others, or by an error of its own, and asks for the same again. Run it again later, or give bootstrap.waitForPool longer than it waited.`,
    );
    expect(describeUnreachable(login, database, { number: 596, severity: 21, message: "m" })).to.equal(
      `${away}Msg 596: m`,
    );
  });

  it("never recommends to switch the check off where it has just caught somebody", () => {
    const login = loginTo({ address: "10.0.0.4", port: 1433 });
    for (const code of [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "CERT_HAS_EXPIRED",
      "CERT_NOT_YET_VALID",
      "CERT_REVOKED",
    ])
      expect(describeUnreachable(login, database, { code, message: "m" })).not.to.match(
        /trustServerCertificate|NODE_EXTRA/,
      );
  });

  it("names some of many names", () => {
    const names = Array.from({ length: 40 }, (_, at) => `DNS:n${at}.example`).join(", ");
    const message = `Hostname/IP does not match certificate's altnames: Host: ${host}. is not in the cert's altnames: ${names}`;
    expect(
      describeUnreachable(loginTo({ address: "10.0.0.4", port: 1433 }), database, {
        code: "ERR_TLS_CERT_ALTNAME_INVALID",
        message,
      }),
    ).to.contain("it has n0.example, n1.example, n2.example, n3.example, n4.example and 35 more.");
  });

  it("says of a script that was paused in its middle how to resume the pool, and of missing rights whose they are", () => {
    const error = (number: number) => ({ number, line: 1, message: "m" });
    expect(batchAdvice([error(42108)], host, database)).to.equal(
      "\nThe pool was paused while the script ran. Resume it with `az synapse sql pool resume --name claims --workspace-name claims --resource-group <group>`, " +
        "or give bootstrap.waitForPool to wait until somebody does.",
    );
    expect(batchAdvice([error(15247)], host, database)).to.equal(
      "\nThe login that runs the scripts (bootstrap.username) must be allowed to create logins and users and to manage grants, as the workspace's SQL administrator is.",
    );
    expect(batchAdvice([error(207)], host, database)).to.equal("");
  });
});

interface Certificates {
  authority: string[];
  good: { key: string; cert: string };
  other: { key: string; cert: string };
  expired: { key: string; cert: string };
  early: { key: string; cert: string };
  weak: { key: string; cert: string };
}

let certificates: Certificates;

/** Of one authority: for `host`, and each with one thing wrong. */
async function makeCertificates(): Promise<Certificates> {
  const day = 86_400_000;
  const from = (days: number): Date => new Date(Date.now() + days * day);
  const authorityOf = (keyType: "ec" | "rsa") =>
    generate([{ name: "commonName", value: `A private authority (${keyType})` }], {
      keyType,
      algorithm: "sha256",
      notBeforeDate: from(-100),
      extensions: [{ name: "basicConstraints", cA: true, critical: true }],
    });
  const authorities = { ec: await authorityOf("ec"), rsa: await authorityOf("rsa") };
  const issue = async (
    { keyType = "ec", ...options }: NonNullable<Parameters<typeof generate>[1]>,
    altNames: ({ type: 2; value: string } | { type: 7; ip: string })[] = [{ type: 2, value: host }],
  ) => {
    const made = await generate([{ name: "commonName", value: "a server" }], {
      keyType,
      algorithm: "sha256",
      ca: { key: authorities[keyType].private, cert: authorities[keyType].cert },
      extensions: [{ name: "subjectAltName", altNames }],
      ...options,
    });
    return { key: made.private, cert: made.cert };
  };
  return {
    authority: [authorities.ec.cert, authorities.rsa.cert],
    good: await issue({}),
    other: await issue({}, [
      { type: 2, value: "claims.internal.example" },
      { type: 7, ip: "10.0.0.4" },
    ]),
    expired: await issue({ notBeforeDate: from(-20), notAfterDate: from(-10) }),
    early: await issue({ notBeforeDate: from(10), notAfterDate: from(20) }),
    weak: await issue({ keyType: "rsa", keySize: 1024 }),
  };
}

/** PRELOGIN, TLS, and an error in answer to the login. */
function answer(socket: Socket, { tls, refusal }: Stranger): void {
  const packets = new MessageAssembler();
  const prelogin = (chunk: Buffer): void => {
    if (packets.push(chunk).length === 0) return;
    socket.off("data", prelogin);
    socket.write(packMessage(PacketType.Reply, preloginReply(Encryption.Required, false)));
    if (tls === "none") {
      socket.once("data", () =>
        socket.write(packMessage(PacketType.Prelogin, Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))),
      );
      return;
    }
    const secure = new TLSSocket(new HandshakeTransport(socket), {
      isServer: true,
      // Its handshake has a clear end in PRELOGIN.
      secureContext: createSecureContext({ maxVersion: "TLSv1.2", ...tls }),
    });
    secure.on("error", () => socket.destroy());
    const login = new MessageAssembler();
    secure.on("data", (bytes: Buffer) => {
      if (refusal === undefined || login.push(bytes).length === 0) return;
      const [number, message] = refusal;
      const error = {
        number,
        message,
        state: 1,
        class: 14,
        serverName: "claims",
        procedureName: "",
        line: 1,
      };
      const reply = Buffer.concat([encodeMessage("error", error), encodeDone("batch", 2, 0, 0)]);
      secure.end(packMessage(PacketType.Reply, reply));
    });
  };
  socket.on("data", prelogin);
}
