/** Azure's rules for the names of the resources that are served here, as Azure's documentation lists them. */
import { createHash, randomBytes } from "node:crypto";

export interface NameRule {
  min: number;
  max: number;
  /** What a name must match as a whole. */
  pattern: RegExp;
  /** What the pattern says, as the end of a sentence that begins with the property's name. */
  says: string;
}

export const resourceGroupName: NameRule = {
  min: 1,
  max: 90,
  pattern: /^[\p{L}\p{N}_().-]*[\p{L}\p{N}_()-]$/u,
  says: "may have letters, digits, underscores, parentheses, hyphens and periods, and must not end with a period",
};

export const storageAccountName: NameRule = {
  min: 3,
  max: 24,
  pattern: /^[a-z0-9]+$/,
  says: "may only have lower-case letters and digits",
};

export const blobContainerName: NameRule = {
  min: 3,
  max: 63,
  pattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  says: "may only have lower-case letters, digits and single hyphens between them",
};

export const workspaceName: NameRule = {
  min: 1,
  max: 50,
  pattern: /^(?!.*-ondemand)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
  says:
    "may only have lower-case letters, digits and hyphens, must start and end with a letter or digit, " +
    "and must not contain -ondemand",
};

export const sqlPoolName: NameRule = {
  min: 1,
  max: 60,
  // eslint-disable-next-line no-control-regex -- control characters are what Azure refuses
  pattern: /^(?!master$)[^<>*%&:\\/?@\-\u0000-\u001f]*[^<>*%&:\\/?@\-\u0000-\u001f. ]$/i,
  says:
    "must not contain any of <>*%&:\\/?@- or control characters, must not end with a period or space, " +
    "and must not be master",
};

export const firewallRuleName: NameRule = {
  min: 1,
  max: 128,
  pattern: /^[^<>*%&:;\\/?]*[^<>*%&:;\\/?.]$/,
  says: "must not contain any of <>*%&:;\\/? and must not end with a period",
};

export const privateEndpointName: NameRule = {
  min: 2,
  max: 64,
  pattern: /^[A-Za-z0-9][\w.-]*\w$/,
  says:
    "may have letters, digits, underscores, periods and hyphens, must start with a letter or digit, " +
    "and must end with one or an underscore",
};

/** Why Azure refuses a name, as the end of a sentence that begins with the property; undefined when it does not. */
export function nameProblem(rule: NameRule, name: string): string | undefined {
  if (name.length < rule.min || name.length > rule.max) {
    return `must have ${rule.min} to ${rule.max} characters, and "${name}" has ${name.length}`;
  }
  return rule.pattern.test(name) ? undefined : `${rule.says}: "${name}"`;
}

/** azure-native's name for a resource without one: the logical name and eight hexadecimal digits. */
export function automaticName(logicalName: string, seed: Uint8Array): string {
  const entropy =
    seed.length > 0 ? createHash("sha256").update(seed).update(logicalName).digest() : randomBytes(4);
  return logicalName + entropy.subarray(0, 4).toString("hex");
}
