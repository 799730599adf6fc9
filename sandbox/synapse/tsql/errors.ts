/** The server's messages: number, class (severity), state and text, as Azure documents them. */

/** How far an error reaches: it ends its statement, its batch, or the connection. */
export type ErrorReach = "statement" | "batch";

export class SqlError extends Error {
  /** Line inside the batch or module; the executor fills it in where the thrower does not know it. */
  line: number | undefined;
  /** A second error that the server sends behind this one. */
  following: SqlError | undefined;
  /** The procedure or function it came up in. */
  procedureName = "";
  /** Of an error that the parser raised: which part of the text it could not take, at which offset. */
  near: { offset: number; shown: string; atEnd: boolean } | undefined;

  constructor(
    readonly number: number,
    readonly severity: number,
    readonly state: number,
    message: string,
    readonly reach: ErrorReach = "statement",
  ) {
    super(message);
  }

  followedBy(error: SqlError): this {
    this.following = error;
    return this;
  }

  /** Errors of severity 20 and above end the connection. */
  get fatal(): boolean {
    return this.severity >= 20;
  }

  /** Says which part of the text is meant; `atEnd`: it is the last one, and what is missing would stand behind it. */
  about(part: { start: number; text: string; line: number }, atEnd = false): this {
    this.near ??= { offset: part.start, shown: part.text, atEnd };
    return this.at(part.line);
  }

  at(line: number): this {
    this.line ??= line;
    this.following?.at(line);
    return this;
  }
}

type Entry = readonly [severity: number, state: number, text: string, reach?: ErrorReach];

