import { readFileSync } from "node:fs";
import { writtenForms } from "./canaries";
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

  const secrets = (): string[] => [
    one.sandbox.apiKey,
    administrator.administratorPassword,
    ...(one.args?.["autoBootstrap"] === false ? [manualArgs.password] : []),
  ];
  const forms = (): string[] => secrets().flatMap(writtenForms);
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
          message: `"config.password" with value "${forms().join(" | ")}" fails`,
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
  const shown = (text: string): string[] => {
    const state = readFileSync(one.scenario.opened.stateFile, "utf8");
    return forms().filter((form) => text.includes(form) || state.includes(form));
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
        for (const verb of ["up", "refresh", "destroy"] as const) {
          texts.push(await one.scenario.fail(verb));
          expect(shown(texts.join("\n")), verb).to.deep.equal([]);
        }
        one.sandbox.immuta.clearFaults();
        await one.scenario.act("destroy");
      });
});
