import { isPropertyMap } from "./property-map";
import { nearest, oneOf } from "./rules";

/**
 * What Immuta's published contract leaves open, as settings: `immuta:contract` of a stack, IMMUTA_CONTRACT of the
 * environment. One row has all that is known of one. A setting changes what is done, and never what a state holds.
 */

interface Row {
  /** What the guide does not say. */
  question: string;
  /** The switches of the sandbox's Immuta that turn it. */
  turnedBy: readonly string[];
}

interface Choice<W extends string = string> extends Row {
  /** What each word means. */
  words: Readonly<Record<W, string>>;
  default: NoInfer<W>;
}

interface Seconds extends Row {
  /** What the number is. */
  seconds: string;
  most: number;
  default: number;
}

const choice = <const W extends string>(row: Choice<W>): Choice<W> => row;

/** Of a script that removes something. */
const payload = (script: string, turnedBy: string): Choice<"create" | "config" | "none"> => ({
  question: `What does the request for the ${script} script carry?`,
  words: {
    create: "the payload of the setup, with the system account's password",
    config: "the same without user name, password and authentication type",
    none: "nothing",
  },
  default: "create",
  turnedBy: [turnedBy],
});

export const contractTable = {
  editScriptIn: choice({
    question: "Where does the edit script run?",
    words: { database: "in the pool's database", master: "in `master`" },
    default: "database",
    turnedBy: ["editScriptRunsIn"],
  }),
  conflictOn: choice({
    question: "Does a second integration conflict on the host, or on host and database?",
    words: {
      open: "looks for one on the database; a replacement on one host deletes the old one first",
      database:
        "the same, but a replacement that moves to another database makes the new one first, unless both have one system account",
      host: "looks for one on the host, so that nothing is run before a POST that would be refused",
    },
    default: "open",
    turnedBy: ["conflictOn"],
  }),
  deleteSent: choice({
    question: "Is DELETE sent before or after the delete script?",
    words: {
      "first-or-last": "before; where Immuta answers 422 the scripts run, and it is sent again",
      first: "before; a 422 is an error, and no script is run",
      last: "after the scripts",
    },
    default: "first-or-last",
    turnedBy: ["deleteNeedsScripts", "refusedDelete"],
  }),
  deletePayload: payload("delete", "deleteScriptTakes"),
  cleanupPayload: payload("cleanup", "cleanupScriptTakes"),
  postCleanupPayload: payload("post-cleanup", "postCleanupScriptTakes"),
  sendPort: choice({
    question: "May a payload have a `port`?",
    words: { unless1433: "sent where it is not 1433", always: "always sent", never: "never sent" },
    default: "unless1433",
    turnedBy: ["portInPayload"],
  }),
  askStatus: choice({
    question: "Does `GET /integrations/{id}/status` say how far Immuta has come?",
    words: { yes: "asked; where it answers 404 or 405, `GET /integrations/{id}`", no: "never asked" },
    default: "yes",
    turnedBy: ["statusEndpoint"],
  }),
  repeat429: choice({
    question: "Does 429 mean that nothing was done?",
    words: {
      yes: "every request is sent again",
      no: "a POST, PUT or DELETE is looked for first, as after a lost answer",
    },
    default: "yes",
    turnedBy: ["throttles"],
  }),
  repeatScripts: choice({
    question: "May a script be asked for again, where the answer was lost?",
    words: { yes: "asked for again", no: "an error; the next `up` asks" },
    default: "yes",
    turnedBy: ["scriptAgain"],
  }),
  listLag: {
    question: "How long may `GET /integrations` not show what a POST made?",
    seconds: "how long a POST whose answer was lost is looked for, before it is sent again",
    most: 600,
    default: 5,
    turnedBy: ["unlistedFor"],
  } satisfies Seconds,
};

type Table = typeof contractTable;
export type ContractSetting = keyof Table;

/** One word or number for each setting. */
export type Contract = {
  readonly [Name in ContractSetting]: Table[Name] extends Choice<infer W> ? W : number;
};

export const contractSettings = Object.keys(contractTable) as ContractSetting[];

/** What holds where nothing is set. */
export const usualContract = Object.fromEntries(
  Object.entries(contractTable).map(([name, row]) => [name, row.default]),
) as Contract;

interface Given {
  /** As the user wrote it: where, and the setting's name. */
  path: string;
  name: string;
  value: unknown;
}

/**
 * The settings of the stack (JSON of an object) and of the environment (`name=word,…`); `first` wins name by name.
 * `problems`: everything that is wrong, each in a sentence.
 */
export function readContract(
  stack: unknown,
  environment: string | undefined,
  first: "environment" | "settings" = "environment",
): { contract: Contract; problems: string[] } {
  const problems: string[] = [];
  const contract: Record<string, string | number> = { ...usualContract };
  const both = [ofStack(stack, problems), ofEnvironment(environment, problems)];
  for (const { path, name, value } of (first === "environment" ? both : both.reverse()).flat()) {
    const read = isSetting(name)
      ? readValue(contractTable[name], value)
      : new Refusal(`is not known. ${nearest(name, contractSettings)}`);
    if (read instanceof Refusal) problems.push(`${path} ${read.reason}`);
    else contract[name] = read;
  }
  return { contract: contract as Contract, problems };
}

class Refusal {
  constructor(readonly reason: string) {}
}

const isSetting = (name: string): name is ContractSetting => Object.hasOwn(contractTable, name);

/** Pulumi and YAML make numbers and booleans of some texts. */
function readValue(row: Choice | Seconds, value: unknown): string | number | Refusal {
  if ("seconds" in row) {
    const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    const fits = typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= row.most;
    return fits ? number : new Refusal(`is no number of seconds. Give a whole number from 0 to ${row.most}.`);
  }
  const word = typeof value === "boolean" ? (value ? "yes" : "no") : value;
  const problem = oneOf(...Object.keys(row.words))(String(word));
  return typeof word === "string" && problem === undefined ? word : new Refusal(problem ?? "is no word.");
}

function ofStack(setting: unknown, problems: string[]): Given[] {
  if (setting === undefined || setting === "") return [];
  const settings = typeof setting === "string" ? parsed(setting) : setting;
  if (!isPropertyMap(settings)) {
    problems.push(
      "immuta:contract is no object. Set each by its name: `pulumi config set --path immuta:contract.<name> <word>`.",
    );
    return [];
  }
  return Object.entries(settings).map(([name, value]) => ({ path: `immuta:contract.${name}`, name, value }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ofEnvironment(variable: string | undefined, problems: string[]): Given[] {
  const entries = (variable ?? "").split(",").map((entry) => entry.trim());
  return entries.flatMap((entry, at): Given[] => {
    if (entry === "") return [];
    const [name = "", value, ...more] = entry.split("=").map((part) => part.trim());
    if (value !== undefined && more.length === 0) return [{ path: `IMMUTA_CONTRACT ${name}`, name, value }];
    problems.push(`IMMUTA_CONTRACT is no list of name=word: its entry ${at + 1} is none.`);
    return [];
  });
}
