import { expect } from "chai";
import { withImmutasSettings } from "../../../provider/synapse/drift";
import { synapseType, type Integration } from "../../../provider/synapse/api";
import { manual, stateOf } from "./samples";

const state = stateOf({ ...manual, impersonation: { enabled: true, role: "R" } });

/** What Immuta answers for the state, with changes. */
const immutas = (config: Integration["config"], more: Partial<Integration> = {}): Integration => ({
  id: "7",
  type: synapseType,
  status: "enabled",
  autoBootstrap: false,
  ...more,
  config: {
    host: state.host,
    port: state.port,
    database: state.database,
    schema: state.schema,
    impersonation: state.impersonation,
    metadataDelimiters: state.metadataDelimiters,
    ...config,
  },
});

describe("drift", () => {
  it("is none where Immuta says the same", () => {
    expect(withImmutasSettings(state, immutas({}))).to.deep.equal(state);
  });

  const unchanged: [what: string, found: Integration][] = [
    ["is none where the role differs in case only", immutas({ impersonation: { enabled: true, role: "r" } })],
    [
      "is none where Immuta leaves fields out or redacts them",
      { id: "7", type: synapseType, status: "enabled", config: { host: state.host } },
    ],
    [
      "is none where Immuta names a part of the delimiters",
      immutas({ metadataDelimiters: { hashDelimiter: "|" } }),
    ],
    [
      "is none where the place is spelled in another way",
      immutas({ host: `${state.host.toUpperCase()}.`, database: state.database.toUpperCase() }),
    ],
    ["is none where Immuta says another port, which nobody can change there", immutas({ port: 443 })],
    [
      "is none where Immuta says the other setup, which nobody can change there",
      immutas({}, { autoBootstrap: true }),
    ],
  ];
  for (const [what, found] of unchanged)
    it(what, () => {
      expect(withImmutasSettings(state, found)).to.deep.equal(state);
    });

  const changes: [what: string, found: Integration, changes: object][] = [
    [
      "impersonation switched off",
      immutas({ impersonation: { enabled: false } }),
      { impersonation: { enabled: false } },
    ],
    [
      "another role",
      immutas({ impersonation: { enabled: true, role: "SOMEBODY" } }),
      { impersonation: { enabled: true, role: "SOMEBODY" } },
    ],
    [
      "one other delimiter",
      immutas({ metadataDelimiters: { hashDelimiter: "#" } }),
      { metadataDelimiters: { ...state.metadataDelimiters, hashDelimiter: "#" } },
    ],
  ];
  for (const [what, found, changed] of changes)
    it(`is ${what}, and nothing else`, () => {
      expect(withImmutasSettings(state, found)).to.deep.equal({ ...state, ...changed });
    });

  it("does not ask for the role of an impersonation that is off", () => {
    const off = stateOf({ ...manual, impersonation: { enabled: false, role: "R" } });
    expect(withImmutasSettings(off, immutas({ impersonation: { enabled: false } }))).to.deep.equal(off);
  });
});
