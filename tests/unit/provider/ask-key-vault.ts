import { resolvePassword } from "../../../provider/passwords/reference";

/** Fetches the password of the secret whose URI is the argument, and prints how that ended. */
resolvePassword({ keyVault: process.argv[2] ?? "" }).then(
  (password) => {
    process.stdout.write(JSON.stringify({ length: password.length, right: password === "c4nary-Vault1!" }));
  },
  (error: unknown) => {
    process.stdout.write(JSON.stringify({ error: (error as Error).message }));
  },
);
