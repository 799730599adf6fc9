/** What the engine hands to check and diff, in a preview, in place of a value that is known at `up` only. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
