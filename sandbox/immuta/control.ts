import type { ConfigChanges } from "./behind-the-scenes";
import { ApiError } from "./errors";
import type { Handler } from "./server";

/** What somebody does to an integration in Immuta's own interface. */
export interface BehindTheScenes {
  edit(id: string, changes: ConfigChanges): void;
  disable(id: string): void;
  remove(id: string): void;
}

/**
 * `POST /sandbox/integrations/{id}/edit`, `/disable` and `/remove`, which are the sandbox's own and no part of Immuta's API: what a
 * test does by the object in its process, a shell does by these. Guarded by the key, as all of this server.
 */
export function withControl(handle: Handler, scenes: BehindTheScenes): Handler {
  return (method, path, body) => {
    const [, id = "", action] = /^\/sandbox\/integrations\/([^/]+)\/(edit|disable|remove)$/.exec(path) ?? [];
    if (method !== "POST" || action === undefined) return handle(method, path, body);
    if (action === "edit") scenes.edit(id, changesIn(body));
    else if (action === "disable") scenes.disable(id);
    else scenes.remove(id);
    return { status: 200, body: {} };
  };
}

function changesIn(body: unknown): ConfigChanges {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return { ...body };
  throw new ApiError(400, "An edit has an object of what changes");
}
