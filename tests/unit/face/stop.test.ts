import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { endWithEngine } from "../../../provider/face/stop";
import { Interruption } from "../../../provider/core/interruption";

describe("the process of a dynamic provider", () => {
  let engine: Server;
  const held = new Set<Socket>();
  const connections = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (seen >= count) resolve();
        else setTimeout(look, 5);
      };
      look();
    });
  let seen = 0;

  beforeEach(async () => {
    seen = 0;
    engine = createServer((socket) => {
      seen++;
      held.add(socket);
      socket.on("error", () => undefined);
    });
    engine.listen(0, "127.0.0.1");
    await once(engine, "listening");
  });
  afterEach(() => {
    for (const socket of held) socket.destroy();
    engine.close();
  });

  it("is told to stop, and ends, when the engine is gone", async () => {
    const interruption = new Interruption();
    const stopped = once(interruption.stopped, "abort");
    let ended = false;
    endWithEngine(
      interruption,
      `127.0.0.1:${(engine.address() as AddressInfo).port}`,
      () => (ended = true),
      0,
    );
    await connections(1);
    engine.close();
    for (const socket of held) socket.destroy();
    await stopped;
    expect((interruption.stopped.reason as Error).message).to.equal(
      "Stopped, because the Pulumi engine is gone.",
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ended).to.equal(true);
  });

  it("goes on where the engine only closed the connection over which nothing is asked", async () => {
    const interruption = new Interruption();
    endWithEngine(interruption, `127.0.0.1:${(engine.address() as AddressInfo).port}`, () => undefined, 0);
    for (const times of [1, 2, 3]) {
      await connections(times);
      for (const socket of held) socket.destroy();
    }
    await connections(4);
    expect(interruption.stopped.aborted).to.equal(false);
  });

  it("watches nobody where it was given no engine's address", () => {
    const interruption = new Interruption();
    for (const address of [undefined, "", "--config", "tests/unit"])
      endWithEngine(interruption, address ?? "");
    expect(seen).to.equal(0);
  });
});
