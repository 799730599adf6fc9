/** The certificate authority and server certificate of one endpoint (RFC 5280), made anew at every start. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import * as der from "./der";

export interface ServerCertificate {
  /** PEM of the authority that clients have to trust. */
  authority: string;
  key: string;
  certificate: string;
  /** A certificate of the same authority that stands for this name alone. */
  another(name: string): Pick<ServerCertificate, "key" | "certificate">;
}

/** Names the server certificate stands for: every workspace, every logical server of older pools, and the loopback names. */
const names = ["*.sql.azuresynapse.net", "*.database.windows.net", "localhost"];
const loopback = [127, 0, 0, 1];
const loopbackName = der.tagged(7, Buffer.from(loopback), "primitive");

const day = 86_400_000;
const ecdsaWithSha256 = der.sequence(der.identifier("1.2.840.10045.4.3.2"));

export function makeCertificate(): ServerCertificate {
  const authority = { name: "Sandbox Synapse authority", ...keyPair() };
  const authorityCertificate = certificate(authority, authority, [
    extension("2.5.29.19", "critical", der.sequence(der.boolean(true))),
    extension("2.5.29.15", "critical", keyUsage(keyCertSign | crlSign)),
    extension("2.5.29.14", "optional", der.octets(keyIdentifier(authority.publicKey))),
  ]);
  return {
    authority: pem(authorityCertificate),
    ...serverCertificate(authority, "*.sql.azuresynapse.net", [...names.map(hostName), loopbackName]),
    another: (name) => serverCertificate(authority, name, [hostName(name)]),
  };
}

function serverCertificate(
  authority: Party,
  name: string,
  names: Buffer[],
): Pick<ServerCertificate, "key" | "certificate"> {
  const server = { name, ...keyPair() };
  const issued = certificate(server, authority, [
    extension("2.5.29.19", "optional", der.sequence()),
    extension("2.5.29.15", "critical", keyUsage(digitalSignature)),
    extension("2.5.29.37", "optional", der.sequence(der.identifier("1.3.6.1.5.5.7.3.1"))),
    extension(
      "2.5.29.35",
      "optional",
      der.sequence(der.tagged(0, keyIdentifier(authority.publicKey), "primitive")),
    ),
    extension("2.5.29.17", "optional", der.sequence(...names)),
  ]);
  return {
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: pem(issued),
  };
}

const keyPair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });

interface Party {
  name: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

function certificate(subject: Party, issuer: Party, extensions: Buffer[]): Buffer {
  const now = Date.now();
  const content = der.sequence(
    der.tagged(0, der.integer(Buffer.from([2])), "constructed"), // version 3
    der.integer(Buffer.from([0x40, ...randomBytes(15)])), // serial number
    ecdsaWithSha256,
    named(issuer),
    der.sequence(der.time(new Date(now - day)), der.time(new Date(now + 365 * day))),
    named(subject),
    publicKeyOf(subject.publicKey),
    der.tagged(3, der.sequence(...extensions), "constructed"),
  );
  return der.sequence(content, ecdsaWithSha256, der.bits(sign("sha256", content, issuer.privateKey)));
}

const publicKeyOf = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });

const named = ({ name }: Party): Buffer =>
  der.sequence(der.set(der.sequence(der.identifier("2.5.4.3"), der.text(name))));

const extension = (type: string, weight: "critical" | "optional", value: Buffer): Buffer =>
  der.sequence(
    der.identifier(type),
    ...(weight === "critical" ? [der.boolean(true)] : []),
    der.octets(value),
  );

const digitalSignature = 0x80;
const keyCertSign = 0x04;
const crlSign = 0x02;

/** Bits from the left; those after the last one that is set are left out. */
const keyUsage = (usage: number): Buffer => der.bits(Buffer.from([usage]), Math.log2(usage & -usage));

const keyIdentifier = (key: KeyObject): Buffer => createHash("sha1").update(publicKeyOf(key)).digest();

function hostName(name: string): Buffer {
  return der.tagged(2, Buffer.from(name), "primitive");
}

const pem = (certificate: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${(certificate.toString("base64").match(/.{1,64}/g) ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;
