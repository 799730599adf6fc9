import { type PropertyMap, isPropertyMap, valueAt } from "../core/property-map";
import { delimiterNames, docIn, groups, type Property, properties, topLevel } from "./inputs/paths";
import { table } from "./inputs/table";
import { unknown } from "../core/unknown";
import { likely, password as passwordRule, suggestion } from "../core/rules";
import { isIncomplete } from "./incomplete";
import { normalIdentifier } from "./inputs/identifiers";
import { identifier, madeName, newPassword } from "./inputs/rules";

export interface Checked {
  inputs: PropertyMap;
  failures: { property: string; reason: string }[];
}

/**
 * Validates what a program gives and fills in defaults. Values that are not known yet pass.
 * Failures name no property: the engine would print that property's value, secrets included.
 * @param administrator the login that runs the scripts where the program names none.
 */
export function check(news: PropertyMap, olds: PropertyMap = {}, administrator?: string): Checked {
  const strange = unknownNames(news);
  const others = [
    ...properties.flatMap((p) => problemsOf(p, news, olds)),
    ...together(news, olds),
    ...systemAccountProblems(news, olds, administrator),
  ];
  // What a mistyped name means is not missing besides.
  const isMeant = (problem: string): boolean =>
    strange.some(({ meant }) => meant !== undefined && problem.startsWith(`${meant}: is required`));
  const problems = [
    ...strange.map(({ problem }) => problem),
    ...others.filter((problem) => !isMeant(problem)),
  ];
  return {
    inputs: withDefaults(news),
    failures: problems.map((reason) => ({ property: "", reason })),
  };
}

/** A program that tags everything does so by a transformation, which reaches this resource too. */
const tagsHint =
  "Tags belong to Azure's resources, and Immuta's integration has none: let the transformation that adds them leave this type out.";

/** Names that are none, and which property one may mean. */
function unknownNames(news: PropertyMap): { problem: string; meant?: string }[] {
  const problems: { problem: string; meant?: string }[] = [];
  const strange = (name: string, known: readonly string[], prefix = ""): void => {
    const meant = likely(name, known);
    problems.push({
      problem: `${prefix}${name}: no such property. ${suggestion(meant, known)}`,
      ...(meant === undefined ? {} : { meant: prefix + meant }),
    });
  };
  for (const [name, value] of Object.entries(news)) {
    if (name === "tags") problems.push({ problem: `${name}: no such property. ${tagsHint}` });
    else if (!topLevel.has(name)) strange(name, [...topLevel]);
    else if (groups.has(name) && isPropertyMap(value)) {
      const known = properties
        .filter((p) => p.path.startsWith(`${name}.`))
        .map((p) => p.path.slice(name.length + 1));
      for (const inner of Object.keys(value).filter((key) => !known.includes(key)))
        strange(inner, known, `${name}.`);
    } else if (groups.has(name) && value !== unknown && value !== undefined && value !== null) {
      problems.push({ problem: `${name}: must be an object, but ${withArticle(value)} was given.` });
    }
  }
  return problems;
}

function problemsOf(property: Property, news: PropertyMap, olds: PropertyMap): string[] {
  const { path } = property;
  const value = valueAt(news, path);
  if (value === unknown) return [];
  if (value === undefined || value === null)
    return isMissing(property, news, olds)
      ? [
          `${path}: is required${property.required === "manual" ? " in manual setup (autoBootstrap false)" : ""}. ${docIn("manual", property)}`,
        ]
      : [];
  const problem = problemOf(property, value);
  return problem === undefined ? [] : [`${path}: ${problem}`];
}

function isMissing({ required, unless }: Property, news: PropertyMap, olds: PropertyMap): boolean {
  if (required === "manual" && isLeftIncomplete(news, olds)) return false;
  // What was adopted may do without it until the first change that needs it.
  if (unless !== undefined && (olds["host"] !== undefined || unless.some((name) => news[name] !== undefined)))
    return false;
  return required === "always" || (required === "manual" && news["autoBootstrap"] === false);
}

