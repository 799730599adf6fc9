import { expect } from "chai";
import { defaultSwitches, type Switches } from "../../sandbox/immuta/switches";
import { turned } from "./turned";
import { Life, nobody, startServers, type Servers, type Setup } from "./support";

/** docs/assumptions.md: the whole life of an integration, with each switch of the sandbox's Immuta both ways. */

const role = "IMMUTA_IMPERSONATION";
const delimiters = { hashDelimiter: "#", hashKeyDelimiter: "-", arrayDelimiter: "," };

const edited = ["GET /integrations/{id}", "POST /integrations/{id}/scripts/edit", "GET /integrations/{id}"];

/** What each act of a life may send; of the switches only `deleteNeedsScripts: "before"` makes it one call more. */
const expected = {
  automatic: {
    create: { ...nobody, calls: ["GET /integrations", "POST /integrations", "GET /integrations/{id}"] },
    change: {
      ...nobody,
      calls: ["GET /integrations/{id}", "PUT /integrations/{id}", "GET /integrations/{id}"],
    },
    password: nobody,
    destroy: { ...nobody, calls: ["GET /integrations/{id}", "DELETE /integrations/{id}"] },
  },
  manual: {
    create: {
      calls: [
        "GET /integrations",
        "POST /integrations/scripts/initial-create",
        "POST /integrations/scripts/create",
        "POST /integrations",
        "GET /integrations/{id}",
      ],
      looks: ["master", "claims"],
      databases: ["master", "claims"],
    },
    change: {
      calls: [...edited, "PUT /integrations/{id}", "GET /integrations/{id}"],
      looks: [],
      databases: ["claims"],
    },
    password: {
      calls: [
        "GET /integrations/{id}",
        "POST /integrations/scripts/initial-create",
        ...edited.slice(1),
        "PUT /integrations/{id}",
        "GET /integrations/{id}",
      ],
      looks: [],
      databases: ["master", "claims"],
    },
    destroy: {
      calls: [
        "GET /integrations/{id}",
        "POST /integrations/{id}/scripts/delete",
        "POST /integrations/scripts/post-cleanup",
        "DELETE /integrations/{id}",
      ],
      looks: ["master", "claims"],
      databases: ["claims", "master"],
    },
  },
};

/** Each value of each switch. */
const values: Partial<Switches>[] = [
  {},
  { idType: "number" },
  { scriptFormat: "json-string" },
  { scriptFormat: "json-object" },
  { deletedAnswers: "status" },
  { putKeepsUnsent: true },
  { conflictOn: "host" },
  { unpreparedEdit: "editError" },
  { deleteNeedsScripts: "after" },
  { deleteNeedsScripts: "before" },
  { deleteScriptTakes: "create" },
  { scriptAgain: "another" },
  { jsonType: "text/plain" },
  {
    idType: "number",
    scriptFormat: "json-object",
    deletedAnswers: "status",
    putKeepsUnsent: true,
    conflictOn: "host",
    unpreparedEdit: "editError",
    deleteNeedsScripts: "after",
  },
];
/** What a manual setup does about it is in limits.test.ts. */
const automaticOnly: Partial<Switches>[] = [{ editScriptRunsIn: "master" }];
/** These are in limits.test.ts alone, those that want a setting in turned.ts. */
const elsewhere: Partial<Switches>[] = [
  { listShape: "object" },
  { throttles: "before" },
  { statusEndpoint: "missing" },
  ...Object.values(turned).flatMap((values) => Object.values(values).map(({ switches }) => switches)),
];

const nameOf = (switches: Partial<Switches>): string => {
  const turned = Object.entries(switches).map(([name, value]) => `${name} ${String(value)}`);
  return turned.length === 0 ? "the default of every switch" : turned.join(", ");
};

