import { expect } from "chai";
import { ApiError } from "../../../sandbox/immuta/errors";
import * as payloads from "../../../sandbox/immuta/payload";
import { defaultSwitches } from "../../../sandbox/immuta/switches";

const { completeSettings, parseCredentials } = payloads;
const parsePayload = (body: unknown): payloads.Payload => payloads.parsePayload(body, defaultSwitches);
import { payload } from "./client";

describe("sandbox/immuta: payloads", () => {
  it("fills in the defaults of what is not sent", () => {
    expect(completeSettings(parsePayload(payload(true)).sent)).to.deep.equal({
      host: "claims.sql.azuresynapse.net",
      port: 1433,
      database: "claims",
      schema: "policy",
      impersonation: { enabled: false },
      metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
    });
  });

  const refused: { name: string; body: unknown; message: string }[] = [
    { name: "no object", body: [], message: '"payload" must be of type object' },
    { name: "an unknown field", body: { ...payload(true), name: "x" }, message: '"name" is not allowed' },
    {
      name: "another type",
      body: { ...payload(true), type: "Snowflake" },
      message: '"type" must be [Azure Synapse Analytics]',
    },
    {
      name: "no autoBootstrap",
      body: { type: "Azure Synapse Analytics", config: {} },
      message: '"autoBootstrap" is required',
    },
    {
      name: "autoBootstrap as text",
      body: { ...payload(true), autoBootstrap: "true" },
      message: '"autoBootstrap" must be a boolean',
    },
    {
      name: "no config",
      body: { type: "Azure Synapse Analytics", autoBootstrap: true },
      message: '"config" is required',
    },
    ...["host", "database", "schema", "username", "password", "authenticationType"].map((name) => ({
      name: `no ${name}`,
      body: payload(true, { [name]: undefined }),
      message: `"config.${name}" is required`,
    })),
    {
      name: "an unknown setting",
      body: payload(true, { warehouse: "x" }),
      message: '"config.warehouse" is not allowed',
    },
    {
      name: "an empty schema",
      body: payload(true, { schema: "" }),
      message: '"config.schema" is not allowed to be empty',
    },
    {
      name: "a long schema",
      body: payload(true, { schema: "s".repeat(129) }),
      message: '"config.schema" length must be less than or equal to 128 characters long',
    },
    {
      name: "a URL as host",
      body: payload(true, { host: "https://a.b" }),
      message: '"config.host" must be a valid hostname',
    },
    {
      name: "a port as text",
      body: payload(true, { port: "1433" }),
      message: '"config.port" must be a valid port',
    },
    { name: "port 0", body: payload(true, { port: 0 }), message: '"config.port" must be a valid port' },
    {
      name: "another authentication",
      body: payload(true, { authenticationType: "okta" }),
      message: '"config.authenticationType" must be [userPassword]',
    },
    {
      name: "impersonation without a role",
      body: payload(true, { impersonation: { enabled: true } }),
      message: '"config.impersonation.role" is required',
    },
    {
      name: "an unknown field of impersonation",
      body: payload(true, { impersonation: { enabled: false, roles: [] } }),
      message: '"config.impersonation.roles" is not allowed',
    },
    {
      name: "an unknown delimiter",
      body: payload(true, { metadataDelimiters: { hash: "|" } }),
      message: '"config.metadataDelimiters.hash" is not allowed',
    },
  ];
  for (const { name, body, message } of refused)
    it(`refuses ${name}`, () => {
      expect(() => parsePayload(JSON.parse(JSON.stringify(body))))
        .to.throw(ApiError, message)
        .with.property("statusCode", 400);
    });

  it("gives the same fingerprint to the same settings in another order and with other credentials", () => {
    const one = parsePayload(payload(false, { impersonation: { enabled: true, role: "r" } }));
    const { config } = payload(false, {
      impersonation: { role: "r", enabled: true },
      username: "x",
      password: "y",
    });
    const reordered = Object.fromEntries(Object.entries(config as object).reverse());
    const other = parsePayload({ config: reordered, autoBootstrap: false, type: "Azure Synapse Analytics" });
    expect(other.fingerprint).to.equal(one.fingerprint);
  });

  it("gives another fingerprint to a payload that spells out a default", () => {
    expect(parsePayload(payload(false, { port: 1433 })).fingerprint).to.not.equal(
      parsePayload(payload(false)).fingerprint,
    );
  });

  it("takes no payload, or an empty one, for no credentials", () => {
    expect(parseCredentials(undefined)).to.equal(undefined);
    expect(parseCredentials({})).to.equal(undefined);
  });

  it("refuses credentials without a password", () => {
    expect(() => parseCredentials({ authenticationType: "userPassword", username: "x" })).to.throw(
      ApiError,
      '"password" is required',
    );
  });
});
