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
  const script = (text: string): Answer => ({ status: 200, ...writtenScript(text, switches) });
  const ok = (body: unknown): Answer => ({ status: 200, body });
  const table: Route[] = [
    {
      method: "GET",
      path: /^\/integrations$/,
      handle: () => ok(registry.list().map((integration) => integrationAnswer(integration, switches))),
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
      handle: (_id, body) => script(scripts.fromPayload("cleanup", body)),
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
      handle: (id) => ok(statusAnswer(registry.get(id), switches)),
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
  return (method, path, body) => {
    for (const route of table) {
      const match = route.method === method ? route.path.exec(path) : null;
      if (match !== null) return route.handle(match[1] ?? "", body);
    }
    throw new ApiError(404, "Not Found");
  };
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
