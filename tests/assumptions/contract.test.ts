import { expect } from "chai";
import { type ContractSetting, contractSettings, contractTable } from "../../provider/core/contract";
import { defaultSwitches } from "../../sandbox/immuta/switches";
import { Life, startServers, type Servers } from "./support";
import { turned } from "./turned";

/** docs/assumptions.md: each setting of the contract, in front of a tenant that does otherwise. */

/** Values that are not the default: all words; of a number the one that is tried. */
const othersOf = (name: ContractSetting): string[] => {
  const row = contractTable[name];
  return "words" in row
    ? Object.keys(row.words).filter((word) => word !== row.default)
    : Object.keys(turned[name]).filter((value) => Number(value) !== row.default);
};

describe("a tenant that does otherwise", function () {
  this.timeout(30_000);
  let servers: Servers;
  beforeEach(async () => {
    servers = await startServers();
  });
  afterEach(() => servers.close());

  for (const name of contractSettings) {
    it(`${name}: is tried with every value, and the sandbox has what turns it`, () => {
      expect(Object.keys(turned[name])).to.have.members(othersOf(name)).and.not.to.be.empty;
      expect(Object.keys(defaultSwitches)).to.include.members([...contractTable[name].turnedBy]);
    });

    for (const [value, { setup, switches, wrong, right }] of Object.entries(turned[name])) {
      it(`${name}: it goes wrong where nothing is set and the tenant wants ${value}`, () =>
        wrong(new Life(servers, setup, switches), servers));

      it(`${name}=${value}: all is well`, () => {
        const life = new Life(servers, setup, switches);
        life.contract = `${name}=${value}`;
        return right(life, servers);
      });
    }
  }
});
