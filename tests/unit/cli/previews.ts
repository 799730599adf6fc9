import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Io } from "../../../cli/io";
import { reportOf, type Report } from "../../../cli/report/model";
import { propertiesAt } from "../../../cli/report/json";
import { readPreview } from "../../../cli/report/read";
import { announcementOf } from "../../../provider/synapse/announce";
import { type Announcement, announcementMark, lineOf } from "../../../provider/core/announcement";
import * as life from "../../../provider/synapse/integration";

export const golden = join(__dirname, "..", "..", "report", "golden");

export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type PropertyMap = Record<string, unknown>;

export const urnOf = (name: string, types = ""): string =>
  `urn:pulumi:test::governance::${types}pulumi-nodejs:dynamic/immuta:SynapseIntegration::${name}`;

/** What `check` leaves of a manual setup's inputs. */
export const inputs = (name: string): PropertyMap => ({
  host: `${name}.sql.azuresynapse.net`,
  port: 1433,
  database: name,
  schema: "governed",
  autoBootstrap: false,
  username: "immuta_system_account",
  password: "[secret]",
  authenticationType: "userPassword",
  impersonation: { enabled: false },
  metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
  bootstrap: { username: "sqladmin", password: "[secret]" },
});

/** A step as `pulumi preview --json` prints it. */
export const step = (op: string, name: string, before?: PropertyMap, after?: PropertyMap): PropertyMap => ({
  op,
  urn: urnOf(name),
  ...(before === undefined
    ? {}
    : { oldState: { inputs: before, outputs: { ...before, integrationId: "7" } } }),
  ...(after === undefined ? {} : { newState: { inputs: after } }),
});

export const said = (name: string, message: string, severity = "info"): PropertyMap => ({
  urn: urnOf(name),
  message,
  severity,
});

/** What the provider announces of a resource; `said` with the line of it. */
export const announced = (name: string, announcement: Partial<Announcement>): PropertyMap =>
  said(name, `\n${lineOf({ ...announcementOf([], {}), ...announcement })}\n`);

/** The JSON of a preview in which the provider announces each step, unless the diagnostics hold an announcement of it. */
export function previewJson(steps: PropertyMap[], diagnostics: PropertyMap[] = []): string {
  const isOf = (urn: unknown) => (diagnostic: PropertyMap) =>
    diagnostic["urn"] === urn && String(diagnostic["message"]).includes(announcementMark);
  const own = steps
    .filter(({ urn }) => !diagnostics.some(isOf(urn)))
    .flatMap(({ urn, oldState, newState }): PropertyMap[] => {
      const outputs = propertiesAt((oldState as PropertyMap | undefined)?.["outputs"], "outputs");
      const news = propertiesAt((newState as PropertyMap | undefined)?.["inputs"], "inputs");
      if (newState === undefined) return [];
      const announcement =
        oldState === undefined
          ? life.announcementOfCreate(news)
          : (life.announcementOfChange(outputs, news) ?? announcementOf([], news));
      return [{ urn, message: lineOf(announcement), severity: "info" }];
    });
  return JSON.stringify({ steps, diagnostics: [...own, ...diagnostics] });
}

export const report = (steps: PropertyMap[], diagnostics: PropertyMap[] = []): Report =>
  reportOf(readPreview(Buffer.from(previewJson(steps, diagnostics))));

/** A report of one integration that changes from its inputs to these as well. */
export const changed = (change: PropertyMap, diagnostics: PropertyMap[] = [], op = "update"): Report =>
  report([step(op, "claims", inputs("claims"), { ...inputs("claims"), ...change })], diagnostics);

export const recorded = (file: string): Buffer => readFileSync(join(golden, file));

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs a command as the executable does, with its own standard input and outputs. */
export async function ran(main: (io: Io) => Promise<number>, stdin?: Buffer): Promise<Ran> {
  let out = "";
  let err = "";
  const code = await main({
    stdin: () => Promise.resolve(stdin ?? Buffer.alloc(0)),
    stdinIsTerminal: stdin === undefined,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}
