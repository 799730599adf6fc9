import { type Inputs, table } from "./inputs/table";
import { synapseType, type IntegrationPayload } from "./api";
import type { DeleteCredentials } from "../immuta/types";

export interface Credentials {
  username: string;
  password: string;
}

/**
 * The body of POST, PUT and of the script requests before them: the guide wants them equal, so there is one.
 * It always carries every managed field, so that a change of one leaves the others where they were.
 */
export function payloadOf(inputs: Inputs, credentials: Credentials): IntegrationPayload {
  const { impersonation, metadataDelimiters } = inputs;
  return {
    type: synapseType,
    autoBootstrap: inputs.autoBootstrap,
    config: {
      host: inputs.host,
      ...(inputs.port === table.port.default ? {} : { port: inputs.port }),
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

/** Guide, "Delete an integration": automatic setup sends credentials, manual setup no payload. */
export const deleteCredentials = (credentials: Credentials): DeleteCredentials => ({
  authenticationType: "userPassword",
  username: credentials.username,
  password: credentials.password,
});
