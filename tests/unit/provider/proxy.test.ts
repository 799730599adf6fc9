import { expect } from "chai";
import { ConfigurationError } from "../../../provider/core/configuration";
import { loginOf, proxyFor } from "../../../provider/immuta/proxy";

describe("the proxy on the way to Immuta", () => {
  const tenant = "https://acme.immuta.example";
  const proxy = "http://user:c4nary-pw@proxy.example:8080";
  const chosen = (url: string, env: NodeJS.ProcessEnv): string | undefined => {
    const found = proxyFor(new URL(url), env);
    return found && `${found.variable} ${found.url.protocol}//${found.address}`;
  };

  for (const [url, env, expected] of [
    [tenant, {}, undefined],
    [tenant, { HTTPS_PROXY: proxy }, "HTTPS_PROXY http://proxy.example:8080"],
    [tenant, { HTTP_PROXY: proxy }, undefined],
    [tenant, { ALL_PROXY: "https://proxy.example" }, "ALL_PROXY https://proxy.example:443"],
    [tenant, { HTTPS_PROXY: "other:1", https_proxy: "proxy" }, "https_proxy http://proxy:80"],
    ["http://acme.immuta.example", { HTTP_PROXY: "[::1]:3128" }, "HTTP_PROXY http://[::1]:3128"],
  ] as const)
    it(`is ${expected ?? "none"} for ${url} and ${JSON.stringify(env)}`, () => {
      expect(chosen(url, env)).to.equal(expected);
    });

  for (const host of ["localhost", "a.localhost", "localhost.", "127.0.0.1", "127.9.9.9", "127.1", "[::1]"])
    it(`is none for ${host}, which is this machine`, () => {
      for (const scheme of ["http", "https"])
        for (const variable of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
          expect(chosen(`${scheme}://${host}:8443`, { [variable]: proxy })).to.equal(undefined);
    });

  for (const [exceptions, url, isExcepted] of [
    ["acme.immuta.example", tenant, true],
    ["ACME.immuta.example", tenant, true],
    ["other.example, .immuta.example", tenant, true],
    ["*.immuta.example", tenant, true],
    ["*", tenant, true],
    ["immuta.example", tenant, false],
    [".example.com", tenant, false],
    ["acme.immuta.example:443", tenant, true],
    ["acme.immuta.example:8443", tenant, false],
    ["10.0.0.0/8", "https://10.1.2.3", true],
    ["10.0.0.0/8", "https://11.1.2.3", false],
    ["10.0.0.0/8", tenant, false],
    ["10.0.0.0/64", "https://10.1.2.3", false],
    ["10.0.0.1", "https://10.0.0.1:8443", true],
    ["fd00::/8", "https://[fd12::1]", true],
    ["fd12:0:0::1", "https://[fd12::1]", true],
    ["[fd12::1]:443", "https://[fd12::1]", true],
  ] as const)
    it(`NO_PROXY=${exceptions} ${isExcepted ? "excepts" : "does not except"} ${url}`, () => {
      for (const name of ["NO_PROXY", "no_proxy"])
        expect(chosen(url, { HTTPS_PROXY: proxy, [name]: exceptions }) === undefined).to.equal(isExcepted);
    });

  it("has its login percent-decoded, and its address without it", () => {
    const found = proxyFor(new URL(tenant), { HTTPS_PROXY: "http://us%40er:p%2Fw@proxy:3128" });
    expect(found?.address).to.equal("proxy:3128");
    expect(found && loginOf(found.url)).to.deep.equal({ username: "us@er", password: "p/w" });
    expect(loginOf(new URL("http://proxy"))).to.equal(undefined);
  });

  for (const value of ["socks5://c4nary:c4nary@proxy:1080", "http://c4n ary", "http://c4nary%:c4nary@proxy"])
    it(`refuses ${value} by the variable's name alone`, () => {
      expect(() => proxyFor(new URL(tenant), { ALL_PROXY: value }))
        .to.throw(ConfigurationError, "ALL_PROXY")
        .with.property("message")
        .that.does.not.contain("c4n");
    });
});
