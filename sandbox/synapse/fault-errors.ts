/** Messages that a healthy pool never sends: a session that is ended, and errors that pass when the batch is sent again. */
import { SqlError } from "./tsql/errors";

/** Numbers, severities and texts as Microsoft's list of events and errors has them; 596 as servers were seen to send it. */
const kills = {
  596: [21, "Cannot continue the execution because the session is in the kill state."],
  4014: [
    20,
    "A fatal error occurred while reading the input stream from the network. The session will be terminated (input error: 109, output error: 0).",
  ],
  6005: [10, "SHUTDOWN is in progress."],
} as const;

const passing = {
  1205: [
    13,
    "Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.",
  ],
  1222: [16, "Lock request time out period exceeded."],
  40197: [
    17,
    "The service has encountered an error processing your request. Please try again. Error code 4221.",
  ],
  40501: [
    20,
    "The service is currently busy. Retry the request after 10 seconds. Incident ID: 00000000-0000-0000-0000-000000000000. Code: 1.",
  ],
  110802: [16, "110802;An internal DMS error occurred that caused this operation to fail."],
  110806: [16, "110806;A distributed query failed: One or more errors occurred."],
} as const;

export type KillNumber = keyof typeof kills;
export type PassingNumber = keyof typeof passing;

export function killError(number: KillNumber): SqlError {
  const [severity, text] = kills[number];
  return new SqlError(number, severity, 1, text, "batch");
}

export function passingError(number: PassingNumber): SqlError {
  const [severity, text] = passing[number];
  return new SqlError(number, severity, 1, text, "batch");
}
