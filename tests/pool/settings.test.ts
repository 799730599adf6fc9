import { expect } from "chai";
import { defaultRequestTimeout } from "../../provider/sql/batch";
import type { PoolLogin } from "../../provider/sql/connect/login";
import { settingsFor } from "../../provider/sql/connect/settings";
import { loginTo } from "./support";

describe("what mssql is told", () => {
  const told = (given: Partial<PoolLogin> = {}): ReturnType<typeof settingsFor> =>
    settingsFor(
      loginTo({ address: "10.0.0.4", port: 14330 }, given),
      "claims",
      () => Promise.reject(new Error("not dialled")),
      () => undefined,
    );

  it("sets both timeouts: of the connection, and none of its own for requests", () => {
    expect(told()).to.include({ connectionTimeout: 30_000, requestTimeout: 0 });
    expect(told({ connectTimeout: 90_000 })).to.include({ connectionTimeout: 90_000, requestTimeout: 0 });
    expect(defaultRequestTimeout).to.equal(600_000);
  });

  it("has no clock of the pool run out before that of the connection", () => {
    const { pool } = told({ connectTimeout: 90_000 });
    expect(pool).to.include({ createTimeoutMillis: 95_000, acquireTimeoutMillis: 95_000 });
  });

  it("keeps one connection, neither validated nor retried behind our back", () => {
    const { pool, validateConnection, options } = told();
    expect(pool).to.include({ max: 1, min: 0 });
    expect(validateConnection).to.equal(false);
    expect(options).to.include({ maxRetriesOnTransientErrors: 0, enableQuotedIdentifier: true });
  });

  it("encrypts, checks the certificate unless told otherwise, and says the host's own name to a private endpoint", () => {
    const { server, options } = told({ trustServerCertificate: false });
    expect(server).to.equal("claims.sql.azuresynapse.net");
    expect(options).to.include({ encrypt: true, trustServerCertificate: false });
    expect(told().options).to.include({ encrypt: true, trustServerCertificate: true });
  });
});
