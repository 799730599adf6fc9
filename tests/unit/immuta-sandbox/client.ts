import type { Immuta } from "../../../sandbox/immuta/index";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined when it is no JSON. */
  body: Record<string, unknown> | undefined;
}

export const apiKey = "unit-test-key";

/** Sends one request as the guide's curl commands do. A string body goes out as it is. */
export async function send(
  immuta: Pick<Immuta, "url">,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(immuta.url + path, {
    method,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      authorization: apiKey,
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A payload as in the guide; `config` replaces or adds fields, undefined takes one out. */
export function payload(
  autoBootstrap: boolean,
  config: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    type: "Azure Synapse Analytics",
    autoBootstrap,
    config: {
      host: "claims.sql.azuresynapse.net",
      schema: "policy",
      database: "claims",
      username: "immuta",
      password: "s3cret-Password",
      authenticationType: "userPassword",
      ...config,
    },
  };
}

/** Pools nobody should ask for: nothing listens there. */
export const noPools = {
  route: (): { address: string; port: number } => {
    throw new Error("no pool is expected to be asked");
  },
  certificateAuthority: "",
};