/** What was imported may do without the account and who runs the scripts until the program names them. */
const isLeftIncomplete = (news: PropertyMap, olds: PropertyMap): boolean =>
  isIncomplete(olds) && (news["username"] ?? undefined) === undefined;

/** What is wrong with a known value of a property; undefined when it is fine. Never quotes a secret. */
function problemOf(property: Property, value: unknown): string | undefined {
  if (!fits(property, value))
    return `must be ${article(property.type)} ${property.type}, but ${withArticle(value)} was given.`;
  const problem = property.rule?.(value as never);
  if (problem === undefined) return undefined;
  return property.secret === true ? problem : `${JSON.stringify(value)} ${problem}`;
}

function fits({ type }: Property, value: unknown): boolean {
  if (type === "string or true") return value === true || typeof value === "string";
  return typeof value === type && !Array.isArray(value);
}

const article = (type: string): string => (/^[aeiou]/.test(type) ? "an" : "a");

/** What was given in place of what is allowed: "a number", "an object". */
function withArticle(value: unknown): string {
  const type = Array.isArray(value) ? "array" : typeof value;
  return `${article(type)} ${type}`;
}

/** Rules about several inputs at once. */
function together(news: PropertyMap, olds: PropertyMap): string[] {
  const problems: string[] = [];
  const given = (path: string): boolean => {
    const value = valueAt(news, path);
    return value !== undefined && value !== null && value !== "";
  };
  // An empty role is told by its own rule.
  if (
    valueAt(news, "impersonation.enabled") === true &&
    (valueAt(news, "impersonation.role") ?? undefined) === undefined
  )
    problems.push(
      "impersonation.role: is required when impersonation.enabled is true. Name the role that may impersonate, such as IMMUTA_IMPERSONATION.",
    );
  if (news["autoBootstrap"] === false && !given("bootstrap") && !isLeftIncomplete(news, olds))
    problems.push(
      "bootstrap: is required in manual setup (autoBootstrap false). Give the login that runs Immuta's scripts, or {} to take it from IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD.",
    );
  if (news["autoBootstrap"] === true && given("bootstrap"))
    problems.push(
      "bootstrap: is not used in automatic setup (autoBootstrap true): Immuta prepares the pool with username and password. Remove it, or set autoBootstrap to false.",
    );
  if (
    valueAt(news, "bootstrap.encrypt") === "strict" &&
    valueAt(news, "bootstrap.trustServerCertificate") === true
  )
    problems.push(
      "bootstrap.trustServerCertificate: has no effect beside bootstrap.encrypt strict, which always checks the certificate. Remove one of them.",
    );
  if (valueAt(news, "bootstrap.run") === "external" && valueAt(news, "bootstrap.checkPool") === true)
    problems.push(
      "bootstrap.checkPool: has no use beside bootstrap.run external: the provider does not log in to the pool. Remove one of them.",
    );
  problems.push(...entraProblems(news, given), ...referenceProblems(news, given));
  problems.push(...distinctDelimiters(withDefaults(news)["metadataDelimiters"]));
  return problems;
}

/** Immuta's scripts make this account in manual setup, and drop it; automatic setup logs in as one that is there. */
function systemAccountProblems(news: PropertyMap, olds: PropertyMap, byDefault?: string): string[] {
  if (news["autoBootstrap"] !== false) return [];
  const username = knownText(news["username"]);
  const password = knownText(news["password"]);
  const name = username === undefined ? undefined : madeName(username);
  const administrator = administratorProblem(news, byDefault);
  // What is wrong with any identifier or password is told by its row.
  const weak =
    password !== undefined && passwordRule(password) === undefined && isNewPassword(news, olds)
      ? newPassword(password, username)
      : undefined;
  return [
    ...(username === undefined || name === undefined || identifier(username) !== undefined
      ? []
      : [`username: ${JSON.stringify(username)} ${name}`]),
    ...(administrator === undefined ? [] : [administrator]),
    ...(weak === undefined ? [] : [`password: ${weak}`]),
  ];
}

