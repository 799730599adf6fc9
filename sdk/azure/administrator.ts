import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import { resolvePassword } from "../../provider";
import type { BootstrapArgs, PasswordReferenceArgs } from "../args";
import type { AdministratorArgs } from "./args";
import { defaultAdministrator, refuseLate } from "./refusals";

/** The administrator's SQL login. */
export type Login = Required<Pick<BootstrapArgs, "username" | "password">>;

export function loginOf(component: string, { username, password, passwordFrom }: AdministratorArgs): Login {
  return {
    username: username ?? defaultAdministrator,
    password: passwordFrom === undefined ? password : fetched(component, passwordFrom),
  };
}

/** What goes on where a reference gave no password: Azure and the integration's check refuse it. */
export const noPassword = "";

/** The password that a reference names, secret. */
const fetched = (component: string, reference: Input<PasswordReferenceArgs>): Output<string> =>
  pulumi.secret(
    pulumi.output(reference).apply(async (known) => {
      try {
        return await resolvePassword(known);
      } catch (error) {
        await refuseLate(component, [`administrator.passwordFrom: ${(error as Error).message}`]);
        return noPassword;
      }
    }),
  );
