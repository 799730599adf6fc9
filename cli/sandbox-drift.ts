import { CommandError, type Io } from "./io";
import { visible } from "./text";

/** What `pulumi-immuta sandbox` does to an integration of a sandbox that runs already. */
export const driftActions: Readonly<Record<string, string>> = {
  edit: "edited",
  disable: "disabled",
  remove: "removed",
};

/** Changes an integration in the sandbox that IMMUTA_URL names, as somebody else would in Immuta. Throws CommandError. */
export async function drift(action: string, args: readonly string[], io: Io): Promise<number> {
  const [id, ...fields] = args;
  if (id === undefined || id.startsWith("-"))
    throw new CommandError(`${action}: the id of an integration comes next.`);
  if ((action === "edit") !== fields.length > 0)
    throw new CommandError(
      action === "edit"
        ? "edit: what changes comes after the id, as <field>=<value>."
        : `${action}: nothing comes after the id.`,
    );
  const { url, key } = runningSandbox(process.env);
  const path = `/sandbox/integrations/${encodeURIComponent(id)}/${action}`;
  const answer = await fetch(new URL(path, url), {
    method: "POST",
    headers: { Authorization: key, "Content-Type": "application/json" },
    body: JSON.stringify(changesOf(fields)),
  }).catch(() => {
    throw new CommandError(`no sandbox answers at ${url.origin}. Start one, and export what it prints.`);
  });
  if (!answer.ok)
    throw new CommandError(
      `${action}: the sandbox at ${url.origin} answered ${answer.status} for integration ${visible(id)}: ${
        answer.status === 404
          ? "it has none of this id"
          : "the exported IMMUTA_API_KEY is not its key, or the change is none"
      }.`,
    );
  io.out(`integration ${id} ${driftActions[action] ?? ""} in the sandbox; the pool is left as it is\n`);
  return 0;
}

/** By what the sandbox printed. Nothing else than this machine is asked: the real Immuta has no drift to make. */
function runningSandbox(env: NodeJS.ProcessEnv): { url: URL; key: string } {
  const { IMMUTA_URL: text = "", IMMUTA_API_KEY: key = "" } = env;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.hostname === "127.0.0.1" && key !== "") return { url, key };
  throw new CommandError(
    "IMMUTA_URL and IMMUTA_API_KEY are not those of a sandbox: start `pulumi-immuta sandbox`, and export what it prints.",
  );
}

/** `impersonation.role=ANALYST` as an object; a value is JSON where it can be read so, else text. */
function changesOf(fields: readonly string[]): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const field of fields) {
    const [, path = "", value = ""] = /^([A-Za-z]+(?:\.[A-Za-z]+)?)=([^]*)$/.exec(field) ?? [];
    const [name = "", inner] = path.split(".");
    if (name === "")
      throw new CommandError(`edit: ${visible(JSON.stringify(field))} is not of the form <field>=<value>.`);
    if (inner === undefined) changes[name] = read(value);
    else changes[name] = { ...Object(changes[name]), [inner]: read(value) } as object;
  }
  return changes;
}

function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