describe("what Immuta's contract leaves open: a whole life works either way", function () {
  this.timeout(30_000);
  let servers: Servers;
  before(async () => {
    servers = await startServers();
  });
  afterEach(() => {
    Object.assign(servers.immuta.switches, defaultSwitches);
  });
  after(() => servers.close());

  async function live(setup: Setup, switches: Partial<Switches>, where = servers): Promise<void> {
    const expects = expected[setup];
    const life = new Life(where, setup, switches);
    const settled = async (): Promise<void> => {
      expect(life.differs, "a change is left").to.equal(false);
      expect(await life.refresh()).to.deep.equal({ ...nobody, calls: ["GET /integrations/{id}"] });
      expect(life.differs, "drift").to.equal(false);
      expect(life.state).to.include({ status: "enabled" });
    };
    const off = { enabled: false };
    const standard = { ...delimiters, hashDelimiter: "|" };

    expect(await life.up()).to.deep.equal(expects.create);
    await settled();
    expect(life.atImmuta).to.deep.equal({
      status: "enabled",
      impersonation: off,
      metadataDelimiters: standard,
    });

    const impersonation = { enabled: true, role };
    // The role is new: is it anybody's?
    const looks = setup === "manual" ? ["claims"] : [];
    expect(await life.up({ impersonation })).to.deep.equal({ ...expects.change, looks });
    await settled();
    expect(life.atImmuta).to.deep.equal({ status: "enabled", impersonation, metadataDelimiters: standard });
    expect(life.leftInPool.join()).to.contain(role);

    expect(await life.up({ metadataDelimiters: { hashDelimiter: "#" } })).to.deep.equal(expects.change);
    await settled();
    expect(life.atImmuta).to.deep.equal({ status: "enabled", impersonation, metadataDelimiters: delimiters });

    if (setup === "automatic") life.rotateAdministrator("R0tated!");
    const password = setup === "automatic" ? "R0tated!" : "Sec0nd]Passw0rd";
    expect(await life.up({ password })).to.deep.equal(expects.password);
    await settled();

    expect(await life.up({ impersonation: off })).to.deep.equal(expects.change);
    await settled();
    expect(life.atImmuta).to.deep.equal({
      status: "enabled",
      impersonation: off,
      metadataDelimiters: delimiters,
    });
    expect(life.leftInPool.join()).not.to.contain(role);

    // Immuta's 422 has the scripts run first, and DELETE is sent again.
    const again = setup === "manual" && switches.deleteNeedsScripts === "before";
    expect(await life.destroy()).to.deep.equal({
      ...expects.destroy,
      calls: [
        ...expects.destroy.calls,
        ...(again ? ["DELETE /integrations/{id}"] : []),
        // Only a GET of the integration says that it is gone.
        ...(switches.deletedAnswers === "status" ? [] : ["GET /integrations/{id}"]),
      ],
    });
    expect(life.atImmuta).to.equal(undefined);
    expect(life.leftInPool).to.deep.equal([]);
  }

  for (const switches of [...values, ...automaticOnly])
    it(`automatic setup: ${nameOf(switches)}`, () => live("automatic", switches));
  for (const switches of values) it(`manual setup: ${nameOf(switches)}`, () => live("manual", switches));

  it("in pools that take more than is documented", async () => {
    const lenient = await startServers({ dialect: { dropIfExists: true, isolationLevels: true } });
    try {
      await live("automatic", {}, lenient);
      await live("manual", {}, lenient);
    } finally {
      await lenient.close();
    }
  });

  it("between them the tests turn every switch to every value it has", () => {
    // Typed by the switches themselves, so that a new one does not compile until it is listed.
    const all: { [Name in keyof Switches]: readonly Switches[Name][] } = {
      editScriptRunsIn: ["database", "master"],
      conflictOn: ["host-and-database", "host"],
      deleteNeedsScripts: ["before", "after", "any"],
      idType: ["string", "number"],
      scriptFormat: ["text", "json-string", "json-object"],
      putKeepsUnsent: [true, false],
      deletedAnswers: ["404", "status"],
      unpreparedEdit: ["422", "editError"],
      refusedDelete: ["422", "deleteError"],
      deleteScriptTakes: ["any", "create", "config", "none"],
      cleanupScriptTakes: ["create", "config", "none"],
      postCleanupScriptTakes: ["create", "config", "none"],
      portInPayload: ["optional", "required", "refused"],
      statusEndpoint: ["there", "missing", "stale"],
      throttles: ["never", "before", "after"],
      scriptAgain: ["same", "another", "refused"],
      unlistedFor: [0, 10],
      listShape: ["array", "object"],
      jsonType: ["application/json", "text/plain"],
    };
    const tried = [defaultSwitches, ...values, ...automaticOnly, ...elsewhere];
    for (const [name, wanted] of Object.entries(all))
      expect(tried.map((switches) => switches[name as keyof Switches])).to.include.members([...wanted]);
  });
});
