import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { readConfiguration } from "../../../provider/core/configuration";
import { TimeLimit } from "../../../provider/core/time-limit";
import { Interruption } from "../../../provider/core/interruption";
import { NextList } from "../../../provider/immuta/next-list";
import type { Immuta, Integration, IntegrationPayload, ShownConfig } from "../../../provider/synapse/api";
import { Wiring } from "../../../provider/synapse/wiring";
import { Stage } from "./life/stage";

/** Lists that end when they are told to. */
class Tenant {
  readonly asked: { answer: (length: number) => void; fail: (why: string) => void }[] = [];
  readonly immuta: Immuta = {
    ...new Stage().ports().immuta,
    list: () =>
      new Promise<Integration[]>((resolve, reject) => {
        const list = this.asked.length + 1;
        this.asked.push({
          answer: (length) => {
            resolve(Array.from({ length }, () => ({ id: String(list) }) as Integration));
          },
          fail: (why) => {
            reject(new Error(why));
          },
        });
      }),
  };
}

describe("a list for those who must see what is there after they came", () => {
  let tenant: Tenant;
  let time: number;
  let pauses: { milliseconds: number; end: () => void }[];
  let next: NextList<ShownConfig, IntegrationPayload>;
  beforeEach(() => {
    tenant = new Tenant();
    time = 0;
    pauses = [];
    next = new NextList({
      now: () => time,
      sleep: (milliseconds) =>
        new Promise((resolve) => {
          pauses.push({
            milliseconds,
            end: () => {
              time += milliseconds;
              resolve();
            },
          });
        }),
    });
  });
  const look = (): Promise<Integration[]> => next.sharedBy(tenant.immuta, new TimeLimit()).list();
  const turns = (): Promise<void> => new Promise(setImmediate);
  const numberOf = ([first]: Integration[]): string | undefined => first?.id;

  it("is asked for at once, for all that come together", async () => {
    const looks = [look(), look(), look()];
    await turns();
    expect(tenant.asked).to.have.length(1);
    tenant.asked[0]?.answer(1);
    expect((await Promise.all(looks)).map(numberOf)).to.deep.equal(["1", "1", "1"]);
    expect(pauses).to.deep.equal([]);
  });

  it("never serves who came when it was under way: they share the next", async () => {
    const first = look();
    await turns();
    const later = [look(), look()];
    await turns();
    expect(tenant.asked).to.have.length(1);
    tenant.asked[0]?.answer(1);
    expect(numberOf(await first)).to.equal("1");
    time += 1;
    await turns();
    expect(tenant.asked).to.have.length(2);
    tenant.asked[1]?.answer(1);
    expect((await Promise.all(later)).map(numberOf)).to.deep.equal(["2", "2"]);
  });

  it("pauses a millisecond for each integration of the last, and a second at most", async () => {
    for (const [length, pause] of [
      [300, 300],
      [40_000, 1000],
      [0, undefined],
    ] as const) {
      const before = tenant.asked.length;
      const first = look();
      await turns();
      for (const { end } of pauses.splice(0)) end();
      await turns();
      tenant.asked[before]?.answer(length);
      await first;
      const second = look();
      await turns();
      expect(pauses.map(({ milliseconds }) => milliseconds)).to.deep.equal(
        pause === undefined ? [] : [pause],
      );
      expect(tenant.asked).to.have.length(pause === undefined ? before + 2 : before + 1);
      for (const { end } of pauses.splice(0)) end();
      await turns();
      tenant.asked[before + 1]?.answer(0);
      await second;
    }
  });

  it("pauses a second at most, whatever the clock is set to", async () => {
    const first = look();
    await turns();
    tenant.asked[0]?.answer(300);
    await first;
    time -= 3_600_000;
    const second = look();
    await turns();
    expect(pauses.map(({ milliseconds }) => milliseconds)).to.deep.equal([1000]);
    for (const { end } of pauses) end();
    await turns();
    tenant.asked[1]?.answer(1);
    expect(numberOf(await second)).to.equal("2");
  });

  it("keeps nobody longer than its operation has time: it asks for itself, and is told so", async () => {
    void look();
    const limit = new TimeLimit();
    limit.begin("timeouts.create", 1);
    const second = next.sharedBy(tenant.immuta, limit).list();
    while (tenant.asked.length < 2) await turns();
    tenant.asked[1]?.fail("no time is left");
    expect(await second.catch(String)).to.equal("Error: no time is left");
  });

  it("does not wait for one that takes longer than a second", async () => {
    void look();
    await turns();
    const second = look();
    await turns();
    expect(pauses.map(({ milliseconds }) => milliseconds)).to.deep.equal([1000]);
    pauses[0]?.end();
    await turns();
    tenant.asked[1]?.answer(1);
    expect(numberOf(await second)).to.equal("2");
  });

  it("fails for the one that asked for it; the others ask for themselves, and the next comes without a pause", async () => {
    const looks = [look(), look(), look()];
    await turns();
    tenant.asked[0]?.fail("no answer");
    await turns();
    expect(tenant.asked).to.have.length(3);
    tenant.asked[1]?.answer(1);
    tenant.asked[2]?.fail("no answer either");
    expect((await Promise.allSettled(looks)).map(({ status }) => status)).to.deep.equal([
      "rejected",
      "fulfilled",
      "rejected",
    ]);
    const later = look();
    await turns();
    tenant.asked[3]?.answer(1);
    expect(numberOf(await later)).to.equal("4");
    expect(pauses).to.deep.equal([]);
  });

  it("is shared by all operations of a process at one tenant, and so is what those ask for who wait", async () => {
    let lists = 0;
    const server = createServer((_request, response) => {
      lists++;
      response.end('[{"id":1,"status":"creating","type":"Azure Synapse Analytics","config":{}}]');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const configuration = readConfiguration(() => undefined, { IMMUTA_URL: url, IMMUTA_API_KEY: "key" });
      const nobody = (): void => undefined;
      const reporter = { info: nobody, warn: nobody, debug: nobody };
      const wiring = new Wiring(new Interruption());
      const ports = ["a", "b", "c"].map((subject) => wiring.ports({ configuration, reporter, subject }));
      await Promise.all(ports.map(({ immuta }) => immuta.list()));
      expect(lists).to.equal(1);
      const watchers = ports.map(({ watch }) => watch?.());
      const found = await Promise.all(watchers.map(async (watcher) => watcher?.stillWorking("1")));
      expect(found.map((one) => one?.status)).to.deep.equal(["creating", "creating", "creating"]);
      expect(lists).to.equal(2);
    } finally {
      server.close();
    }
  });
});
