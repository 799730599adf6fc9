import { generate } from "selfsigned";

/** A server certificate for these names, of an authority of its own; all in PEM. */
export async function certificateFor(
  ...names: string[]
): Promise<{ key: string; certificate: string; authority: string }> {
  const authority = await generate([{ name: "commonName", value: "A private authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "basicConstraints", cA: true, critical: true }],
  });
  const server = await generate([{ name: "commonName", value: names[0] ?? "" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: "subjectAltName", altNames: names.map((value) => ({ type: 2 as const, value })) }],
  });
  return { key: server.private, certificate: server.cert, authority: authority.cert };
}
