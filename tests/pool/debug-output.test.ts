import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Synapse } from "../../sandbox/synapse";
import { actsWhenQuiet, startPool } from "./support";

/** DEBUG=* is what people set to see why a connection fails: in CI, into a log that many may read. */
describe("debug output of libraries", () => {
  let synapse: Synapse;
  beforeEach(async () => {
    synapse = await startPool();
  });
  afterEach(() => synapse.close());

  const canary = "C4nary-in-a-script!";

  async function heard(first: string): Promise<string> {
    const client = spawn(
      process.execPath,
      [
        "--require",
        "tsx/cjs",
        "--eval",
        `${first}
         const { stageOn } = require("./tests/pool/support.ts");
         const script = "CREATE LOGIN immuta WITH PASSWORD = '${canary}'";
         stageOn({ address: "127.0.0.1", port: ${synapse.port} })
           .run(script, { database: "master", phase: "initial-create" })
           .then(() => require("debug")("others")("goes on"));`,
      ],
      {
        cwd: join(__dirname, "..", ".."),
        env: { ...process.env, DEBUG: "*" },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    const ended = once(client, "close");
    const said = await text(client.stderr);
    expect(await ended, said).to.deep.equal([0, null]);
    return said;
  }

  for (const [name, first] of [
    ["that is loaded with the driver", ""],
    ["that another library loaded before", 'require("debug")("others")("begins");'],
  ] as const)
    it(`${name} holds no script`, async () => {
      const said = await heard(first);
      expect(said).to.contain("others goes on");
      expect(said).not.to.contain(canary);
      expect(said).not.to.contain("mssql");
      expect((await actsWhenQuiet(synapse)).join()).to.contain("CREATE LOGIN");
    });
});
