import { expect } from "chai";
import { spawn } from "node:child_process";
import dns from "node:dns";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { dial } from "../../provider/sql/connect/dial";
import type { Fault, Synapse } from "../../sandbox/synapse";
import {
  actsWhenQuiet,
  administrator,
  countOf,
  database,
  failureOf,
  host,
  type Stage,
  stageOn,
  startPool,
  unreachable,
  type Watch,
  watchHandles,
} from "./support";

const script = "CREATE ROLE made";

describe("connecting to a pool", () => {
  let synapse: Synapse;
  let stage: Stage;
  let handles: Watch;
  beforeEach(async () => {
    handles = await watchHandles();
    synapse = await startPool();
    stage = stageOn(synapse);
  });
  afterEach(async () => {
    await synapse.close();
    await handles.expectNoneLeft();
  });

  const fault = (set: Fault | undefined, where = database): void => {
    synapse.setFault(host, where, set);
  };
  const made = (): boolean => synapse.catalog(host, database).roles.includes("made");

  describe("waits for a pool that", () => {
    for (const at of ["login", "batch"] as const)
      it(`is warming up and says so at the ${at}`, async () => {
        fault({ kind: "warming", at, logins: 5 });
        await stage.run(script, { fresh: true });
        expect(made()).to.equal(true);
        expect(stage.clock.sleeps).to.have.length(5);
        expect(stage.lines.infos).to.deep.equal([
          "waiting for database claims on claims.sql.azuresynapse.net: the pool is warming up (42109); 0 s so far, at most 1200 s more",
        ]);
      });

    it("is not available yet (40613)", async () => {
      fault({ kind: "unavailable" });
      stage.clock.onSleep = (now) => {
        if (now > 150_000) fault(undefined);
      };
      await stage.run(script);
      expect(made()).to.equal(true);
      // A line at the beginning, and one a minute.
      expect(stage.lines.infos).to.have.length(3);
      expect(stage.lines.infos[0]).to.contain("the database is not available yet (40613)");
      expect(Math.max(...stage.clock.sleeps)).to.be.at.most(15_000);
    });

    it("has no firewall rule in force yet, and the client's address is quoted in the end", async () => {
      fault({ kind: "firewall", clientAddress: "203.0.113.9" });
      const error = await unreachable(stage.run(script, { fresh: true }));
      expect(stage.lines.infos[0]).to.contain(
        "the firewall rule is not in force yet (40615); 0 s so far, at most 300 s more",
      );
      expect(error.message).to.contain(
        "Client with IP address '203.0.113.9' is not allowed to access the server.",
      );
      expect(error.message).to.contain("there is no IP firewall rule for 203.0.113.9. Add one with");
      expect(error.message).to.contain(
        "`az synapse workspace firewall-rule create --name <rule> --workspace-name claims --resource-group <group> --start-ip-address 203.0.113.9 --end-ip-address 203.0.113.9`",
      );
      expect(error.message).to.contain("Waited 300 s for it: the firewall rule is not in force yet.");
    });

    it("is one trouble after another, each with a limit of its own", async () => {
      fault({ kind: "warming" });
      stage.clock.onSleep = (now) => {
        if (now > 600_000) fault({ kind: "firewall" });
        if (now > 800_000) fault(undefined);
      };
      await stage.run(script, { fresh: true });
      expect(made()).to.equal(true);
    });

    it("is not known to the gateway yet", async () => {
      let created = false;
      stage.clock.onSleep = () => {
        if (!created) synapse.createPool(host, "late");
        created = true;
      };
      await stage.run(script, { fresh: true, database: "late" });
      expect(stage.lines.infos[0]).to.contain("the gateway does not know the database yet (4060)");
    });

    it("is paused, where bootstrap.waitForPool is given", async () => {
      for (const at of ["login", "batch"] as const) {
        fault({ kind: "paused", at });
        stage.clock.onSleep = () => {
          if (stage.clock.sleeps.length % 4 === 0) fault(undefined);
        };
        await stage.run(`PRINT '${at}'`, {}, { pauseIsAwaited: true, waitForPool: 3_600_000 });
      }
      expect(stage.lines.infos.filter((line) => !line.startsWith("the pool says"))).to.have.length(2);
      expect(stage.lines.infos[0]).to.contain("the pool is paused, until somebody resumes it (42108)");
    });

    it("but no longer than bootstrap.waitForPool says", async () => {
      fault({ kind: "warming" });
      const error = await unreachable(stage.run(script, { fresh: true }, { waitForPool: 90_000 }));
      expect(error.message).to.contain("Msg 42109");
      expect(error.message).to.contain("Waited 90 s for it: the pool is warming up.");
      expect(stage.clock.now()).to.equal(90_000);
    });
  });

  describe("gives up at once where", () => {
    afterEach(() => {
      expect(stage.clock.sleeps).to.deep.equal([]);
      expect(stage.lines.infos).to.deep.equal([]);
    });

    for (const at of ["login", "batch"] as const)
      it(`the pool is paused (at the ${at}), and names the command that resumes it`, async () => {
        fault({ kind: "paused", at });
        const error = await unreachable(stage.run(script, { fresh: true }));
        expect(error.message).to.contain("Msg 42108");
        expect(error.message).to.contain(
          "Resume it with `az synapse sql pool resume --name claims --workspace-name claims --resource-group <group>`, or give bootstrap.waitForPool",
        );
        // No storm: one attempt.
        expect(countOf(synapse, "login-failed") + countOf(synapse, "login")).to.equal(1);
      });

    it("the password is wrong", async () => {
      const authentication = { type: "sql", username: administrator.username, password: "Wr0ng!" } as const;
      const error = await unreachable(stage.run(script, {}, { authentication }));
      expect(error.message).to.equal(
        "The login sqladmin was refused by database claims on claims.sql.azuresynapse.net: Msg 18456: Login failed for user 'sqladmin'.\n" +
          "User name or password is wrong. Check bootstrap.username and bootstrap.password (or IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD).",
      );
      expect(await actsWhenQuiet(synapse)).to.deep.equal(["login-failed claims 18456"]);
    });

    it("the firewall keeps the client out of a pool that is not new", async () => {
      fault({ kind: "firewall" });
      const error = await unreachable(stage.run(script));
      expect(error.message).to.contain("no IP firewall rule for 127.0.0.1");
    });

    it("the certificate is not trusted", async () => {
      const error = await unreachable(stage.run(script, { fresh: true }, { trustServerCertificate: false }));
      expect(error.message).to.contain(
        "No connection to database claims on claims.sql.azuresynapse.net (127.0.0.1:",
      );
      expect(error.message).to.match(/self-signed certificate|unable to verify/);
      expect(error.message).to.contain(
        "The server's certificate is not trusted. Where a private authority or a proxy issued it, name the file (PEM) of that authority in NODE_EXTRA_CA_CERTS. ",
      );
      expect(synapse.journal).to.deep.equal([]);
      expect(stage.lines.warnings).to.deep.equal([]);
    });

    it("the host name does not exist", async () => {
      const error = await withoutName("ENOTFOUND", () =>
        unreachable(stage.run(script, {}, { route: nowhere })),
      );
      expect(error.trouble.code).to.equal("ENOTFOUND");
      expect(error.message).to.contain("The host name cannot be resolved from here.");
    });

    it("the gateway knows no such workspace", async () => {
      const error = await unreachable(stage.run(script, {}, { host: "other.sql.azuresynapse.net" }));
      expect(error.message).to.contain("Check `host`.");
    });
  });

  it("tries a wrong password again for seconds only while the pool is new", async () => {
    const authentication = { type: "sql", username: "late", password: "Passw0rd!x" } as const;
    const error = await unreachable(stage.run(script, { fresh: true }, { authentication }));
    expect(error.message).to.contain("Waited 5 s for it: the login is not known yet.");
    expect(stage.clock.now()).to.equal(5000);
  });

  for (const [code, fresh, limit] of [
    ["ENOTFOUND", true, 120_000],
    ["EAI_AGAIN", true, 120_000],
    ["EAI_AGAIN", false, 30_000],
  ] as const)
    it(`waits for a name that cannot be resolved (${code}, ${fresh ? "a new pool" : "an old pool"})`, async () => {
      const error = await withoutName(code, () =>
        unreachable(stage.run(script, { fresh }, { route: nowhere })),
      );
      expect(error.message).to.contain(`Waited ${limit / 1000} s for it`);
      expect(stage.clock.now()).to.equal(limit);
    });

  describe("never hangs", () => {
    let server: Server | undefined;
    const sockets = new Set<Socket>();
    const listen = async (onConnection: (socket: Socket) => void, backlog?: number): Promise<number> => {
      const listening = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        onConnection(socket);
      });
      server = listening;
      await new Promise<void>((resolve) =>
        listening.listen({ port: 0, host: "127.0.0.1", backlog }, resolve),
      );
      return (listening.address() as AddressInfo).port;
    };
    afterEach(async () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      const closing = server;
      server = undefined;
      if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
    });

    const limits = { connectTimeout: 500, waitForPool: 1000 };

    it("at a server that accepts and stays silent", async () => {
      const port = await listen(() => undefined);
      const error = await unreachable(
        stage.run(script, {}, { ...limits, route: { server: "127.0.0.1", port } }),
      );
      expect(error.trouble.code).to.equal("ETIMEOUT");
      expect(error.message).to.contain("Failed to connect to claims.sql.azuresynapse.net");
      expect(stage.lines.infos[0]).to.contain("the endpoint does not answer (ETIMEOUT)");
    });

    it("at an address that swallows packets", async () => {
      // A listener whose queue is full answers no SYN any more, as a black hole does.
      const child = await fullQueue();
      try {
        const error = await failureOf(dial({ server: "127.0.0.1", port: child.port }, 500));
        expect(error).to.have.property("code", "ETIMEDOUT");
        expect(error.message).to.equal(`no TCP connection to 127.0.0.1:${child.port} within 0.5 s`);
      } finally {
        await child.close();
      }
    });

    it("at a server that closes at once, or refuses", async () => {
      const port = await listen((socket) => socket.destroy());
      const route = { server: "127.0.0.1", port };
      const closed = await unreachable(stage.run(script, {}, { ...limits, route }));
      expect(closed.trouble.code).to.be.oneOf(["ECONNRESET", "EPIPE"]);
      const refused = await unreachable(
        stage.run(script, {}, { ...limits, route: { server: "127.0.0.1", port: 1 } }),
      );
      expect(refused.trouble.code).to.equal("ECONNREFUSED");
      expect(refused.message).to.contain("bootstrap.server names another address");
    });

    it("at a pool that lets the login pass and does not answer the first batch", async () => {
      fault({ kind: "slow" });
      const error = await unreachable(stage.run(script, {}, { connectTimeout: 1000, waitForPool: 1 }));
      expect(error.message).to.contain("a first batch was not answered within 1 s");
      expect(countOf(synapse, "attention")).to.be.greaterThan(0);
    });
  });
});

