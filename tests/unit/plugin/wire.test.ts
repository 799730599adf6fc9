import { expect } from "chai";
import fc from "fast-check";
import { unwrapped, wrapped } from "../../../provider/plugin/wire";
import { unknown } from "../../../provider/core/unknown";
import { secret } from "../../faults/driver/plugin";

describe("properties on the wire", () => {
  it("lose their marks and keep where they were, those within a secret and within a list at the whole", () => {
    const { plain, secrets, texts } = unwrapped({
      host: "h",
      password: secret("p"),
      bootstrap: { username: "u", password: secret("q") },
      passwordFrom: secret({ env: secret("E") }),
      names: ["a", secret("b")],
    });
    expect(plain).to.deep.equal({
      host: "h",
      password: "p",
      bootstrap: { username: "u", password: "q" },
      passwordFrom: { env: "E" },
      names: ["a", "b"],
    });
    expect(secrets).to.deep.equal([["password"], ["bootstrap", "password"], ["passwordFrom"], ["names"]]);
    expect(texts).to.deep.equal(["p", "q", "E", "b"]);
  });

  it("have one word for what is not known yet, whatever its type, secrets included", () => {
    const number = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";
    const object = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";
    const { plain, secrets } = unwrapped({ port: number, bootstrap: object, password: secret(unknown) });
    expect(plain).to.deep.equal({ port: unknown, bootstrap: unknown, password: unknown });
    expect(secrets).to.deep.equal([["password"]]);
  });

  it("get marks where something stands, one around another's", () => {
    const map = { password: "p", bootstrap: { password: "q" }, timeouts: {} };
    const paths = [["password"], ["bootstrap"], ["bootstrap", "password"], ["timeouts", "create"], ["gone"]];
    expect(wrapped(map, paths)).to.deep.equal({
      password: secret("p"),
      bootstrap: secret({ password: "q" }),
      timeouts: {},
    });
  });

  it("come back as they went, whatever they are", () => {
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.double({ noNaN: true }),
        fc.boolean(),
        fc.array(fc.string()),
        fc.dictionary(fc.stringMatching(/^[a-z.-]{1,4}$/), tie("any"), { noNullPrototype: true }),
        tie("any").map(secret),
      ),
    })).any;
    const map = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), value, { noNullPrototype: true });
    fc.assert(
      fc.property(map, (sent) => {
        const { plain, secrets } = unwrapped(sent);
        const again = unwrapped(wrapped(plain, secrets));
        expect(again.plain).to.deep.equal(plain);
        expect(again.secrets).to.deep.equal(secrets);
        expect(again.texts).to.deep.equal(unwrapped(sent).texts);
      }),
    );
  });
});
