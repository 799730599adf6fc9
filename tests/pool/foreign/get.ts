/** `npm run foreign`: gets and builds what the tests want of others' making, before they run. */
import { goProgram, javaProgram, jdbcDriver, mockTds, pythonProgram, sdks, yamlHost } from "./parts";

const PARTS = {
  "Microsoft's JDBC driver": jdbcDriver,
  "mssql-mock-tds": mockTds,
  "pulumi-yaml": yamlHost,
  "SDKs of the plugin": sdks,
  "Python with its SDK": pythonProgram,
  "a program in Go": goProgram,
  "a program in Java": javaProgram,
};

async function getAll(): Promise<void> {
  for (const [name, get] of Object.entries(PARTS))
    try {
      console.log(`${name}: ${await get()}`);
    } catch (error) {
      console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      // Elsewhere its tests are skipped.
      if (process.env["CI"] === "true") process.exitCode = 1;
    }
}

void getAll();