/** Why the account cannot be who runs the scripts; undefined where it is not. */
function administratorProblem(news: PropertyMap, byDefault: string | undefined): string | undefined {
  const username = knownText(news["username"]);
  const administrator = knownText(valueAt(news, "bootstrap.username") ?? byDefault);
  const authentication = valueAt(news, "bootstrap.authentication") ?? "sql";
  if (username === undefined || administrator === undefined) return undefined;
  if (authentication !== "sql" || normalIdentifier(username) !== normalIdentifier(administrator))
    return undefined;
  return `username: ${JSON.stringify(username)} is the login that runs Immuta's scripts, which would change and drop it. Give Immuta's system account a name of its own.`;
}

/** What runs with its password goes on with it, and what is adopted has one already. */
function isNewPassword(news: PropertyMap, olds: PropertyMap): boolean {
  if (isIncomplete(olds)) return false;
  if (olds["password"] === undefined && (news["adopt"] ?? undefined) !== undefined) return false;
  const changed = (name: string): boolean => news[name] !== unknown && news[name] !== olds[name];
  return changed("password") || changed("username");
}

const knownText = (value: unknown): string | undefined =>
  typeof value === "string" && value !== unknown ? value : undefined;

/** One way to the password, and a version that shows its rotation. */
function referenceProblems(news: PropertyMap, given: (path: string) => boolean): string[] {
  if (!given("passwordFrom") || news["passwordFrom"] === unknown) return [];
  const ways = Object.keys(table.passwordFrom.fields)
    .map((way) => `passwordFrom.${way}`)
    .filter((path) => (valueAt(news, path) ?? undefined) !== undefined);
  const unversioned = ways.length === 1 && ways[0] !== "passwordFrom.keyVault" && !given("passwordVersion");
  return [
    ...(ways.length === 1 ? [] : ["passwordFrom: give exactly one of env, file and keyVault."]),
    ...(given("password") ? ["passwordFrom: give either it or password."] : []),
    ...(unversioned
      ? [
          `passwordVersion: is required beside ${ways[0] ?? ""}. Give any text that changes with the password, so that a rotation is seen.`,
        ]
      : []),
  ];
}

/** What each way of logging in needs. */
function entraProblems(news: PropertyMap, given: (path: string) => boolean): string[] {
  if (valueAt(news, "bootstrap.authentication") !== "entra-service-principal") return [];
  const missing = ["bootstrap.tenantId", "bootstrap.clientId"].filter((path) => !given(path));
  const proofs = ["bootstrap.clientSecret", "bootstrap.clientCertificatePath"].filter(given);
  return [
    ...missing.map((path) => `${path}: is required for bootstrap.authentication entra-service-principal.`),
    ...(proofs.length === 1
      ? []
      : [
          "bootstrap.clientSecret: give either it or bootstrap.clientCertificatePath for bootstrap.authentication entra-service-principal.",
        ]),
  ];
}

/** Immuta splits its profile data by these: two alike make it unreadable. */
function distinctDelimiters(given: unknown): string[] {
  if (!isPropertyMap(given)) return [];
  const seen = new Map<string, string>();
  const problems: string[] = [];
  for (const name of delimiterNames) {
    const value = given[name];
    if (typeof value !== "string" || value === "" || value === unknown) continue;
    const twin = seen.get(value);
    if (twin === undefined) seen.set(value, name);
    else
      problems.push(
        `metadataDelimiters.${name}: ${JSON.stringify(value)} is metadataDelimiters.${twin} as well. Give three different delimiters.`,
      );
  }
  return problems;
}

function withDefaults(news: PropertyMap): PropertyMap {
  const inputs: PropertyMap = {};
  for (const [name, value] of Object.entries(news)) {
    if (value === undefined || value === null) continue;
    inputs[name] = isPropertyMap(value)
      ? Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null))
      : value;
  }
  for (const property of properties) {
    if (property.default === undefined) continue;
    const [head = "", leaf] = property.path.split(".");
    if (leaf === undefined) inputs[head] ??= property.default;
    else if (inputs[head] === undefined || isPropertyMap(inputs[head]))
      inputs[head] = { [leaf]: property.default, ...inputs[head] };
  }
  return inputs;
}
