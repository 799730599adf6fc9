import {
  type Contract,
  type ContractSetting,
  type Immuta,
  ImmutaError,
  type Integration,
  isWhole,
  isThere,
  masked,
  onHost,
  type Inputs,
  type Phase,
  scriptIdentity,
  scriptPayloadOf,
  synapseType,
} from "../../provider";
import { madeUpPassword } from "../made-up-password";

/**
 * Which open questions about Immuta's contract can be answered at a tenant without changing anything there: with GETs,
 * and with requests for scripts, which are not run.
 */

export interface Finding {
  /** The setting that it is about, or a name of its own where there is nothing to set. */
  about: ContractSetting | "list" | "listItems" | "jsonLabel" | "scriptShape" | "scriptText";
  /** `otherwise`: not as the provider is set to expect it. */
  result: "holds" | "otherwise" | "untried";
  detail: string;
  /** What to set. */
  set?: string | number;
}

/** An answer of the tenant as it came. */
export interface Heard {
  path: string;
  type: string | undefined;
  body: string;
}

/** What scripts are asked for. */
export type Place = Pick<
  Inputs,
  "host" | "port" | "database" | "schema" | "impersonation" | "metadataDelimiters"
>;

export interface Probing {
  immuta: Immuta;
  contract: Contract;
  /** Every answer so far that was no error, in order. */
  heard: readonly Heard[];
  /** The integration to look at; a manual one has scripts of its own. */
  integration: Integration | undefined;
  place: Place | undefined;
  all: readonly Integration[];
}

/** In the order in which they are sent, as far as there is something to ask about. */
export function requestsOf({ integration, place }: Pick<Probing, "integration" | "place">): string[] {
  const at = integration === undefined ? undefined : `/integrations/${integration.id}`;
  return [
    ...(at === undefined ? [] : [`GET ${at}`, `GET ${at}/status`]),
    ...(place === undefined
      ? []
      : [
          "POST /integrations/scripts/create (4 times)",
          "POST /integrations/scripts/cleanup (up to 3 times)",
          "POST /integrations/scripts/post-cleanup (up to 3 times)",
        ]),
    ...(at === undefined || integration?.autoBootstrap !== false
      ? []
      : [`POST ${at}/scripts/edit`, `POST ${at}/scripts/delete (up to 3 times)`]),
  ];
}

/** Throws ImmutaError where the tenant does not answer. */
export async function probe(probing: Probing): Promise<Finding[]> {
  return [
    holds("list", "a bare list"),
    ...(await lookAt(probing)),
    conflicts(probing),
    ...(await scripts(probing)),
    jsonLabel(probing),
    untried("deleteSent", "a DELETE would show it"),
    untried("repeat429", "Immuta would have to be busy"),
    untried("listLag", "a POST would show it"),
  ];
}

const holds = (about: Finding["about"], detail: string): Finding => ({ about, result: "holds", detail });
const untried = (about: Finding["about"], detail: string): Finding => ({ about, result: "untried", detail });
const otherwise = (about: Finding["about"], detail: string, set?: string | number): Finding => ({
  about,
  result: "otherwise",
  detail,
  ...(set === undefined ? {} : { set }),
});

/** As set, or what to set. */
const wants = <Name extends ContractSetting>(
  name: Name,
  value: Contract[Name],
  contract: Contract,
  detail: string,
): Finding => (contract[name] === value ? holds(name, detail) : otherwise(name, detail, value));

/** What the list and the status say of an integration, beside a GET of it. */
async function lookAt({ immuta, integration, contract }: Probing): Promise<Finding[]> {
  if (integration === undefined)
    return (["listItems", "askStatus"] as const).map((about) => untried(about, noIntegration));
  const { id } = integration;
  const found = await immuta.get(id);
  if (found === undefined)
    return [otherwise("listItems", `the list has integration ${id}, and a GET of it answers 404`)];
  const items = isWhole(integration)
    ? holds("listItems", "they say as much as a GET")
    : otherwise("listItems", "they say less than a GET: a refresh asks for each integration");
  return [items, await statusOf(found, immuta, contract)];
}

