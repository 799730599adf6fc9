import { expect } from "chai";
import type { PoolDialect, Synapse } from "../../../sandbox/synapse";
import { Client, POOL, startWithPool, type Answer } from "./support";

/** What a case's last batch must bring. */
interface Expected {
  rows?: unknown[][];
  numbers?: number[];
  lines?: number[];
  /** Of the errors: their severity. */
  levels?: number[];
  infos?: string[];
  message?: string;
}

interface Case {
  name: string;
  in?: "master";
  dialect?: Partial<PoolDialect>;
  before?: string[];
  batch: string;
  expect: Expected;
}

function check(answer: Answer, expected: Expected): void {
  expect(answer.numbers, answer.errors.map(({ message }) => message).join("; ")).to.deep.equal(
    expected.numbers ?? [],
  );
  if (expected.rows !== undefined) expect(answer.rows).to.deep.equal(expected.rows);
  if (expected.lines !== undefined)
    expect(answer.errors.map(({ lineNumber }) => lineNumber)).to.deep.equal(expected.lines);
  if (expected.levels !== undefined)
    expect(answer.errors.map((error) => error.class)).to.deep.equal(expected.levels);
  if (expected.infos !== undefined)
    expect(answer.infos.map(({ message }) => message)).to.deep.equal(expected.infos);
  if (expected.message !== undefined) expect(answer.errors[0]?.message).to.equal(expected.message);
}

/** A table of named cases, each in a workspace of its own. */
export function cases(title: string, list: Case[]): void {
  describe(title, () => {
    let synapse: Synapse;
    before(async () => {
      synapse = await startWithPool();
    });
    after(async () => {
      await synapse.close();
    });
    list.forEach((test, index) => {
      it(test.name, async () => {
        const host = `w${index}.sql.azuresynapse.net`;
        const [user, password] = ["owner", "Adm1n!stration"];
        const { dialect = {} } = test;
        synapse.createWorkspace({ host, administratorLogin: user, administratorPassword: password, dialect });
        synapse.createPool(host, POOL);
        const database = test.in ?? POOL;
        const client = await Client.connect(synapse, { server: host, user, password, database });
        try {
          await client.run(...(test.before ?? []));
          check(await client.batch(test.batch), test.expect);
        } finally {
          await client.close();
        }
      });
    });
  });
}

/** The login that cases make. */
export const LOGIN = "CREATE LOGIN immuta WITH PASSWORD = 'Syst3m!account'";
