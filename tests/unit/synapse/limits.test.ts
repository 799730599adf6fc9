import { expect } from "chai";
import { startSynapse, type PoolLimits, type Synapse } from "../../../sandbox/synapse";
import { ADMINISTRATOR, Client, HOST, loginError, POOL, until } from "./support";

describe("what a pool of the sandbox does at once", () => {
  let synapse: Synapse;
  const clients: Client[] = [];
  const connect = async (database = POOL): Promise<Client> => {
    const client = await Client.connect(synapse, { database });
    clients.push(client);
    return client;
  };
  const start = async (limits: Partial<PoolLimits>): Promise<void> => {
    synapse = await startSynapse({ limits });
    synapse.createWorkspace({
      host: HOST,
      administratorLogin: ADMINISTRATOR.user,
      administratorPassword: ADMINISTRATOR.password,
    });
    synapse.createPool(HOST, POOL);
  };
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await synapse.close();
  });

  it("one session more is refused with 10928, until one of the others ends; master has room", async () => {
    await start({ maxSessions: 2 });
    const first = await connect();
    await connect();
    const { messages } = await loginError(synapse, {});
    expect(messages.map(({ number, class: level, message }) => ({ number, level, message }))).to.deep.equal([
      {
        number: 10928,
        level: 20,
        message:
          "Resource ID : 2. The session limit for the database is 2 and has been reached. See 'http://go.microsoft.com/fwlink/?LinkId=267637' for assistance.",
      },
    ]);
    for (let count = 0; count < 3; count += 1) await connect("master");
    await first.close();
    await until(() => synapse.journal.some(({ kind }) => kind === "logout"));
    await connect();
  });

  /** One batch holds the pool's only place; another waits behind it. */
  const queued = async (): Promise<{
    running: Client;
    waiting: Client;
    events: string[];
    answers: Promise<unknown>;
  }> => {
    await start({ concurrency: 1 });
    const [running, waiting, other] = [await connect(), await connect(), await connect("master")];
    synapse.setFault(HOST, POOL, { kind: "slow", batch: 1 });
    const events: string[] = [];
    const held = running.batch("SELECT 1").then(() => events.push("held"));
    await until(() => synapse.faultOf(HOST, POOL) === undefined);
    const behind = waiting
      .batch("CREATE ROLE made")
      .then(({ numbers }) => events.push(`behind ${numbers.join()}`));
    // master answers as ever, and nothing comes of what waits.
    for (let turn = 0; turn < 5; turn += 1) expect(await other.values("SELECT 2")).to.deep.equal([2]);
    expect(events).to.deep.equal([]);
    expect(synapse.catalog(HOST, POOL).roles).to.deep.equal([]);
    return { running, waiting, events, answers: Promise.all([held, behind]) };
  };

  it("one request more waits in silence until the one that runs is given up", async () => {
    const { running, events, answers } = await queued();
    running.connection.cancel();
    await answers;
    expect(events).to.deep.equal(["held", "behind "]);
    expect(synapse.catalog(HOST, POOL).roles).to.deep.equal(["made"]);
  });

  it("one request more waits until the connection of the one that runs is gone", async () => {
    const { running, answers } = await queued();
    running.connection.close();
    await answers;
    expect(synapse.catalog(HOST, POOL).roles).to.deep.equal(["made"]);
  });

  it("what waits can be given up, and never runs", async () => {
    const { running, waiting, answers } = await queued();
    waiting.connection.cancel();
    await until(() => synapse.journal.some(({ kind }) => kind === "attention"));
    running.connection.cancel();
    await answers;
    expect(await waiting.values("SELECT 3")).to.deep.equal([3]);
    expect(synapse.catalog(HOST, POOL).roles).to.deep.equal([]);
  });
});