async function statusOf(found: Integration, immuta: Immuta, contract: Contract): Promise<Finding> {
  const answer = await refusalOr(() => immuta.status(found.id));
  if ("refusal" in answer) return wants("askStatus", "no", contract, `GET …/status: ${answer.refusal}`);
  const { value: status } = answer;
  if (status === undefined) return wants("askStatus", "no", contract, "GET …/status answers 404 or 405");
  return status.status === found.status
    ? wants("askStatus", "yes", contract, `GET …/status says ${status.status}, as a GET does`)
    : wants("askStatus", "no", contract, `GET …/status says ${status.status}, a GET ${found.status}`);
}

/** Only two that stand side by side prove anything. */
function conflicts({ all, contract }: Probing): Finding {
  const ours = all.filter((one) => one.type === synapseType && isThere(one));
  const beside = ours.some(({ id, config: { host, database } }) => {
    if (host === undefined || database === undefined) return false;
    const others = ours.filter((other) => other.id !== id && other.status !== "disabled");
    return onHost(others, { host, database, schema: "" }) !== undefined;
  });
  if (!beside) return untried("conflictOn", "no host has two integrations; a POST would show it");
  const detail = "a host has two integrations, so they do not conflict";
  return contract.conflictOn === "host"
    ? otherwise("conflictOn", detail, "database")
    : holds("conflictOn", detail);
}

const noIntegration = `the tenant has no ${synapseType} integration`;
const noPlace = `${noIntegration}: give --host and --database`;

const aboutScripts = [
  "scriptShape",
  "scriptText",
  "repeatScripts",
  "cleanupPayload",
  "postCleanupPayload",
  "editScriptIn",
  "deletePayload",
] as const;

/** What can be told from scripts. All are asked for as the port wants it. */
async function scripts(probing: Probing): Promise<Finding[]> {
  if (probing.place === undefined)
    return (["sendPort", ...aboutScripts] as const).map((about) => untried(about, noPlace));
  const port = await ports(probing);
  if (port.sendPort === undefined)
    return [port.finding, ...aboutScripts.map((about) => untried(about, "no script was given"))];
  const tried = { ...probing, contract: { ...probing.contract, sendPort: port.sendPort } };
  return [
    port.finding,
    shape(probing.heard),
    ...(await twice(tried)),
    await removal("cleanup", "cleanupPayload", tried),
    await removal("post-cleanup", "postCleanupPayload", tried),
    ...(await scriptsOfIt(tried)),
  ];
}

/** Whether a payload may have a port, and may be without. */
async function ports(
  probing: Probing,
): Promise<{ finding: Finding; sendPort: Contract["sendPort"] | undefined }> {
  const { contract } = probing;
  const answers = {
    always: await ask("create", { ...probing, contract: { ...contract, sendPort: "always" } }),
    never: await ask("create", { ...probing, contract: { ...contract, sendPort: "never" } }),
  };
  const fits = (["always", "never"] as const).filter((word) => !("refusal" in answers[word]));
  const [only] = fits;
  if (only === undefined)
    return {
      finding: untried("sendPort", `no create script: ${refusalOf(answers.never)}`),
      sendPort: undefined,
    };
  if (fits.length === 2)
    return { finding: holds("sendPort", "may be sent, and left out"), sendPort: contract.sendPort };
  const detail =
    only === "always"
      ? `has to be sent: ${refusalOf(answers.never)}`
      : `is refused: ${refusalOf(answers.always)}`;
  return { finding: wants("sendPort", only, contract, detail), sendPort: only };
}

