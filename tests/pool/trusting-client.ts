/** A process of its own that trusts the sandbox's authority (NODE_EXTRA_CA_CERTS): runs one batch and prints what came. It ends by itself. */
import { openConnection } from "../../provider/sql/connect/connection";
import type { PoolLogin } from "../../provider/sql/connect/login";
import { database, Lines, loginTo } from "./support";

async function main(): Promise<void> {
  const { port, encrypt, end } = JSON.parse(process.argv[2] ?? "{}") as {
    port: number;
    encrypt: NonNullable<PoolLogin["encrypt"]>;
    end: "close" | "park";
  };
  const lines = new Lines();
  const login = loginTo({ address: "127.0.0.1", port }, { trustServerCertificate: false, encrypt });
  try {
    const connection = await openConnection(login, database, lines);
    const { rows } = await connection.batch("SELECT DB_NAME() AS name", 5000);
    if (end === "close") await connection.close();
    else connection.park();
    console.log(JSON.stringify({ rows, infos: lines.infos }));
  } catch (error) {
    console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  }
}

void main();
