import { readFile } from "node:fs/promises";
import type * as identity from "@azure/identity";
import type * as vault from "@azure/keyvault-secrets";
import { ConfigurationError } from "../core/configuration";
import { told } from "../core/strangers";
import { password as rule } from "../core/rules";

/** Where a password is; one of the three. */
export interface PasswordReference {
  env?: string | undefined;
  file?: string | undefined;
  keyVault?: string | undefined;
}

/** Fetches the password that a reference names. The text of an error names the reference and never the password. */
export type PasswordSource = (reference: PasswordReference) => Promise<string>;

/** Throws ConfigurationError. */
export const resolvePassword: PasswordSource = async (reference) => {
  const [where, password] = await fetched(reference);
  const problem = password === undefined ? "is not there." : rule(password);
  if (password === undefined || problem !== undefined)
    throw new ConfigurationError(`The password from ${where} ${problem ?? ""}`);
  return password;
};

async function fetched({ env, file, keyVault }: PasswordReference): Promise<[string, string | undefined]> {
  if (env !== undefined) return [`the environment variable ${env}`, process.env[env]];
  if (file !== undefined) return [`the file ${file}`, await fromFile(file)];
  return [`Key Vault (${keyVault ?? ""})`, await fromKeyVault(keyVault ?? "")];
}

/** Files end with a newline that is no part of the password. */
async function fromFile(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ConfigurationError(`The password file ${file} cannot be read: ${(error as Error).message}`);
  }
}

async function fromKeyVault(uri: string): Promise<string | undefined> {
  const { pathname, origin } = new URL(uri);
  const [, , name = "", version = ""] = pathname.split("/");
  // Not import(…), which yarn's Plug'n'Play does not lead to packages.
  /* eslint-disable @typescript-eslint/no-require-imports -- loaded when first needed */
  const { SecretClient } = require("@azure/keyvault-secrets") as typeof vault;
  const { DefaultAzureCredential } = require("@azure/identity") as typeof identity;
  /* eslint-enable @typescript-eslint/no-require-imports */
  try {
    return (await new SecretClient(origin, new DefaultAzureCredential()).getSecret(name, { version })).value;
  } catch (error) {
    throw new ConfigurationError(
      `Key Vault did not give the secret ${uri}: ${told((error as Error).message)}`,
    );
  }
}
