/** The governed pools. A pull request changes this list, and its comment says what a merge will do. */
export interface Pool {
  host: string;
  database: string;
  /** Whether, and as which role, Immuta administrators may let users query as others. */
  impersonationRole?: string;
}

export const pools: Record<string, Pool> = {
  claims: {
    host: "contoso.sql.azuresynapse.net",
    database: "claims",
    impersonationRole: "IMMUTA_IMPERSONATION",
  },
  sales: { host: "contoso.sql.azuresynapse.net", database: "sales" },
};
