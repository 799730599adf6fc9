/** The words of `authenticationType`, under the name by which the program that `pulumi import` writes has them. */
export const AuthenticationType = { UserPassword: "userPassword" } as const;
