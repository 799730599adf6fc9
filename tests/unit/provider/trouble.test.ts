import { expect } from "chai";
import { adviceFor, isPassing, neverLeft } from "../../../provider/immuta/trouble";

describe("a connection to Immuta that does not come about", () => {
  const tenant = "acme.immuta.example";
  const certificate = `The certificate of ${tenant}`;
  const asked = `What answers at ${tenant} asks for a client certificate`;
  for (const [code, advice] of [
    ["CERT_HAS_EXPIRED", `${certificate} has expired. Have it renewed, or set this machine's clock right.`],
    [
      "CERT_NOT_YET_VALID",
      `${certificate} is not valid yet. Set this machine's clock right, or have it issued anew.`,
    ],
    ["CERT_REVOKED", `${certificate} was taken back by its authority.`],
    ["CA_MD_TOO_WEAK", `${certificate} is too weak`],
    ["SELF_SIGNED_CERT_IN_CHAIN", `${certificate} is not trusted here.`],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", `${certificate} is not trusted here.`],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", asked],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", asked],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", asked],
  ] as const)
    it(`says what helps against ${code}, and that trying again does not`, () => {
      const trouble = { code, message: "m" };
      expect(adviceFor(trouble, tenant)?.slice(0, advice.length)).to.equal(advice);
      expect(advice.includes("is not trusted")).to.equal(
        adviceFor(trouble, tenant)?.includes("NODE_EXTRA_CA_CERTS"),
      );
      expect(isPassing(trouble)).to.equal(false);
      expect(neverLeft(trouble), "nothing was sent").to.equal(true);
    });
});
