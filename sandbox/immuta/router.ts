import { ApiError } from "./errors";
import type { Integrations } from "./integrations";
import { integrationAnswer, statusAnswer } from "./model";
import type { Registry } from "./registry";
import type { ScriptRequests } from "./script-requests";
import type { Answer, Handler } from "./server";
import type { Switches } from "./switches";

interface Parts {
  registry: Registry;
  integrations: Integrations;
  scripts: ScriptRequests;
  switches: Switches;
}

interface Route {
  method: string;
  path: RegExp;
  handle(id: string, body: unknown): Promise<Answer> | Answer;
}

/** Every endpoint of the Integrations API. Anything else is 404, as with a path that does not exist. */
export function routes({ registry, integrations, scripts, switches }: Parts): Handler {
  let generated = 0;
  const script = (text: string): Answer => {
    generated += 1;
    const written = switches.scriptAgain === "another" ? `-- script ${generated}\n${text}` : text;
    return { status: 200, ...writtenScript(written, switches) };
  };
  const ok = (body: unknown): Answer => ({ status: 200, body, ...labelled(switches) });
  const table: Route[] = [
    {
      method: "GET",
      path: /^\/integrations$/,
      handle: () => {
        const list = registry.nextList().map((integration) => integrationAnswer(integration, switches));
        return ok(switches.listShape === "array" ? list : { integrations: list });
      },
    },
    {
      method: "POST",
      path: /^\/integrations$/,
      handle: async (_id, body) => ok(statusAnswer(await integrations.create(body), switches)),
    },
    {
      method: "POST",
      path: /^\/integrations\/scripts\/initial-create$/,
      handle: (_id, body) => script(scripts.fromPayload("initial-create", body)),
    },
    {
      method: "POST",
      path: /^\/integrations\/scripts\/create$/,
      handle: (_id, body) => script(scripts.fromPayload("create", body)),
    },
    {
      method: "POST",
      path: /^\/integrations\/scripts\/cleanup$/,
      handle: (_id, body) => script(scripts.cleanup(body)),
    },
    {
      method: "POST",
      path: /^\/integrations\/scripts\/post-cleanup$/,
      handle: (_id, body) => script(scripts.postCleanup(body)),
    },
    {
      method: "GET",
      path: /^\/integrations\/([^/]+)$/,
      handle: (id) => ok(integrationAnswer(registry.get(id), switches)),
    },
    {
      method: "PUT",
      path: /^\/integrations\/([^/]+)$/,
      handle: async (id, body) => ok(statusAnswer(await integrations.update(id, body), switches)),
    },
    {
      method: "DELETE",
      path: /^\/integrations\/([^/]+)$/,
      handle: async (id, body) => ok(statusAnswer(await integrations.remove(id, body), switches)),
    },
    {
      method: "GET",
      path: /^\/integrations\/([^/]+)\/status$/,
      handle: (id) => {
        if (switches.statusEndpoint === "missing") throw new ApiError(404, "Not Found");
        const stale = switches.statusEndpoint === "stale" ? registry.find(id) : undefined;
        return ok(
          statusAnswer(stale === undefined ? registry.get(id) : { ...stale, status: "enabled" }, switches),
        );
      },
    },
    {
      method: "POST",
      path: /^\/integrations\/([^/]+)\/scripts\/edit$/,
      handle: (id, body) => script(scripts.edit(id, body)),
    },
    {
      method: "POST",
      path: /^\/integrations\/([^/]+)\/scripts\/delete$/,
      handle: (id, body) => script(scripts.remove(id, body)),
    },
  ];
  const handle: Handler = (method, path, body) => {
    for (const route of table) {
      const match = route.method === method ? route.path.exec(path) : null;
      if (match !== null) return route.handle(match[1] ?? "", body);
    }
    throw new ApiError(404, "Not Found");
  };
  return repeatsOfScripts(throttled(handle, switches), switches);
}

const isScript = (path: string): boolean => path.includes("/scripts/");

/** Answers 429 to a write that it has not seen before; one that is sent again is carried out. */
function throttled(handle: Handler, switches: Switches): Handler {
  const seen = new Set<string>();
  return async (method, path, body) => {
    const request = JSON.stringify([method, path, body]);
    const passes = switches.throttles === "never" || method === "GET" || isScript(path) || seen.has(request);
    if (passes) return handle(method, path, body);
    seen.add(request);
    if (switches.throttles === "after") await handle(method, path, body);
    throw new ApiError(429, "Too many requests");
  };
}

/** Refuses a request for a script that is the same as the request before it, where that is wanted. */
function repeatsOfScripts(handle: Handler, switches: Switches): Handler {
  let last: string | undefined;
  return (method, path, body) => {
    const request = JSON.stringify([method, path, body]);
    const again = request === last;
    last = request;
    if (again && isScript(path) && switches.scriptAgain === "refused")
      throw new ApiError(409, "This script was generated just now.");
    return handle(method, path, body);
  };
}

function labelled({ jsonType }: Switches): Pick<Answer, "headers"> {
  return jsonType === "application/json" ? {} : { headers: { "content-type": `${jsonType}; charset=utf-8` } };
}

function writtenScript(text: string, { scriptFormat }: Switches): Omit<Answer, "status"> {
  switch (scriptFormat) {
    case "text":
      return { body: text };
    case "json-string":
      return { headers: { "content-type": "application/json; charset=utf-8" }, body: JSON.stringify(text) };
    case "json-object":
      return { body: { script: text } };
  }
}
