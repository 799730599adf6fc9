import { expect } from "chai";
import { Circuit } from "../../../provider/immuta/circuit";

describe("the circuit that the resources of one run share", () => {
  let time = 0;
  let circuit: Circuit;
  beforeEach(() => {
    time = 0;
    circuit = new Circuit(30_000, () => time);
  });

  const first = Symbol("first");
  const others = [Symbol("second"), Symbol("third")];

  it("lets everybody ask until somebody gave up, and then nobody for 30 s", () => {
    expect(circuit.interrupted).to.equal(undefined);
    circuit.failed("ECONNREFUSED");
    expect(circuit.interrupted).to.equal("ECONNREFUSED");
    time = 29_999;
    expect(circuit.interrupted).to.equal("ECONNREFUSED");
    time = 30_000;
    expect(circuit.interrupted).to.equal(undefined);
  });

  it("is closed again by an answer", () => {
    circuit.failed("ECONNREFUSED");
    circuit.answered();
    expect(circuit.interrupted).to.equal(undefined);
  });

  it("lets the first without an answer try again, and the others when that one has one", async () => {
    expect(await circuit.mayTryAgain(first)).to.equal(true);
    const waiting = others.map((other) => circuit.mayTryAgain(other));
    expect(await circuit.mayTryAgain(first)).to.equal(true);
    circuit.answered();
    expect(await Promise.all(waiting)).to.deep.equal([true, true]);
  });

  it("lets none of the others try again when the first gave up", async () => {
    await circuit.mayTryAgain(first);
    const waiting = others.map((other) => circuit.mayTryAgain(other));
    circuit.failed("ECONNRESET");
    expect(await Promise.all(waiting)).to.deep.equal([false, false]);
    expect(await circuit.mayTryAgain(Symbol("late"))).to.equal(false);
  });

  it("leaves nobody waiting for a request that is over", async () => {
    await circuit.mayTryAgain(first);
    const waiting = others.map((other) => circuit.mayTryAgain(other));
    circuit.ended(Symbol("another"));
    circuit.ended(first);
    expect(await Promise.all(waiting)).to.deep.equal([false, false]);
    expect(await circuit.mayTryAgain(Symbol("next")), "the next tries for all").to.equal(true);
  });
});
