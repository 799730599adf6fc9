import { usualContract } from "../../../provider/core/contract";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { programFor } from "../../../cli/adopt/program";
import { readIntegration } from "../../../provider/immuta/answers";
import { payloadOf } from "../../../provider/synapse/payload";
import { readConfig, synapseType } from "../../../provider/synapse/api";
import { defaultConnectTimeout } from "../../../provider/sql/connect/settings";
import { defaultRequestTimeout } from "../../../provider/sql/batch";
import { check } from "../../../provider/synapse/check";
import { type PropertyMap, valueAt } from "../../../provider/core/property-map";
import type { Inputs } from "../../../provider/synapse/inputs/table";
import { properties, secretPaths } from "../../../provider/synapse/inputs/paths";
import { map, changed, manual } from "./samples";

const configuration = readFileSync(join(__dirname, "../../../provider/core/configuration.ts"), "utf8");
const named = (rows: readonly { path: string }[]): string[] => rows.map(({ path }) => path);

/** Another value of each input that Immuta shows. */
const other: Readonly<Record<string, unknown>> = {
  host: "other.example",
  port: 1434,
  database: "other-database",
  schema: "other-schema",
  "impersonation.enabled": true,
  "impersonation.role": "OTHER_ROLE",
  "metadataDelimiters.hashDelimiter": "#",
  "metadataDelimiters.hashKeyDelimiter": "~",
  "metadataDelimiters.arrayDelimiter": ";",
};

/** Of an integration with all of these. */
const odd = Object.entries(other).reduce<PropertyMap>(
  (inputs, [path, value]) => changed(inputs, path, value),
  map(manual),
);

describe("the table of inputs", () => {
  it("says of at least 28 inputs what holds where nothing is given, in one way each", () => {
    const filledIn = properties.filter((row) => row.default !== undefined);
    const otherwise = properties.filter((row) => row.whenUnset !== undefined || row.from !== undefined);
    expect(named(filledIn)).to.deep.equal([
      "port",
      "authenticationType",
      "impersonation.enabled",
      "metadataDelimiters.hashDelimiter",
      "metadataDelimiters.hashKeyDelimiter",
      "metadataDelimiters.arrayDelimiter",
    ]);
    expect(otherwise.length).to.be.at.least(22);
    expect(otherwise.filter((row) => row.default !== undefined)).to.deep.equal([]);
  });

  it("fills in the former alone: what a state holds stays what it was", () => {
    const { host, database, schema, username, password } = manual;
    const given = { host, database, schema, autoBootstrap: false, username, password, bootstrap: {} };
    const { inputs, failures } = check({ ...given, timeouts: {} });
    expect(failures).to.deep.equal([]);
    const added = properties.filter(({ path }) => valueAt(inputs, path) !== valueAt(given, path));
    expect(named(added)).to.deep.equal(named(properties.filter((row) => row.default !== undefined)));
  });

  it("has defaults that their own rules let pass", () => {
    for (const { path, rule, default: filledIn, whenUnset } of properties) {
      const value = filledIn ?? whenUnset;
      if (value !== undefined) expect(rule?.(value as never), path).to.equal(undefined);
    }
  });

  it("names variables that the configuration reads, and inputs that there are", () => {
    for (const source of properties.flatMap(({ from = [] }) => from))
      if ("env" in source) expect(configuration).to.contain(`"${source.env}"`);
      else expect(named(properties)).to.include(source.input);
  });

  it("has one place for the times that consumers wait", () => {
    expect([defaultConnectTimeout, defaultRequestTimeout]).to.deep.equal([30_000, 600_000]);
  });

  it("knows every secret", () => {
    expect(secretPaths).to.deep.equal([
      "password",
      "bootstrap.password",
      "bootstrap.clientSecret",
      "bootstrap.accessToken",
    ]);
  });

  describe("of what Immuta is sent and shows", () => {
    const sent = properties.filter(({ immuta }) => immuta !== undefined);
    const shown = sent.filter(({ immuta }) => immuta === "shown");
    const { config } = payloadOf(
      odd as Inputs,
      { username: "sent-user", password: "sent-password" },
      usualContract,
    );

    it("has another value here for each", () => {
      expect(named(shown)).to.deep.equal(Object.keys(other));
    });

    it("every payload carries all of it", () => {
      for (const { path } of sent)
        expect(valueAt(config, path), path).to.equal(
          other[path] ?? { username: "sent-user", password: "sent-password" }[path] ?? "userPassword",
        );
    });

    it("no payload carries Immuta's default port, which no request of the guide has", () => {
      expect(payloadOf(manual, { username: "u", password: "p" }, usualContract).config).not.to.have.property(
        "port",
      );
    });

    it("an answer is read with all of it", () => {
      const found = readIntegration({ id: "7", type: synapseType, status: "enabled", config }, readConfig);
      for (const { path } of shown) expect(valueAt(found.config, path), path).to.equal(other[path]);
      expect(found.config).not.to.have.any.keys("username", "password");
    });

    it("a program that adopts is written with all of it", () => {
      const adoptable = [{ id: "7", status: "enabled", inputs: odd as Inputs }];
      const [text = ""] = [...programFor(adoptable, "tenant.example").values()];
      for (const { path } of shown)
        expect(text, path).to.match(
          new RegExp(`\\b${path.split(".").at(-1) ?? ""}: "?${String(other[path])}`),
        );
    });
  });
});
