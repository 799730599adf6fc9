/** A refusal by Azure, in the words in which azure-native shows it. */
export class AzureError extends Error {
  constructor(
    readonly code: string,
    readonly explanation: string,
  ) {
    super(`Code="${code}" Message="${explanation}"`);
  }
}
