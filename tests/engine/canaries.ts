/** How a secret may be written down: as it is, or as the formats on its way write it. */
export function writtenForms(secret: string): string[] {
  const utf16 = Buffer.from(secret, "utf16le");
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret, "utf8").toString("base64"),
    utf16.toString("base64"),
    utf16.toString("latin1"),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(2, -2),
    secret.replaceAll("'", "''"),
    secret.replaceAll("'", "''''"),
    secret.replaceAll("]", "]]"),
  ];
}

/** The secrets that a text holds in any form, by name. */
export function secretsFoundIn(text: string, secrets: Record<string, string>): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => writtenForms(secret).some((form) => text.includes(form)))
    .map(([name]) => name);
}
