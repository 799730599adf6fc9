import { expect } from "chai";
import { startImmuta, type Immuta, type IntegrationStatus } from "../../../sandbox/immuta/index";
import { apiKey, noPools, payload, send } from "./client";

const seed = { host: "claims.sql.azuresynapse.net", database: "claims", schema: "policy" };

describe("sandbox/immuta: states and switches", () => {
  let immuta: Immuta;
  beforeEach(async () => {
    immuta = await startImmuta({ apiKey, pools: noPools, delays: { deleting: 60_000 } });
  });
  afterEach(async () => {
    expect(immuta.problems).to.deep.equal([]);
    await immuta.close();
  });
  const statusOf = async (id: string): Promise<unknown> =>
    (await send(immuta, "GET", `/integrations/${id}/status`)).body?.["status"];

  it("deletes a manual setup without a payload", async () => {
    const id = immuta.seed({ autoBootstrap: false, config: seed });
    const answer = await send(immuta, "DELETE", `/integrations/${id}`);
    expect(answer.body).to.deep.equal({
      id,
      status: "deleting",
      validationResults: { status: "passed", validationTests: [] },
    });
    expect(await statusOf(id)).to.equal("deleting");
    const again = await send(immuta, "DELETE", `/integrations/${id}`);
    expect(again.body).to.deep.equal({
      statusCode: 409,
      error: "Conflict",
      message: `Unable to delete integration with ID ${id} in current state deleting.`,
    });
    immuta.settle();
    expect((await send(immuta, "GET", `/integrations/${id}`)).body).to.deep.equal({
      statusCode: 404,
      error: "Not Found",
      message: `No Integration found with ID ${id}.`,
    });
  });

  it("shows a deleted integration as deleted where the switch says so", async () => {
    immuta.switches.deletedAnswers = "status";
    const id = immuta.seed({ autoBootstrap: false, config: seed });
    await send(immuta, "DELETE", `/integrations/${id}`);
    immuta.settle();
    expect(await statusOf(id)).to.equal("deleted");
    expect(immuta.snapshot().map((integration) => integration["status"])).to.deep.equal([
      "enabled",
      "enabled",
      "deleted",
    ]);
  });

  it("ends in deleteError when a test asks for it, and can be deleted again", async () => {
    const id = immuta.seed({ autoBootstrap: false, config: seed });
    immuta.failNext("delete", "Out of order.");
    await send(immuta, "DELETE", `/integrations/${id}`);
    immuta.settle();
    const { body } = await send(immuta, "GET", `/integrations/${id}/status`);
    expect(body).to.have.property("status", "deleteError");
    expect(body).to.have.nested.property("validationResults.validationTests[2].message", "Out of order.");
    expect((await send(immuta, "DELETE", `/integrations/${id}`)).status).to.equal(200);
  });

  it("tells the two setups apart by their credentials", async () => {
    const credentials = { authenticationType: "userPassword", username: "x", password: "y" };
    const manual = immuta.seed({ autoBootstrap: false, config: seed });
    expect((await send(immuta, "DELETE", `/integrations/${manual}`, credentials)).body).to.deep.equal({
      statusCode: 400,
      error: "Bad Request",
      message:
        "Credentials are not required for disable unless the integration was configured automatically. If you need to update your integration credentials, use PUT to update the integration before disabling.",
    });
    const automatic = immuta.seed({ config: { ...seed, database: "other" } });
    expect((await send(immuta, "DELETE", `/integrations/${automatic}`)).body).to.deep.equal({
      statusCode: 400,
      error: "Bad Request",
      message:
        "Integrations that are automatically configured require privileged credentials to disable. Please provide them in your payload.",
    });
  });

  const notEditable: IntegrationStatus[] = [
    "creating",
    "createError",
    "editing",
    "deleting",
    "disabled",
    "migrating",
  ];
  for (const status of notEditable)
    it(`refuses an edit in state ${status}`, async () => {
      const id = immuta.seed({ autoBootstrap: false, status, config: seed });
      const message = `Unable to edit integration with ID ${id} in current state ${status}.`;
      for (const [method, path] of [
        ["PUT", `/integrations/${id}`],
        ["POST", `/integrations/${id}/scripts/edit`],
      ] as const)
        expect((await send(immuta, method, path, payload(false))).body).to.deep.equal({
          statusCode: 409,
          error: "Conflict",
          message,
        });
    });

  const otherPlaces = [
    { host: "other.sql.azuresynapse.net" },
    { database: "other" },
    { schema: "other" },
    { port: 1444 },
  ];
  for (const change of otherPlaces)
    it(`refuses an edit that moves the integration: ${JSON.stringify(change)}`, async () => {
      const id = immuta.seed({ autoBootstrap: false, config: seed });
      const answer = await send(immuta, "PUT", `/integrations/${id}`, payload(false, change));
      expect(answer.body?.["message"]).to.equal(`"config.${Object.keys(change).join("")}" cannot be changed`);
    });

  it("refuses to make an automatic setup of a manual one, or Synapse of another platform", async () => {
    const id = immuta.seed({ autoBootstrap: false, config: seed });
    expect((await send(immuta, "PUT", `/integrations/${id}`, payload(true))).status).to.equal(400);
    expect((await send(immuta, "PUT", "/integrations/1", payload(true))).status).to.equal(400);
  });

  it("refuses a second integration on a pool that is in use", async () => {
    const config = { ...seed, host: "Claims.sql.azuresynapse.net" };
    const id = immuta.seed({ autoBootstrap: false, config, status: "createError" });
    expect((await send(immuta, "POST", "/integrations", payload(true))).body).to.deep.equal({
      statusCode: 409,
      error: "Conflict",
      message: `Azure Synapse Analytics integration already exists on host Claims.sql.azuresynapse.net (id = ${id})`,
    });
  });

  it("refuses a second integration on the same host where the switch says so", async () => {
    immuta.switches.conflictOn = "host";
    immuta.seed({ config: seed });
    expect(
      (await send(immuta, "POST", "/integrations", payload(true, { database: "other" }))).status,
    ).to.equal(409);
  });

  it("writes ids as numbers where the switch says so", async () => {
    immuta.switches.idType = "number";
    expect((await send(immuta, "GET", "/integrations/1")).body?.["id"]).to.equal(1);
  });

  it("sends scripts as text, as a JSON string or in an object", async () => {
    const script = (): ReturnType<typeof send> =>
      send(immuta, "POST", "/integrations/scripts/create", payload(false));
    const asText = await script();
    immuta.switches.scriptFormat = "json-string";
    const asString = await script();
    immuta.switches.scriptFormat = "json-object";
    const asObject = await script();
    expect(asText.headers.get("content-type")).to.equal("text/plain; charset=utf-8");
    expect(asString.headers.get("content-type")).to.equal("application/json; charset=utf-8");
    expect(asString.body).to.equal(asText.text);
    expect(asObject.body).to.deep.equal({ script: asText.text });
  });

  it("generates no scripts for an automatic setup", async () => {
    for (const phase of ["initial-create", "create", "cleanup", "post-cleanup"])
      expect(
        (await send(immuta, "POST", `/integrations/scripts/${phase}`, payload(true))).body?.["message"],
      ).to.equal('"autoBootstrap" must be [false]');
    const id = immuta.seed({ config: seed });
    expect((await send(immuta, "POST", `/integrations/${id}/scripts/delete`)).status).to.equal(400);
  });

  it("generates the delete script while the integration is there", async () => {
    const config = { ...seed, username: "immuta", password: "x" };
    const id = immuta.seed({ autoBootstrap: false, config });
    expect((await send(immuta, "POST", `/integrations/${id}/scripts/delete`)).status).to.equal(200);
    await send(immuta, "DELETE", `/integrations/${id}`);
    immuta.settle();
    expect((await send(immuta, "POST", `/integrations/${id}/scripts/delete`)).status).to.equal(404);
  });

  it("changes, disables and forgets integrations behind the program's back", async () => {
    const id = immuta.seed({ config: seed });
    immuta.edit(id, {
      impersonation: { enabled: true, role: "r" },
      metadataDelimiters: { hashDelimiter: ";" },
    });
    expect((await send(immuta, "GET", `/integrations/${id}`)).body?.["config"]).to.deep.equal({
      host: "claims.sql.azuresynapse.net",
      schema: "policy",
      database: "claims",
      port: 1433,
      impersonation: { enabled: true, role: "r" },
      metadataDelimiters: { hashDelimiter: ";", hashKeyDelimiter: "-", arrayDelimiter: "," },
      username: "<REDACTED>",
    });
    immuta.disable(id);
    expect(await statusOf(id)).to.equal("disabled");
    immuta.remove(id);
    expect((await send(immuta, "GET", `/integrations/${id}`)).status).to.equal(404);
  });
});
