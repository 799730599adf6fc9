import { expect } from "chai";
import { CommandError } from "../../../cli/io";
import { announcementIn } from "../../../cli/report/announcement";
import { lineOf } from "../../../provider/core/announcement";
import type { Announcement } from "../../../provider/core/announcement";
import { packageVersion } from "../../../provider/core/configuration";
import type { Inputs } from "../../../provider/synapse/inputs/table";
import * as life from "../../../provider/synapse/integration";
import { unknown } from "../../../provider/core/unknown";
import { told } from "./life/stage";
import { automatic, map, changed, manual, stateOf } from "./samples";

const role = (name: string): { enabled: true; role: string } => ({ enabled: true, role: name });
const created = (inputs: Inputs): Announcement => life.announcementOfCreate(map(inputs));
const toldOf = (olds: object, news: object): Announcement => {
  const announcement = life.announcementOfChange(map(olds), map(news));
  if (announcement === undefined) throw new Error("nothing is announced");
  return announcement;
};

const cases: Record<string, { announcement: Announcement; data: object; lines: string[] }> = {
  "a new automatic setup": {
    announcement: created({ ...automatic, impersonation: role("R") }),
    data: { steps: [{ step: "register", setup: "automatic", impersonation: true, role: "R" }] },
    lines: ["POST /integrations (automatic setup, impersonation on, role R)"],
  },
  "a new manual setup whose scripts a person runs": {
    announcement: created(changed(manual, "bootstrap.run", "external")),
    data: {
      steps: [
        { step: "hand over initial-create", database: "master" },
        { step: "hand over create", database: "immuta" },
        { step: "register", setup: "manual", impersonation: false },
      ],
    },
    lines: [
      "initial-create script: to be run by you in database master",
      "create script: to be run by you in database immuta",
      "POST /integrations (manual setup, impersonation off)",
    ],
  },
  "values that are known at up only": {
    announcement: life.announcementOfCreate({ ...manual, database: unknown, impersonation: unknown }),
    data: {
      steps: [
        { step: "run initial-create", database: "master" },
        { step: "run create", database: null },
        { step: "register", setup: "manual", impersonation: null },
      ],
    },
    lines: [
      "initial-create script → database master",
      "create script → database (known at up)",
      "POST /integrations (manual setup, impersonation known at up)",
    ],
  },
  "a rotation by its version": {
    announcement: toldOf(stateOf(manual), { ...manual, password: "n3w", passwordVersion: "2" }),
    data: {
      steps: [
        { step: "run initial-create", database: "master" },
        { step: "run edit", database: "immuta" },
        { step: "put", id: "7", account: true },
      ],
      changed: ["password", "passwordVersion"],
      passwordVersion: { from: null, to: "2" },
    },
    lines: [
      "password version (none) → 2",
      "changed, value not shown: password",
      "initial-create script → database master",
      "edit script → database immuta",
      "PUT /integrations/7 (the system account)",
    ],
  },
  "delimiters alone": {
    announcement: toldOf(stateOf(automatic), {
      ...automatic,
      metadataDelimiters: { ...automatic.metadataDelimiters, hashDelimiter: "#", arrayDelimiter: unknown },
    }),
    data: {
      steps: [{ step: "put", id: "7", hashDelimiter: "#", arrayDelimiter: null }],
      changed: ["metadataDelimiters.hashDelimiter"],
      unknown: ["metadataDelimiters.arrayDelimiter"],
    },
    lines: [
      "PUT /integrations/7 (hashDelimiter #, arrayDelimiter (known at up))",
      "may change, known at up: metadataDelimiters.arrayDelimiter",
    ],
  },
  "delimiters and impersonation": {
    announcement: toldOf(stateOf(automatic), {
      ...automatic,
      impersonation: role("R"),
      metadataDelimiters: { ...automatic.metadataDelimiters, hashKeyDelimiter: "~" },
    }),
    data: {
      steps: [{ step: "put", id: "7", impersonation: true, role: "R", hashKeyDelimiter: "~" }],
      changed: ["impersonation.enabled", "impersonation.role", "metadataDelimiters.hashKeyDelimiter"],
    },
    lines: ["PUT /integrations/7 (impersonation on, role R, hashKeyDelimiter ~)"],
  },
  "what is stored, beside what may change": {
    announcement: toldOf(stateOf(automatic), {
      ...automatic,
      password: "n3w",
      timeouts: { create: unknown },
    }),
    data: { steps: [], stored: ["password"], unknown: ["timeouts.create"] },
    lines: ["stored only, nobody is called: password", "may change, known at up: timeouts.create"],
  },
  "a replacement": {
    announcement: toldOf(stateOf(manual), { ...manual, schema: "other", host: unknown }),
    data: {
      steps: [],
      changed: ["schema"],
      unknown: ["host"],
      replaces: ["schema"],
      deleteBeforeReplace: false,
    },
    lines: [
      "REPLACES the integration (schema): its policy views are dropped and built again. The new one is made before the old one is deleted.",
      "may change, known at up: host",
    ],
  },
  "an operation that goes on": {
    announcement: toldOf(
      stateOf(manual, { progress: { operation: "update", done: ["run edit"], changes: ["put"] } }),
      manual,
    ),
    data: {
      steps: [
        { step: "run edit", database: "immuta" },
        { step: "put", id: "7", impersonation: false },
      ],
      resumes: { operation: "update", after: ["run edit"] },
    },
    lines: [
      "goes on with the update that stopped after: run edit",
      "edit script → database immuta",
      "PUT /integrations/7 (impersonation off)",
    ],
  },
  "an adoption": {
    announcement: created({ ...manual, adopt: "7" }),
    data: { steps: [], adopts: { integration: "7", mode: "exact" } },
    lines: ['adopts integration "7" exactly: nothing is written, and a difference is an error'],
  },
};

