import { expect } from "chai";
import { wordsOf } from "../../../provider/synapse/words";
import { check } from "../../../provider/synapse/check";
import { announcementOfCreate } from "../../../provider/synapse/integration";
import { unknown } from "../../../provider/core/unknown";
import { manual } from "./samples";

describe("a setup that an output decides", () => {
  it("is neither called automatic nor manual in a preview that does not know it", () => {
    const { inputs, failures } = check({ ...manual, autoBootstrap: unknown });
    expect(failures).to.deep.equal([]);
    expect(wordsOf(announcementOfCreate(inputs)).map(({ text }) => text)).to.deep.equal([
      "the setup is known at up: a manual one runs Immuta's scripts first",
      "POST /integrations (setup known at up, impersonation off)",
    ]);
  });
});
