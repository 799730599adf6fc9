import type { SynapseJournalEntry } from "../../../sandbox/synapse";
import type { Life } from "../ground";
import type { Trace } from "./oracle";

/** What reached Immuta and the pools while something ran. */
export async function traced(life: Life, work: () => Promise<unknown>): Promise<Trace> {
  const { immuta, synapse } = life.ground.sandbox;
  immuta.clearJournal();
  synapse.clearJournal();
  await work();
  const sessions = sessionsIn(synapse.journal.filter(({ host }) => life.hosts.includes(host)));
  return {
    calls: immuta.journal
      .map(({ method, path }) => `${method} ${path.replace(/\/integrations\/\d+/, "/integrations/{id}")}`)
      .filter((call) => !call.endsWith("/status")),
    looks: sessions.filter(looks).map(({ database }) => database),
    ran: sessions.filter((session) => !looks(session)).map(({ database }) => database),
  };
}

interface Session {
  database: string;
  statements: string[];
}

/** The provider's uses of sessions, one after the other, each with its batches: one begins with a login or a reset. */
function sessionsIn(journal: readonly SynapseJournalEntry[]): Session[] {
  const sessions: Session[] = [];
  for (const { kind, applicationName, database, statement, reset } of journal) {
    if (!applicationName.startsWith("pulumi-immuta")) continue;
    if (kind === "login" || reset === true) sessions.push({ database, statements: [] });
    if (kind === "batch") sessions.at(-1)?.statements.push(statement ?? "");
  }
  // One that only asked for the name of its database did nothing yet.
  return sessions.filter(({ statements }) => statements.length > 1);
}

const looks = ({ statements }: Session): boolean =>
  statements.every((statement) => /^SELECT\b/.test(statement));
