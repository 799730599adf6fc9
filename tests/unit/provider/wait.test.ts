import { expect } from "chai";
import type { Integration, IntegrationStatus } from "../../../provider/immuta/types";
import { IntegrationFailed, isBusy, WaitedTooLong, waitUntil } from "../../../provider/immuta/wait";
import type { Clock } from "../../../provider/core/clock";

/** Immuta on a clock that does not wait: `at` gives the status at a time, in milliseconds. */
class Watched {
  polls = 0;
  /** How often the integration itself was asked for, in place of its status. */
  gets = 0;
  time = 0;
  readonly lines: string[] = [];
  readonly clock: Clock = {
    now: () => this.time,
    sleep: (milliseconds) => {
      this.time += milliseconds;
      return Promise.resolve();
    },
  };

  /** `itself`: what GET /integrations/{id} says at a time, where /status answers nothing. */
  constructor(
    private readonly at: (time: number) => IntegrationStatus | undefined,
    private readonly itself = at,
  ) {}

  wait(until: "enabled" | "gone", limit = 20 * 60_000): Promise<IntegrationStatus | undefined> {
    const status = (): Promise<IntegrationStatus | undefined> => {
      this.polls++;
      return Promise.resolve(this.at(this.time));
    };
    const get = (): Promise<Integration<unknown> | undefined> => {
      this.gets++;
      const found = this.itself(this.time);
      return Promise.resolve(found && { ...found, type: "Snowflake", config: {} });
    };
    const note = (line: string): void => void this.lines.push(line);
    return waitUntil(
      { tenant: "acme.example", status, get },
      {
        id: "7",
        until,
        limit,
        reporter: { info: note, warn: note, debug: note },
        clock: this.clock,
      },
    );
  }
}

const status = (name: string, more: Partial<IntegrationStatus> = {}): IntegrationStatus => ({
  id: "7",
  status: name,
  ...more,
});

const failure = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
};

describe("a refusal of Immuta's", () => {
  for (const [status, said, busy] of [
    [409, "Unable to edit integration with ID 7 in current state editing.", true],
    [409, "Unable to edit integration with ID 7 in current state Migrating.", true],
    [409, "Unable to edit integration with ID 7 in current state disabled.", false],
    [409, "Integration 7 is currently disabled.", false],
    [409, "Unable to edit integration with ID 7 in current state createError.", false],
    [409, "Integration 7 is currently being edited", true],
    [409, "Another update is in progress, try again later", true],
    [409, "Unable to edit integration in its current state.", true],
    [409, "Azure Synapse Analytics integration already exists on host h, being deleted (id = 8)", false],
    [409, "Conflict", false],
    [423, "Locked", true],
    [400, "in current state editing", false],
  ] as const)
    it(`${status} "${said}" ${busy ? "is waited out" : "is an end"}`, () => {
      expect(isBusy({ status, said })).to.equal(busy);
    });
});

