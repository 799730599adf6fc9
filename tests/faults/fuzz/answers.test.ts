import { usualContract } from "../../../provider/core/contract";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { adoptionDifferences, stateOfAdopted } from "../../../provider/synapse/adoption";
import { withImmutasSettings } from "../../../provider/synapse/drift";
import { describe as described, isAt, standingAt } from "../../../provider/synapse/identity";
import { immutaClient } from "../../../provider/immuta/client";
import { payloadOf } from "../../../provider/synapse/payload";
import { type Immuta, readConfig } from "../../../provider/synapse/api";
import { waitUntil } from "../../../provider/immuta/wait";
import { expectHarmless } from "../../unit/provider/nasty";
import { manual, stateOf } from "../../unit/provider/samples";
import { odd, spoilt, survived } from "./odd";

const key = "c4nary-api-key";
const password = "c4nary-password";
const payload = payloadOf(manual, { username: "immuta", password }, usualContract);

const integration = {
  id: "7",
  status: "enabled",
  type: "Azure Synapse Analytics",
  autoBootstrap: false,
  validationResults: {
    status: "failed",
    validationTests: [{ name: "Connect", status: "failed", message: "no", result: [{ A: 1 }] }],
  },
  config: {
    host: "organization.azure.com",
    port: 1433,
    database: "immuta",
    schema: "sample_schema",
    impersonation: { enabled: true, role: "R" },
    metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
    username: "<REDACTED>",
  },
};
const failure = {
  statusCode: 422,
  error: "Unprocessable Entity",
  message: "m",
  validationResults: integration.validationResults,
};

/** What is done with each answer, as far as the provider goes without another. */
const uses: Record<string, (immuta: Immuta) => Promise<unknown>> = {
  list: async (immuta) => {
    const found = await immuta.list();
    return [standingAt(found, manual), found.map((one) => [described(one), isAt(one, manual)])];
  },
  get: async (immuta) => {
    const found = await immuta.get("7");
    if (found === undefined) return undefined;
    const state = stateOfAdopted(found, manual, immuta.tenant);
    return [
      withImmutasSettings(stateOf(manual), found),
      adoptionDifferences(state, manual),
      described(found),
    ];
  },
  wait: (immuta) => {
    let time = 0;
    const clock = { now: () => (time += 60_000), sleep: () => Promise.resolve() };
    const reporter = { info: () => undefined, warn: () => undefined, debug: () => undefined };
    return waitUntil(immuta, { id: "7", until: "enabled", limit: 200_000, reporter, clock });
  },
  create: (immuta) => immuta.create(payload),
  update: (immuta) => immuta.update("7", payload),
  remove: (immuta) => immuta.remove("7"),
  script: (immuta) => immuta.script("create", payload),
};

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

const types = ["application/json", "application/json; charset=utf-8", "text/plain", "text/html", "a/b", ""];

/** What is missing altogether is an empty body. */
const json = (value: unknown): Buffer =>
  value === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(value));
const anyBody: fc.Arbitrary<Buffer> = fc.oneof(
  spoilt(integration).map(json),
  fc.array(fc.oneof(spoilt(integration), odd), { maxLength: 3 }).map(json),
  spoilt(failure).map(json),
  odd.map(json),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  status: fc.oneof(fc.constant(200), fc.constantFrom(201, 204, 301, 400, 401, 403, 404, 409, 422)),
  type: fc.constantFrom(...types),
  body: anyBody,
});

describe("whatever Immuta answers", function () {
  this.timeout(120_000);
  let server: Server;
  let immuta: Immuta;
  let answer = (response: ServerResponse): void => void response.end();

  before(async () => {
    server = createServer((request, response) => {
      request.resume().on("end", () => {
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const reporter = { info: () => undefined, warn: () => undefined, debug: () => undefined };
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    immuta = immutaClient({
      url,
      readConfig,
      apiKey: key,
      userAgent: "fuzz",
      reporter,
      requestTimeout: 5_000,
      tries: 1,
    });
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  for (const [name, use] of Object.entries(uses))
    it(`${name}: a result or a clear error, no crash and no secret`, async () => {
      await fc.assert(
        fc.asyncProperty(anyAnswer, async ({ status, type, body }) => {
          answer = (response) => {
            response.writeHead(status, type === "" ? {} : { "content-type": type }).end(body);
          };
          const error = await survived(() => use(immuta));
          if (error === undefined) return;
          expect(error.message).to.contain("at Immuta http://127.0.0.1");
          expect(error.message).not.to.contain(key).and.not.to.contain(password);
          expectHarmless(error.message);
        }),
        { numRuns: 150 },
      );
    });
});
