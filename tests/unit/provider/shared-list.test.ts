import { expect } from "chai";
import { SharedList } from "../../../provider/immuta/shared-list";
import {
  type Immuta,
  type Integration,
  type IntegrationPayload,
  isWhole,
  type ShownConfig,
  synapseType,
} from "../../../provider/synapse/api";
import { Stage } from "./life/stage";

const integration = (id: string, more: Partial<Integration> = {}): Integration => ({
  ...{ id, status: "enabled", type: synapseType, autoBootstrap: true },
  config: {
    ...{ host: "h", database: id, schema: "s", impersonation: { enabled: false } },
    metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
  },
  validation: { status: "passed", tests: [] },
  ...more,
});

describe("a list that reads share", () => {
  let stage: Stage;
  let immuta: Immuta;
  let shared: SharedList<ShownConfig, IntegrationPayload>;
  let time: number;
  /** The list serves no more. */
  const later = (): void => void (time += 5000);
  beforeEach(() => {
    stage = new Stage();
    immuta = stage.ports().immuta;
    time = 0;
    shared = new SharedList(isWhole, () => time);
    for (const id of ["1", "2", "3"]) stage.integrations.set(id, integration(id));
  });
  const read = (id: string): Promise<Integration | undefined> => shared.sharedBy(immuta).get(id);

  it("is one request for those that arrive together, and those that come soon after, and another later", async () => {
    const found = await Promise.all(["1", "2", "3"].map(read));
    expect(found.map((one) => one?.id)).to.deep.equal(["1", "2", "3"]);
    time += 4999;
    await read("2");
    expect(stage.acts).to.deep.equal(["list"]);
    later();
    stage.integrations.set("1", integration("1", { status: "disabled" }));
    expect((await read("1"))?.status).to.equal("disabled");
    expect(stage.acts).to.deep.equal(["list", "list"]);
  });

  it("ends with a write, which the next read shows", async () => {
    await read("1");
    await shared.endedBy(immuta).remove("1");
    expect((await read("1"))?.status).to.equal("deleting");
    expect(stage.acts).to.deep.equal(["list", "delete 1", "list"]);
  });

  it("is asked for at once when as many read as one ever served", async () => {
    await Promise.all(["1", "2", "3"].map(read));
    later();
    const found = Promise.all(["3", "2", "1"].map(read));
    // A turn of the event loop, and no timer.
    await new Promise(setImmediate);
    expect(stage.acts).to.deep.equal(["list", "list"]);
    expect((await found).map((one) => one?.id)).to.deep.equal(["3", "2", "1"]);
  });

  it("is one for many, where eight read at a time, as the engine does", async () => {
    const ids = Array.from({ length: 60 }, (_, n) => String(n));
    for (const id of ids) stage.integrations.set(id, integration(id));
    const reader = async (): Promise<void> => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) expect((await read(id))?.id).to.equal(id);
    };
    await Promise.all(Array.from({ length: 8 }, reader));
    expect(stage.acts).to.deep.equal(["list"]);
  });

  it("does not say of one that is gone: its own GET does", async () => {
    expect(await read("4")).to.equal(undefined);
    expect(stage.acts).to.deep.equal(["list", "get 4"]);
  });

  it("is not believed where it says less than a GET", async () => {
    const { validation: _validation, ...rest } = integration("1");
    immuta = { ...immuta, list: () => Promise.resolve([rest]) };
    expect(await read("1")).to.have.property("validation");
    expect(stage.acts).to.deep.equal(["get 1"]);
  });

  it("fails for the one that asked for it; the others ask for themselves, and it is asked for anew later", async () => {
    stage.failures.set("list", new Error("no answer"));
    const outcomes = await Promise.allSettled(["1", "2"].map(read));
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled"]);
    expect(stage.acts).to.deep.equal(["list", "get 2"]);
    expect((await read("1"))?.id).to.equal("1");
  });
});
