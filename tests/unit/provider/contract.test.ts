import { expect } from "chai";
import { ConfigurationError, readConfiguration } from "../../../provider/core/configuration";
import {
  type Contract,
  contractSettings,
  contractTable,
  readContract,
  usualContract,
} from "../../../provider/core/contract";
import { stepsOfDelete } from "../../../cli/report/derived-steps";
import { type Phase, phases } from "../../../provider/core/phases";
import { scriptPayloadOf } from "../../../provider/synapse/payload";
import { plan, planDelete } from "../../../provider/synapse/plan";
import { namesOf } from "../../../provider/synapse/steps/step";
import { automatic, changed, manual, map, stateOf } from "./samples";

/** Each value of each setting. */
const all: [name: keyof Contract, value: string | number][] = contractSettings.flatMap((name) => {
  const row = contractTable[name];
  const values: (string | number)[] = "seconds" in row ? [0, row.default, row.most] : Object.keys(row.words);
  return values.map((value): [keyof Contract, string | number] => [name, value]);
});

const read = (stack: unknown, environment?: string): Contract => {
  const { contract, problems } = readContract(stack, environment);
  expect(problems).to.deep.equal([]);
  return contract;
};

describe("the settings of the contract", () => {
  it("are read from the stack and from the environment, every value of every one", () => {
    for (const [name, value] of all) {
      const expected = { ...usualContract, [name]: value };
      expect(read(JSON.stringify({ [name]: value }))).to.deep.equal(expected);
      expect(read({ [name]: String(value) })).to.deep.equal(expected);
      expect(read(undefined, ` ${name} = ${value} ,`)).to.deep.equal(expected);
    }
    expect(read(undefined)).to.deep.equal(usualContract);
    expect(read("", "")).to.deep.equal(usualContract);
  });

  it("of the environment win name by name", () => {
    const stack = JSON.stringify({ editScriptIn: "master", sendPort: "never", listLag: 60 });
    expect(read(stack, "sendPort=always,repeat429=no")).to.deep.equal({
      ...usualContract,
      editScriptIn: "master",
      sendPort: "always",
      listLag: 60,
      repeat429: "no",
    });
  });

  it("take the booleans that YAML makes of yes and no", () => {
    expect(read({ askStatus: false, repeatScripts: true })).to.include({
      askStatus: "no",
      repeatScripts: "yes",
    });
  });

  it("that are wrong are refused all at once, each with the way out", () => {
    const stack = JSON.stringify({
      editScriptsIn: "master",
      sendPort: "sometimes",
      listLag: "5s",
      askStatus: {},
    });
    const environment = "listLag=601,editScriptIn,conflictOn=a=b,deletePayload=NONE";
    const configuration = readConfiguration((name) => (name === "contract" ? stack : undefined), {
      IMMUTA_CONTRACT: environment,
    });
    expect(() => configuration.contract())
      .to.throw(ConfigurationError)
      .with.property(
        "message",
        [
          "What is set of Immuta's contract cannot be used:",
          "IMMUTA_CONTRACT is no list of name=word: its entry 2 is none.",
          "IMMUTA_CONTRACT is no list of name=word: its entry 3 is none.",
          "immuta:contract.editScriptsIn is not known. Did you mean editScriptIn?",
          "immuta:contract.sendPort is not known. Give unless1433, always or never.",
          "immuta:contract.listLag is no number of seconds. Give a whole number from 0 to 600.",
          "immuta:contract.askStatus is not known. Give yes or no.",
          "IMMUTA_CONTRACT listLag is no number of seconds. Give a whole number from 0 to 600.",
          "IMMUTA_CONTRACT deletePayload is not known. Give create, config or none.",
        ].join("\n  - "),
      );
  });

  it("are refused where the stack has a text in their place", () => {
    for (const stack of ["master", "[]", "1"])
      expect(readContract(stack, undefined).problems).to.deep.equal([
        "immuta:contract is no object. Set each by its name: `pulumi config set --path immuta:contract.<name> <word>`.",
      ]);
  });

  it("make no difference by themselves", () => {
    for (const [name, value] of all)
      for (const inputs of [automatic, manual])
        expect(plan(stateOf(inputs), map(inputs), { ...usualContract, [name]: value })).to.include({
          action: "none",
        });
  });

  it("decide in which order a replacement on one host goes", () => {
    const order = (
      conflictOn: Contract["conflictOn"],
      before: typeof manual,
      after: typeof manual,
    ): boolean => plan(stateOf(before), map(after), { ...usualContract, conflictOn }).deleteBeforeReplace;
    const elsewhere = changed(manual, "database", "archive");
    const ownLogin = changed(elsewhere, "username", "other");
    for (const conflictOn of ["open", "host"] as const) {
      expect(order(conflictOn, manual, ownLogin)).to.equal(true);
      expect(order(conflictOn, automatic, changed(automatic, "database", "archive"))).to.equal(true);
    }
    expect(order("database", manual, ownLogin)).to.equal(false);
    expect(order("database", automatic, changed(automatic, "database", "archive"))).to.equal(false);
    // The removal of the old one would take the login away.
    expect(order("database", manual, elsewhere)).to.equal(true);
    expect(order("database", manual, changed(manual, "schema", "other"))).to.equal(true);
  });

  it("decide when DELETE goes, also where a person runs the scripts", () => {
    const external = changed(manual, "bootstrap.run", "external");
    const steps = (inputs: typeof manual, present: boolean): string[] =>
      namesOf([...planDelete(stateOf(inputs), present, false, { ...usualContract, deleteSent: "last" })]);
    expect(steps(manual, true)).to.deep.equal([
      ...["generate delete", "generate post-cleanup", "run delete", "run post-cleanup"],
      ...["remove", "wait until gone"],
    ]);
    expect(steps(external, true)).to.deep.equal([
      ...["hand over delete", "hand over post-cleanup", "remove", "wait until gone"],
    ]);
    expect(steps(manual, false)).to.deep.equal(namesOf([...planDelete(stateOf(manual), false)]));
    // A report derives them, since the engine asks nobody about a removal.
    const reported = stepsOfDelete(map(stateOf(manual)), { ...usualContract, deleteSent: "last" });
    expect(reported.map(({ step }) => step)).to.deep.equal(["run delete", "run post-cleanup", "remove"]);
  });

  it("let a removal do without the system account's password, where its requests carry none", () => {
    const asked = (phase: Phase, contract: Contract): boolean => {
      let credentials = 0;
      scriptPayloadOf(phase, manual, () => ({ username: "u", password: `p${++credentials}` }), contract);
      return credentials > 0;
    };
    const bare: Contract = { ...usualContract, deletePayload: "none", cleanupPayload: "config" };
    expect(phases.filter((phase) => asked(phase, usualContract))).to.deep.equal([...phases]);
    expect(phases.filter((phase) => asked(phase, bare))).to.deep.equal([
      ...["initial-create", "create", "edit", "post-cleanup"],
    ]);
  });
});
