import { type Inputs, table } from "./inputs/table";
import { synapseType, type IntegrationPayload } from "./api";
import type { Contract } from "../core/contract";
import type { Phase } from "../core/phases";
import type { DeleteCredentials, Payload } from "../immuta/types";

export interface Credentials {
  username: string;
  password: string;
}

/**
 * The body of POST, PUT and of the script requests before them: the guide wants them equal, so there is one.
 * It always carries every managed field, so that a change of one leaves the others where they were.
 */
export function payloadOf(
  inputs: Inputs,
  credentials: Credentials,
  { sendPort }: Contract,
): IntegrationPayload {
  const { impersonation, metadataDelimiters } = inputs;
  const withPort = sendPort === "always" || (sendPort === "unless1433" && inputs.port !== table.port.default);
  return {
    type: synapseType,
    autoBootstrap: inputs.autoBootstrap,
    config: {
      host: inputs.host,
      ...(withPort ? { port: inputs.port } : {}),
      schema: inputs.schema,
      database: inputs.database,
      impersonation:
        impersonation.enabled && impersonation.role !== undefined
          ? { enabled: true, role: impersonation.role }
          : { enabled: false },
      metadataDelimiters: {
        hashDelimiter: metadataDelimiters.hashDelimiter,
        hashKeyDelimiter: metadataDelimiters.hashKeyDelimiter,
        arrayDelimiter: metadataDelimiters.arrayDelimiter,
      },
      username: credentials.username,
      password: credentials.password,
      authenticationType: inputs.authenticationType,
    },
  };
}

const removals = {
  delete: "deletePayload",
  cleanup: "cleanupPayload",
  "post-cleanup": "postCleanupPayload",
} as const;

const isRemoval = (phase: Phase): phase is keyof typeof removals => phase in removals;

/** Whether the request for a script carries the whole payload of the setup, which is sure of those that make something. */
export const carriesAccount = (phase: Phase, contract: Contract): boolean =>
  !isRemoval(phase) || contract[removals[phase]] === "create";

/** The body of the request for a script. `credentials` is asked for where it carries them. */
export function scriptPayloadOf(
  phase: Phase,
  inputs: Inputs,
  credentials: () => Credentials,
  contract: Contract,
): Payload | undefined {
  if (carriesAccount(phase, contract)) return payloadOf(inputs, credentials(), contract);
  if (isRemoval(phase) && contract[removals[phase]] === "none") return undefined;
  const { config, ...payload } = payloadOf(inputs, { username: "", password: "" }, contract);
  const { username: _username, password: _password, authenticationType: _type, ...place } = config;
  return { ...payload, config: place };
}

/** Guide, "Delete an integration": automatic setup sends credentials, manual setup no payload. */
export const deleteCredentials = (credentials: Credentials): DeleteCredentials => ({
  authenticationType: "userPassword",
  username: credentials.username,
  password: credentials.password,
});