/** In what form the last script came. */
function shape(heard: readonly Heard[]): Finding {
  const script = heard.findLast(({ path }) => path.includes("/scripts/"));
  const parsed = script === undefined ? undefined : parsedOf(script.body);
  const form =
    parsed === undefined
      ? "plain text"
      : typeof parsed === "string"
        ? "a JSON string"
        : "a JSON object that holds it";
  return holds("scriptShape", `${form}, labelled ${script?.type ?? "as nothing"}`);
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same request twice, one right after the other. */
async function twice(probing: Probing): Promise<Finding[]> {
  const { contract } = probing;
  const first = await ask("create", probing);
  const second = await ask("create", probing);
  if ("refusal" in first || "refusal" in second) {
    const detail = `a second request is refused: ${refusalOf(second)}`;
    return [
      untried("scriptText", "a script cannot be had twice"),
      wants("repeatScripts", "no", contract, detail),
    ];
  }
  const same = scriptIdentity(first.value, password) === scriptIdentity(second.value, password);
  return [
    same
      ? holds("scriptText", "the same for the same request")
      : otherwise("scriptText", "another each time: bootstrap.approvedScripts cannot be used"),
    same
      ? wants("repeatScripts", "yes", contract, "a second request is answered as the first")
      : wants("repeatScripts", "no", contract, "a second request gives another script"),
  ];
}

const payloads = ["create", "config", "none"] as const;

/** What the request for a script carries that removes something: what is set, else the first that is taken. */
async function removal(
  phase: Phase,
  setting: "deletePayload" | "cleanupPayload" | "postCleanupPayload",
  probing: Probing,
): Promise<Finding> {
  const { contract } = probing;
  const set = contract[setting];
  const refusals: string[] = [];
  for (const word of [set, ...payloads.filter((other) => other !== set)]) {
    const answer = await ask(phase, { ...probing, contract: { ...contract, [setting]: word } });
    if (!("refusal" in answer))
      return wants(setting, word, contract, [`${word} is taken`, ...refusals].join("; "));
    refusals.push(`${word}: ${answer.refusal}`);
  }
  return untried(setting, `none is taken: ${refusals.join("; ")}`);
}

/** Scripts of an integration that was set up manually. */
async function scriptsOfIt(probing: Probing): Promise<Finding[]> {
  const { integration, contract } = probing;
  if (integration?.autoBootstrap !== false)
    return (["editScriptIn", "deletePayload"] as const).map((about) =>
      untried(about, "the tenant has no integration in manual setup that could be looked at"),
    );
  const edit = await ask("edit", probing);
  return [editScriptIn(edit, contract), await removal("delete", "deletePayload", probing)];
}

/** Logins are made in master, and a pool's objects nowhere but in the pool. */
function editScriptIn(edit: Answered<string>, contract: Contract): Finding {
  if ("refusal" in edit) return untried("editScriptIn", edit.refusal);
  const text = edit.value.replaceAll(/--.*|\/\*[\s\S]*?\*\//g, "");
  const objects = /\b(CREATE|ALTER|DROP)\s+(VIEW|PROCEDURE|PROC|FUNCTION|TABLE|SCHEMA)\b/i.test(text);
  const logins = /\b(CREATE|ALTER|DROP)\s+LOGIN\b/i.test(text);
  if (objects === logins) return untried("editScriptIn", "the edit script does not tell: read it");
  return objects
    ? wants("editScriptIn", "database", contract, "the edit script changes objects of the pool")
    : wants("editScriptIn", "master", contract, "the edit script changes logins, and no object of the pool");
}

function jsonLabel({ heard }: Probing): Finding {
  const types = new Set(heard.filter(({ path }) => !path.includes("/scripts/")).map(({ type }) => type));
  const others = [...types].filter((type) => !/\bjson\b/i.test(type ?? ""));
  return others.length === 0
    ? holds("jsonLabel", "JSON is labelled as JSON")
    : holds(
        "jsonLabel",
        `JSON is labelled ${others.map((type) => type ?? "as nothing").join(", ")}; it is read`,
      );
}

/** For texts that are never run. */
const [username, password] = ["immuta_probe", madeUpPassword()];

type Answered<T> = { value: T } | { refusal: string };

const refusalOf = (answer: Answered<unknown>): string => ("refusal" in answer ? answer.refusal : "");

/** The text of a script, or why it is not given. */
function ask(phase: Phase, { immuta, contract, integration, place }: Probing): Promise<Answered<string>> {
  if (place === undefined) throw new Error("there is nothing to ask for scripts about");
  const inputs: Inputs = { ...place, autoBootstrap: false, authenticationType: "userPassword" };
  const payload = scriptPayloadOf(phase, inputs, () => ({ username, password }), contract);
  const id = phase === "edit" || phase === "delete" ? integration?.id : undefined;
  return refusalOr(() => immuta.script(phase, payload, id));
}

/** Immuta's own words are the answer to a question; that nobody answers is none. */
async function refusalOr<T>(request: () => Promise<T>): Promise<Answered<T>> {
  try {
    return { value: await request() };
  } catch (error) {
    if (!(error instanceof ImmutaError) || error.status === undefined) throw error;
    return { refusal: `HTTP ${error.status}: ${masked(error.said, [password])}` };
  }
}
