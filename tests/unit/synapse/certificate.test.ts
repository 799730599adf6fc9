import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { makeCertificate } from "../../../sandbox/synapse/certificate";

describe("the sandbox's certificates", () => {
  const made = makeCertificate();
  const authority = new X509Certificate(made.authority);
  const server = new X509Certificate(made.certificate);

  it("stand for every workspace and the loopback names, and for nothing else", () => {
    expect(server.checkHost("contoso.sql.azuresynapse.net")).to.equal("*.sql.azuresynapse.net");
    expect(server.checkHost("localhost")).to.equal("localhost");
    expect(server.checkIP("127.0.0.1")).to.equal("127.0.0.1");
    expect(server.checkHost("contoso.database.windows.net")).to.equal("*.database.windows.net");
    expect(server.checkHost("contoso.windows.net")).to.equal(undefined);
    expect(server.checkHost("a.contoso.sql.azuresynapse.net")).to.equal(undefined);
  });

  it("are also made for another name alone", () => {
    const another = new X509Certificate(made.another("node.example.net").certificate);
    expect(another.verify(authority.publicKey)).to.equal(true);
    expect(another.checkHost("node.example.net")).to.equal("node.example.net");
    expect([another.checkHost("localhost"), another.checkIP("127.0.0.1")]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  it("are signed by their own authority, which alone may sign", () => {
    expect(server.checkIssued(authority)).to.equal(true);
    expect(server.verify(authority.publicKey)).to.equal(true);
    expect([authority.ca, server.ca]).to.deep.equal([true, false]);
    expect(server.verify(new X509Certificate(makeCertificate().authority).publicKey)).to.equal(false);
  });

  it("hold now and for months", () => {
    expect(new Date(server.validFrom).getTime()).to.be.lessThan(Date.now());
    expect(new Date(server.validTo).getTime()).to.be.greaterThan(Date.now() + 90 * 86_400_000);
  });

  it("are well-formed whatever their keys and numbers are", () => {
    const numbers = Array.from(
      { length: 50 },
      () => new X509Certificate(makeCertificate().certificate).serialNumber,
    );
    expect(new Set(numbers).size).to.equal(50);
    expect(numbers.filter((number) => !/^40[\dA-F]{30}$/.test(number))).to.deep.equal([]);
  });
});
