/** A text as a value in a query. */
export const literal = (value: string): string => `N'${value.replaceAll("'", "''")}'`;

/** A condition on the name of a schema: Immuta's own, whatever the target schema. */
export const immutasSchemas = "name LIKE 'immuta[_]%'";
