import { expect } from "chai";
import {
  administrator,
  automaticArgs,
  manualArgs,
  oneIntegration,
  type OneIntegration,
} from "./one-integration";

/** An Immuta that says back what it was sent, in the words of a validator: none of it reaches a terminal or a state. */
describe("an Immuta that echoes what it was sent", function () {
  this.timeout(180_000);
  let one: OneIntegration;
  before(async () => {
    one = await oneIntegration(automaticArgs);
  });
  afterEach(() => {
    one.sandbox.immuta.clearFaults();
  });
  after(() => one.close());

  const forms = (secret: string): string[] => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    secret.replaceAll("'", "''"),
    Buffer.from(secret).toString("base64"),
    Array.from(secret).join("\0"),
  ];
  const secrets = (): string[] => [
    one.sandbox.apiKey,
    manualArgs.password,
    administrator.administratorPassword,
  ];
  const echo = (status: number): void => {
    one.sandbox.immuta.fault({
      path: /^\/integrations/,
      times: Infinity,
      when: "before",
      answer: {
        status,
        body: {
          statusCode: status,
          error: "Bad Request",
          message: `"config.password" with value "${secrets().flatMap(forms).join(" | ")}" fails`,
          validationResults: {
            status: "failed",
            validationTests: [
              { name: `login ${secrets().join(" ")}`, status: "failed", message: secrets().join(" ") },
            ],
          },
        },
      },
    });
  };
  const shows = async (text: string): Promise<string[]> => {
    const state = JSON.stringify(await one.scenario.opened.stack.exportStack());
    return secrets()
      .flatMap(forms)
      .filter((form) => text.includes(form) || state.includes(form));
  };

  for (const [setup, args] of Object.entries({ automatic: automaticArgs, manual: manualArgs }))
    for (const status of [400, 422, 500])
      it(`${setup} setup: tells nothing of it in a create, a change, a refresh and a destroy (HTTP ${status})`, async () => {
        one.args = args;
        echo(status);
        const texts = [await one.scenario.fail("up")];
        expect(texts[0]).to.contain("<secret>");
        one.sandbox.immuta.clearFaults();
        await one.scenario.act("up");
        echo(status);
        one.args = { ...args, metadataDelimiters: { hashDelimiter: "#" } };
        for (const verb of ["up", "refresh", "destroy"] as const) texts.push(await one.scenario.fail(verb));
        expect(await shows(texts.join("\n"))).to.deep.equal([]);
        one.sandbox.immuta.clearFaults();
        await one.scenario.act("destroy");
      });
});
