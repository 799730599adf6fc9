// First, so that tedious has the one that loads when it is asked, and not the one below.
import "../../provider/sql/connect/lazy-identity";
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
} from "@azure/identity";
import { expect } from "chai";
import { Connection } from "tedious";
import type { Authentication, PoolLogin } from "../../provider/sql/connect/login";
import { PoolUnreachable } from "../../provider/sql/errors";
import { settingsFor } from "../../provider/sql/connect/settings";
import type { Synapse } from "../../sandbox/synapse";
import {
  database,
  failureOf,
  host,
  loginTo,
  type Stage,
  stageOn,
  startPool,
  type Watch,
  watchHandles,
} from "./support";

const token = "eyJ-a-token-of-entra";
const ids = {
  tenantId: "11111111-1111-1111-1111-111111111111",
  clientId: "22222222-2222-2222-2222-222222222222",
};
const principal = { type: "entra-service-principal", ...ids } as const;

/** What @azure/identity is asked: the library's seam, behind which a network would begin. */
const classes = {
  DefaultAzureCredential,
  ManagedIdentityCredential,
  ClientSecretCredential,
  ClientCertificateCredential,
};
type Seam = { getToken: (scope: string) => Promise<{ token: string; expiresOnTimestamp: number }> };

describe("logging in with Microsoft Entra", () => {
  let synapse: Synapse;
  let stage: Stage;
  let handles: Watch;
  beforeEach(async () => {
    handles = await watchHandles();
    synapse = await startPool();
    stage = stageOn(synapse);
    synapse.acceptAccessToken(host, token, "platform@example.org", { administrator: true });
  });
  afterEach(async () => {
    await synapse.close();
    await handles.expectNoneLeft();
  });

  it("sends a ready access token over the wire", async () => {
    await stage.run(
      "CREATE ROLE made",
      {},
      { authentication: { type: "entra-access-token", accessToken: token } },
    );
    expect(synapse.catalog(host, database).roles).to.deep.equal(["made"]);
    expect(new Set(synapse.journal.map(({ login }) => login))).to.deep.equal(
      new Set(["platform@example.org"]),
    );
  });

  it("says at once that a ready token is of no use any more, and never shows it", async () => {
    const authentication: Authentication = { type: "entra-access-token", accessToken: "eyJ-expired" };
    const error = await failureOf(stage.run("CREATE ROLE made", {}, { authentication }));
    expect(error).to.be.instanceOf(PoolUnreachable);
    expect(error.message).to.contain("The login the access token's identity was refused by database claims");
    expect(error.message).to.contain("Msg 18456");
    expect(error.message).to.contain("its token has expired");
    expect(error.message).to.not.contain("eyJ");
    expect(stage.clock.sleeps).to.deep.equal([]);
  });

  /** Runs with one class' getToken in place of the network's, and gives back what was asked of which credential. */
  async function asked(
    authentication: Authentication,
    name: keyof typeof classes,
    answer: () => Promise<{ token: string; expiresOnTimestamp: number }>,
  ): Promise<{ scopes: string[]; credentials: unknown[] }> {
    const prototype = classes[name].prototype as unknown as Seam;
    const original = prototype.getToken;
    const seen = { scopes: [] as string[], credentials: [] as unknown[] };
    prototype.getToken = function (this: unknown, scope) {
      seen.scopes.push(scope);
      seen.credentials.push(this);
      return answer();
    };
    try {
      await stage.run("CREATE ROLE made", {}, { authentication });
    } finally {
      prototype.getToken = original;
    }
    return seen;
  }
  const granted = (): Promise<{ token: string; expiresOnTimestamp: number }> =>
    Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 });

  const ways: [name: string, authentication: Authentication, credential: keyof typeof classes][] = [
    ["the default credential chain", { type: "entra-default" }, "DefaultAzureCredential"],
    [
      "the chain of one identity",
      { type: "entra-default", clientId: ids.clientId },
      "DefaultAzureCredential",
    ],
    ["a managed identity", { type: "entra-managed-identity" }, "ManagedIdentityCredential"],
    [
      "a user-assigned managed identity",
      { type: "entra-managed-identity", clientId: ids.clientId },
      "ManagedIdentityCredential",
    ],
    ["a service principal's secret", { ...principal, clientSecret: "s3cret" }, "ClientSecretCredential"],
    [
      "a service principal's certificate",
      { ...principal, clientCertificatePath: "/nowhere/certificate.pem" },
      "ClientCertificateCredential",
    ],
  ];
  for (const [name, authentication, credential] of ways)
    it(`asks ${credential} for ${name}, and logs in with its token`, async () => {
      const { scopes } = await asked(authentication, credential, granted);
      expect(new Set(scopes)).to.deep.equal(new Set(["https://database.windows.net/.default"]));
      expect(synapse.catalog(host, database).roles).to.deep.equal(["made"]);
    });

  it("says at once that Entra gives no token, in Entra's own words", async () => {
    const refuse = (): Promise<never> =>
      Promise.reject(new Error("AADSTS7000215: Invalid client secret provided."));
    const error = await failureOf(
      asked({ ...principal, clientSecret: "s3cret" }, "ClientSecretCredential", refuse),
    );
    expect(error).to.be.instanceOf(PoolUnreachable);
    expect(error.message).to.contain("AADSTS7000215: Invalid client secret provided.");
    expect(error.message).to.contain("Microsoft Entra gave no token. Check bootstrap.authentication");
    expect(error.message).to.not.contain("s3cret");
    expect(stage.clock.sleeps).to.deep.equal([]);
  });

  it("does not wait for ever for a token", async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const prototype = DefaultAzureCredential.prototype as unknown as Seam;
    const original = prototype.getToken;
    prototype.getToken = never;
    try {
      const login: Partial<PoolLogin> = {
        authentication: { type: "entra-default" },
        connectTimeout: 100,
        waitForPool: 1,
      };
      const error = await failureOf(stage.run("CREATE ROLE made", {}, login));
      expect(error).to.be.instanceOf(PoolUnreachable).and.to.have.nested.property("trouble.code", "ETIMEOUT");
    } finally {
      prototype.getToken = original;
    }
  });

  describe("tells tedious", () => {
    const told = (authentication: Authentication): unknown => {
      const login = loginTo(synapse, { authentication });
      const settings = settingsFor(
        login,
        database,
        () => Promise.reject(new Error("not dialled")),
        () => undefined,
      );
      // As tedious reads it; nothing is connected.
      const { authentication: read } = new Connection({
        server: host,
        authentication: settings.authentication as never,
      })["config" as never] as { authentication: unknown };
      return read;
    };

    it("the identity of a managed identity", () => {
      expect(told({ type: "entra-managed-identity", clientId: ids.clientId })).to.deep.include({
        type: "azure-active-directory-msi-vm",
      });
      expect(told({ type: "entra-managed-identity", clientId: ids.clientId })).to.have.nested.property(
        "options.clientId",
        ids.clientId,
      );
    });

    it("the chain", () => {
      expect(told({ type: "entra-default" })).to.have.property("type", "azure-active-directory-default");
    });

    it("tenant, client and secret of a service principal", () => {
      expect(told({ ...principal, clientSecret: "s3cret" })).to.deep.equal({
        type: "azure-active-directory-service-principal-secret",
        options: { ...ids, clientSecret: "s3cret" },
      });
    });

    it("a credential made of the certificate", () => {
      const read = told({ ...principal, clientCertificatePath: "/nowhere/certificate.pem" });
      expect(read).to.have.property("type", "token-credential");
      expect(read).to.have.nested.property("options.credential").instanceOf(ClientCertificateCredential);
    });

    it("a token", () => {
      expect(told({ type: "entra-access-token", accessToken: token })).to.deep.equal({
        type: "azure-active-directory-access-token",
        options: { token },
      });
    });
  });
});