describe("waiting for Immuta", () => {
  it("notices the end at most 8 % and a quarter of a second late, and never more than 15 s", async () => {
    for (let seconds = 0.1; seconds <= 4000; seconds *= 1.01) {
      const end = seconds * 1000;
      const watched = new Watched((time) => status(time < end ? "creating" : "enabled"));
      await watched.wait("enabled", 2 * 4_000_000);
      expect(watched.time, `after ${seconds} s`).to.be.within(end, end + Math.min(end * 0.08 + 250, 15_000));
    }
  });

  // Chance takes 5 to 15 % off every pause.
  for (const [seconds, least, most] of [
    [1, 5, 6],
    [3, 11, 12],
    [10, 21, 23],
    [30, 34, 37],
    [120, 52, 57],
    [1200, 129, 143],
  ] as const)
    it(`asks ${least} to ${most} times in ${seconds} s`, async () => {
      const watched = new Watched((time) => status(time < seconds * 1000 ? "creating" : "enabled"));
      await watched.wait("enabled");
      expect(watched.polls).to.be.within(least, most);
    });

  it("asks once where the end is there already", async () => {
    const watched = new Watched(() => status("enabled"));
    await watched.wait("enabled");
    expect([watched.polls, watched.time, watched.lines]).to.deep.equal([1, 0, []]);
  });

  it("takes a recurringValidationError for enabled", async () => {
    const found = await new Watched(() => status("recurringValidationError")).wait("enabled");
    expect(found?.status).to.equal("recurringValidationError");
  });

  it("takes 404 and the state deleted for gone", async () => {
    expect(await new Watched(() => undefined).wait("gone")).to.equal(undefined);
    expect((await new Watched(() => status("deleted")).wait("gone"))?.status).to.equal("deleted");
  });

  it("goes on with the integration itself where nothing answers for its status, and takes that one's word", async () => {
    const made = new Watched(
      () => undefined,
      (time) => status(time < 5000 ? "creating" : "enabled"),
    );
    expect((await made.wait("enabled"))?.status).to.equal("enabled");
    expect([made.polls, made.gets > 2]).to.deep.equal([1, true]);
    const removed = new Watched(
      () => undefined,
      (time) => (time < 5000 ? status("deleting") : undefined),
    );
    expect(await removed.wait("gone")).to.equal(undefined);
    expect([removed.polls, removed.time >= 5000]).to.deep.equal([1, true]);
    const stuck = new Watched(
      () => undefined,
      () => status("deleteError"),
    );
    expect(await failure(stuck.wait("gone"))).to.be.instanceOf(IntegrationFailed);
  });

  it("ends in an error when the limit is over, and looks once more right then", async () => {
    const watched = new Watched(() => status("creating"));
    const error = await failure(watched.wait("enabled", 60_000));
    expect(error).to.be.instanceOf(WaitedTooLong);
    expect(error.message).to.equal(
      "Integration 7 at Immuta acme.example is still in state creating after 60 s of waiting until it is enabled. " +
        "Run `pulumi up` again to wait on, or raise `timeouts`.",
    );
    expect(watched.time).to.be.within(60_000, 60_001);
  });

  for (const [state, until] of [
    ["createError", "enabled"],
    ["editError", "enabled"],
    ["deleteError", "gone"],
    ["disabled", "enabled"],
  ] as const)
    it(`ends in an error in the state ${state}, with every failed validation test`, async () => {
      const validation = {
        status: "failed",
        tests: [
          { name: "Connect", status: "passed" },
          { name: "Create view", status: "failed", message: "No permission." },
          { name: "Drop view", status: "failed" },
        ],
      };
      const error = await failure(new Watched(() => status(state, { validation })).wait(until));
      expect(error).to.be.instanceOf(IntegrationFailed);
      expect(error.message).to.equal(
        `Integration 7 at Immuta acme.example is in state ${state}. Failed validation tests:\n` +
          "  - Create view: failed (No permission.)\n  - Drop view: failed",
      );
    });

  it("says that Immuta names no test where there is none", async () => {
    expect((await failure(new Watched(() => status("createError")).wait("enabled"))).message).to.equal(
      "Integration 7 at Immuta acme.example is in state createError. Immuta names no failed validation test.",
    );
  });

  it("ends in an error where the integration vanishes", async () => {
    const watched = new Watched((time) => (time < 500 ? status("creating") : undefined));
    expect((await failure(watched.wait("enabled"))).message).to.equal(
      "Integration 7 vanished from Immuta acme.example while it was waited for.",
    );
  });

  it("says what it waits for and each validation test that did not pass as it comes in, once; at the end how many did", async () => {
    const tests = [
      { name: "Connect", status: "passed" },
      { name: "Grant", status: "warning" },
      { name: "Create view", status: "passed" },
    ];
    const watched = new Watched((time) =>
      time < 5000
        ? status("creating", {
            validation: { status: "running", tests: tests.slice(0, time < 2000 ? 1 : 2) },
          })
        : status("enabled", { validation: { status: "passed", tests } }),
    );
    await watched.wait("enabled");
    expect(watched.lines).to.deep.equal([
      "waiting until integration 7 is enabled; Immuta says creating",
      "validation test Grant: warning",
      "2 of 3 validation tests passed",
    ]);
  });
});