describe("an announcement", () => {
  for (const [what, { announcement, data, lines }] of Object.entries(cases))
    it(`says ${what} as data, and in words`, () => {
      expect(announcement).to.deep.equal({ format: 1, provider: packageVersion(), ...data });
      expect(told(announcement)).to.deep.equal(lines);
      expect(announcementIn(`${lineOf(announcement)}\nclaims:`)).to.deep.equal(announcement);
    });

  it("holds no secret", () => {
    const secret = "c4nary";
    const olds = { ...manual, bootstrap: { password: `${secret}-1` }, password: `${secret}-2` };
    const news = { ...manual, bootstrap: { password: `${secret}-3` }, password: `${secret}-4` };
    expect(lineOf(toldOf(stateOf(olds), news))).not.to.contain(secret);
    expect(lineOf(created(news))).not.to.contain(secret);
  });

  it("is one line, in which the engine sees no colour", () => {
    const odd = created({ ...automatic, impersonation: role("<{%reset%}>\n") });
    expect(lineOf(odd)).not.to.match(/[<\n]/);
    expect(announcementIn(lineOf(odd))).to.deep.equal(odd);
  });

  it("is no other line", () => {
    expect(announcementIn("stored only, nobody is called: password")).to.equal(undefined);
  });

  describe("that is not understood whole", () => {
    const base = created(automatic);
    const read =
      (announcement: object): unknown =>
      () =>
        announcementIn(lineOf({ ...base, ...announcement }));
    const newer: Record<string, object> = {
      "another format": { format: 2 },
      "a step of another name": { steps: [{ step: "verify" }] },
      "an input of another name": { changed: ["views"] },
      "another field": { drops: ["views"] },
    };
    for (const [what, part] of Object.entries(newer))
      it(`is refused for ${what}, with what to update`, () => {
        expect(read({ ...part, provider: "9.9.9" })).to.throw(
          CommandError,
          `pulumi-immuta 9.9.9 made the preview, and it holds what this version (${packageVersion()}) does not know. Update pulumi-immuta where the preview is read.`,
        );
      });

    it("is refused as damaged where this version made it", () => {
      const sentence = /^the announcement of an integration is damaged\. /;
      for (const part of [{ steps: null }, { steps: [{ step: "put", id: {} }] }, { changed: "password" }])
        expect(read(part)).to.throw(CommandError, sentence);
      expect(() => announcementIn('for pulumi-immuta report: {"format":1')).to.throw(CommandError, sentence);
    });
  });
});