const nowhere = { server: "no-such-host.example", port: 1433 };

/** Names are resolved to nothing but this error; no name server is asked. */
async function withoutName<T>(code: string, work: () => Promise<T>): Promise<T> {
  const original = dns.lookup;
  const refuse = (name: string, _options: unknown, callback: (error: Error) => void): void => {
    process.nextTick(callback, Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code }));
  };
  dns.lookup = refuse as unknown as typeof dns.lookup;
  try {
    return await work();
  } finally {
    dns.lookup = original;
  }
}

/** A listening socket that never accepts, with its queue filled up. */
async function fullQueue(): Promise<{ port: number; close: () => Promise<void> }> {
  const code =
    "const s=require('net').createServer();s.listen({port:0,host:'127.0.0.1',backlog:1},()=>{" +
    "process.stdout.write(s.address().port+'\\n',()=>{Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0)})})";
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const port = await new Promise<number>((resolve) =>
    child.stdout.once("data", (chunk: Buffer) => {
      resolve(Number(chunk.toString()));
    }),
  );
  const fillers: Socket[] = [];
  for (let count = 0; count < 8; count++) {
    const filler = connect(port, "127.0.0.1");
    filler.on("error", () => undefined);
    fillers.push(filler);
  }
  await new Promise((resolve) => setTimeout(resolve, 30));
  return {
    port,
    close: async () => {
      for (const filler of fillers) filler.destroy();
      child.kill("SIGKILL");
      await exited;
    },
  };
}
