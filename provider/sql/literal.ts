/** A text as a value in a query. */
export const literal = (value: string): string => `N'${value.replaceAll("'", "''")}'`;
