/** What the engine asked for, without any of the values. */

export interface AzureJournalEntry {
  call: "check" | "diff" | "create" | "read" | "update" | "delete" | "invoke";
  /** The resource type's token, or the function's. */
  type: string;
  /** The resource's name in the program. */
  resource?: string;
  /** Of create and update: whether the engine only previews. */
  preview?: boolean;
}

export class Journal {
  readonly entries: AzureJournalEntry[] = [];

  add(entry: AzureJournalEntry): void {
    this.entries.push(entry);
  }

  clear(): void {
    this.entries.length = 0;
  }
}
