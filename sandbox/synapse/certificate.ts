/** The certificate authority and server certificate of one endpoint, made anew at every start. */
import { generate } from "selfsigned";

export interface ServerCertificate {
  /** PEM of the authority that clients have to trust. */
  authority: string;
  key: string;
  certificate: string;
}

/** Names the server certificate stands for: every workspace, and the loopback names. */
const NAMES = ["*.sql.azuresynapse.net", "localhost"];
const LOOPBACK = "127.0.0.1";

export async function makeCertificate(): Promise<ServerCertificate> {
  const authority = await generate([{ name: "commonName", value: "Sandbox Synapse authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "*.sql.azuresynapse.net" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...NAMES.map((value) => ({ type: 2 as const, value })),
          { type: 7 as const, ip: LOOPBACK },
        ],
      },
    ],
  });
  return { authority: authority.cert, key: server.private, certificate: server.cert };
}
