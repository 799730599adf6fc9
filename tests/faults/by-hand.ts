import { loginTo, stageOn } from "../pool/support";
import type { PoolLogin } from "../../provider/sql/connect/login";
import type { PropertyMap } from "./driver/host";
import type { Declared } from "./driver/stack";
import { integrationsOn } from "./goal";
import { administratorLogin, type Life, secrets } from "./ground";

/** An integration with these inputs besides or in place of its own. */
export const inputsWith = (declared: Declared, changes: PropertyMap): Declared => ({
  ...declared,
  inputs: Object.fromEntries(
    [...new Set([...Object.keys(declared.inputs), ...Object.keys(changes)])]
      .filter((name) => name in declared.inputs || name !== "bootstrap")
      .map((name) => [name, merged(declared.inputs[name], changes[name])]),
  ),
});

const merged = (own: unknown, other: unknown): unknown =>
  other === undefined
    ? own
    : typeof other === "object"
      ? { ...(own as PropertyMap), ...(other as PropertyMap) }
      : other;

/** What the guide calls the configuration of an integration, among an integration's inputs. */
const ofTheConfig = [
  ...["host", "port", "database", "schema", "username", "password"],
  ...["impersonation", "metadataDelimiters"],
];

/**
 * docs/runbook.md, "Leftovers in the pool": what a person does when `up` says what it found and Immuta has no
 * integration there.
 */
export async function byHand(life: Life): Promise<void> {
  const { sandbox } = life.ground;
  const governed = integrationsOn(life).map(({ config }) => config as PropertyMap);
  for (const { inputs } of life.program) {
    if (governed.some(({ host, database }) => host === inputs["host"] && database === inputs["database"]))
      continue;
    // In automatic setup it is Immuta that made what is there, and that takes it away again.
    if (inputs["autoBootstrap"] === true) continue;
    const config = Object.fromEntries(ofTheConfig.map((name) => [name, inputs[name]]));
    for (const [phase, database] of [
      ["cleanup", String(inputs["database"])],
      ["post-cleanup", "master"],
    ] as const) {
      const answer = await fetch(`${sandbox.immuta.url}/integrations/scripts/${phase}`, {
        method: "POST",
        headers: { Authorization: sandbox.apiKey, "Content-Type": "application/json" },
        body: JSON.stringify({
          type: "Azure Synapse Analytics",
          autoBootstrap: false,
          config: { authenticationType: "userPassword", ...config },
        }),
      });
      const script = await answer.text();
      if (!answer.ok) throw new Error(`no ${phase} script: ${script}`);
      await stageOn(sandbox.synapse).run(script, { database }, personOn(life, String(inputs["host"])));
    }
  }
}

const personOn = (life: Life, host: string): PoolLogin =>
  loginTo(life.ground.sandbox.synapse, {
    host,
    authentication: { type: "sql", username: administratorLogin, password: secrets.administrator },
  });

/**
 * docs/runbook.md, "The runner was killed", "An update was killed" and "Leftovers in the pool": does what `up` said before it stopped. Gives
 * whether it said anything of the kind.
 */
export async function personDoes(life: Life): Promise<boolean> {
  const said = life.failures.at(-1) ?? "";
  const [, id] = /adopt: "(\d+)"/.exec(said) ?? [];
  if (id !== undefined) {
    const { program } = life;
    life.program = program.map((declared) => inputsWith(declared, { adopt: id }));
    const adopted = await life.succeeds(() => life.up());
    life.program = program;
    return adopted;
  }
  const [, role] = /DROP ROLE (\[.+\]) in that database/.exec(said) ?? [];
  if (role !== undefined) {
    for (const { inputs } of life.program)
      await stageOn(life.ground.sandbox.synapse).run(
        `DROP ROLE ${role}`,
        { database: String(inputs["database"]) },
        personOn(life, String(inputs["host"])),
      );
    return true;
  }
  if (!said.includes("The pool already holds what Immuta's scripts would make")) return false;
  await byHand(life);
  return true;
}