/** `{}` stands for the arguments, in order. */
const messages = {
  102: [15, 1, "Incorrect syntax near '{}'.", "batch"],
  105: [15, 1, "Unclosed quotation mark after the character string ''.", "batch"],
  110: [
    15,
    1,
    "There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.",
    "batch",
  ],
  109: [
    15,
    1,
    "There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.",
    "batch",
  ],
  111: [15, 1, "'{}' must be the first statement in a query batch.", "batch"],
  113: [15, 1, "Missing end comment mark '*/'.", "batch"],
  116: [
    16,
    1,
    "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.",
    "batch",
  ],
  120: [
    15,
    1,
    "The select list for the INSERT statement contains fewer items than the insert list. The number of SELECT values must match the number of INSERT columns.",
    "batch",
  ],
  121: [
    15,
    1,
    "The select list for the INSERT statement contains more items than the insert list. The number of SELECT values must match the number of INSERT columns.",
    "batch",
  ],
  134: [
    15,
    2,
    "The variable name '{}' has already been declared. Variable names must be unique within a query batch or stored procedure.",
    "batch",
  ],
  137: [15, 2, 'Must declare the scalar variable "{}".', "batch"],
  156: [15, 1, "Incorrect syntax near the keyword '{}'.", "batch"],
  174: [15, 1, "The {} function requires {} argument(s).", "batch"],
  178: [15, 1, "A RETURN statement with a return value cannot be used in this context.", "batch"],
  191: [
    15,
    1,
    "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.",
    "batch",
  ],
  195: [15, 10, "'{}' is not a recognized built-in function name.", "batch"],
  201: [16, 4, "Procedure or function '{}' expects parameter '{}', which was not supplied."],
  205: [
    16,
    1,
    "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.",
    "batch",
  ],
  207: [16, 1, "Invalid column name '{}'.", "batch"],
  208: [16, 1, "Invalid object name '{}'.", "batch"],
  209: [16, 1, "Ambiguous column name '{}'.", "batch"],
  213: [16, 1, "Column name or number of supplied values does not match table definition.", "batch"],
  217: [
    16,
    1,
    "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).",
    "batch",
  ],
  226: [16, 6, "{} statement not allowed within multi-statement transaction.", "batch"],
  229: [14, 5, "The {} permission was denied on the object '{}', database '{}', schema '{}'."],
  241: [16, 1, "Conversion failed when converting date and/or time from character string.", "batch"],
  245: [16, 1, "Conversion failed when converting the {} value '***' to data type {}.", "batch"],
  262: [14, 1, "{} permission denied in database '{}'."],
  264: [
    16,
    1,
    "The column name '{}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause.",
    "batch",
  ],
  297: [16, 1, "The user does not have permission to perform this action."],
  512: [
    16,
    1,
    "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.",
  ],
  515: [
    16,
    2,
    "Cannot insert the value NULL into column '{}', table '{}'; column does not allow nulls. {} fails.",
  ],
  1046: [15, 1, "Subqueries are not allowed in this context. Only scalar expressions are allowed.", "batch"],
  2628: [16, 1, "String or binary data would be truncated in table '{}', column '{}'."],
  2705: [
    16,
    3,
    "Column names in each table must be unique. Column name '{}' in table '{}' is specified more than once.",
  ],
  2714: [16, 6, "There is already an object named '{}' in the database."],
  2010: [16, 1, "Cannot perform alter on '{}' because it is an incompatible object type."],
  2715: [16, 6, "Column, parameter, or variable #{}: Cannot find data type {}.", "batch"],
  2754: [
    16,
    1,
    "Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG option.",
  ],
  2759: [16, 0, "CREATE SCHEMA failed due to previous errors."],
  2760: [
    16,
    1,
    'The specified schema name "{}" either does not exist or you do not have permission to use it.',
  ],
  2812: [16, 62, "Could not find stored procedure '{}'."],
  3701: [11, 5, "Cannot drop the {} '{}', because it does not exist or you do not have permission."],
  3705: [16, 1, "Cannot use DROP {} with '{}' because '{}' is a {}. Use DROP {}."],
  3729: [16, 1, "Cannot drop schema '{}' because it is being referenced by object '{}'."],
  3902: [16, 1, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."],
  3903: [16, 1, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."],
  4060: [11, 1, 'Cannot open database "{}" requested by the login. The login failed.'],
  4104: [16, 1, 'The multi-part identifier "{}" could not be bound.', "batch"],
  4121: [
    16,
    1,
    'Cannot find either column "{}" or the user-defined function or aggregate "{}", or the name is ambiguous.',
    "batch",
  ],
  4145: [
    15,
    1,
    "An expression of non-boolean type specified in a context where a condition is expected, near '{}'.",
    "batch",
  ],
  4511: [16, 1, "Create View or Function failed because no column name was specified for column {}."],
  4606: [16, 1, "Granted or revoked privilege {} is not compatible with object."],
  4617: [16, 1, "Cannot grant, deny or revoke permissions to or from special roles."],
  4624: [
    16,
    1,
    "Cannot grant, deny, or revoke permissions to sa, dbo, entity owner, information_schema, sys, or yourself.",
  ],
  5001: [16, 1, "User must be in the master database."],
  8114: [16, 5, "Error converting data type {} to {}.", "batch"],
  8115: [16, 2, "Arithmetic overflow error converting expression to data type {}.", "batch"],
  8117: [16, 1, "Operand data type {} is invalid for {} operator.", "batch"],
  8134: [16, 1, "Divide by zero error encountered."],
  8144: [16, 2, "Procedure or function {} has too many arguments specified."],
  8145: [16, 1, "{} is not a parameter for procedure {}."],
  8158: [16, 1, "'{}' has more columns than were specified in the column list.", "batch"],
  8155: [16, 2, "No column name was specified for column {} of '{}'.", "batch"],
  8178: [16, 1, "The parameterized query expects the parameter '{}', which was not supplied."],
  8179: [16, 2, "Could not find prepared statement with handle {}."],
  10704: [
    15,
    1,
    "To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.",
    "batch",
  ],
  10928: [
    20,
    1,
    "Resource ID : {}. The {} limit for the database is {} and has been reached. See 'http://go.microsoft.com/fwlink/?LinkId=267637' for assistance.",
  ],
  15007: [16, 1, "'{}' is not a valid login or you do not have permission."],
  15023: [16, 1, "User, group, or role '{}' already exists in the current database."],
  15025: [16, 1, "The server principal '{}' already exists."],
  15063: [16, 1, "The login already has an account under a different user name."],
  15002: [16, 1, "The procedure 'sys.{}' cannot be executed within a transaction."],
  15081: [16, 1, "Membership of the public role cannot be changed."],
  15138: [16, 1, "The database principal owns a schema in the database, and cannot be dropped."],
  15144: [16, 1, "The role has members. It must be empty before it can be dropped."],
  15150: [16, 1, "Cannot drop the {} '{}'."],
  15151: [16, 1, "Cannot {} the {} '{}', because it does not exist or you do not have permission."],
  15247: [16, 1, "User does not have permission to perform this action."],
  15405: [16, 1, "Cannot use the special principal '{}'."],
  15410: [11, 1, "User or role '{}' does not exist in this database."],
  15413: [11, 1, "Cannot make a role a member of itself."],
  15434: [16, 1, "Could not drop login '{}' as the user is currently logged in."],
  18456: [14, 1, "Login failed for user '{}'."],
  35100: [
    16,
    10,
    "Error number {} in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.",
    "batch",
  ],
  40508: [
    16,
    1,
    "USE statement is not supported to switch between databases. Use a new connection to connect to a different database.",
  ],
  40510: [15, 1, "Statement '{}' is not supported in this version of SQL Server.", "batch"],
  40515: [
    15,
    1,
    "Reference to database and/or server name in '{}' is not supported in this version of SQL Server.",
    "batch",
  ],
  40517: [15, 1, "Keyword or statement option '{}' is not supported in this version of SQL Server.", "batch"],
  40531: [
    11,
    1,
    "Server name cannot be determined. It must appear as the first segment of the server's dns name (servername.sql.azuresynapse.net). Some libraries do not send the server name, in which case the server name must be included as part of the user name (username@servername). In addition, if both formats are used, the server names must match.",
  ],
  40532: [11, 1, 'Cannot open server "{}" requested by the login. The login failed.'],
  40613: [
    17,
    1,
    "Database '{}' on server '{}' is not currently available. Please retry the connection later. If the problem persists, contact customer support, and provide them the session tracing ID of '{}'.",
  ],
  40615: [
    14,
    1,
    "Cannot open server '{}' requested by the login. Client with IP address '{}' is not allowed to access the server. To enable access, use the Azure Management Portal or run sp_set_firewall_rule on the master database to create a firewall rule for this IP address or address range. It may take up to five minutes for this change to take effect.",
  ],
  40632: [
    16,
    1,
    "Password validation failed. The password does not meet policy requirements because it is not complex enough.",
  ],
  42108: [
    16,
    1,
    "Can not connect to the SQL pool since it is paused. Please resume the SQL pool and try again.",
    "batch",
  ],
  42109: [16, 1, "The SQL pool is warming up. Please try again.", "batch"],
  // A dedicated pool's own: it reads T-SQL with a parser of its own, before SQL Server sees anything.
  103010: [16, 1, "Parse error at line: {}, column: {}: Incorrect syntax near '{}'.", "batch"],
  104220: [16, 1, "Cannot find data type '{}'.", "batch"],
  104385: [16, 1, "Catalog view '{}' is not supported in this version.", "batch"],
  111212: [16, 1, "111212;Operation cannot be performed within a transaction."],
  111214: [
    16,
    1,
    "111214;An attempt to complete a transaction has failed. No corresponding transaction found.",
  ],
  111233: [
    16,
    1,
    "111233;The current transaction has aborted, and any pending changes have been rolled back. The cause of this issue is that a transaction in a rollback-only state not being explicitly rolled back before a DDL, DML, or SELECT statement.",
  ],
} as const satisfies Record<number, Entry>;

export type KnownError = keyof typeof messages;

/** One of the server's own errors, its placeholders filled in order. */
export function sqlError(number: KnownError, ...values: (string | number)[]): SqlError {
  const [severity, state, text, reach]: Entry = messages[number];
  let next = 0;
  const message = text.replaceAll("{}", () => String(values[next++] ?? ""));
  return new SqlError(number, severity, state, message, reach ?? "statement");
}
