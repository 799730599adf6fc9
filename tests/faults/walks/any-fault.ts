import { batchFaults, immutaFaults, poolFaults } from "../faults";
import type { Life } from "../ground";
import type { Random } from "./random";

export interface Placed {
  name: string;
  /** To be asked when the run has ended. */
  happened(): boolean;
}

/** A fault of Immuta or of a pool, at a step that is drawn as well; it may come too late to happen. */
export function anyFault(life: Life, random: Random): Placed {
  life.ground.sandbox.immuta.clearJournal();
  return random.chance(0.6) || life.program.length === 0 ? ofImmuta(life, random) : ofPool(life, random);
}

function ofImmuta(life: Life, random: Random): Placed {
  const { immuta } = life.ground.sandbox;
  const { name, when, answer, lasting, silent } = random.pick(immutaFaults);
  if (silent === true) life.config["immuta:requestTimeout"] = "1s";
  const [nth, moment] = [1 + random.below(8), random.pick(when)];
  immuta.fault({
    path: /^/,
    nth,
    times: lasting === true ? Infinity : 1,
    when: moment,
    answer: answer(life.ground.elsewhere),
  });
  return {
    name: `${name} (${moment}, call ${nth})`,
    happened: () => immuta.journal.some(({ fault }) => fault !== undefined),
  };
}

/** One of a pool that answers: waiting for one that does not takes seconds. */
function ofPool(life: Life, random: Random): Placed {
  const { synapse } = life.ground.sandbox;
  const { inputs } = random.pick(life.program);
  const host = String(inputs["host"]);
  const database = random.chance(0.4) ? "master" : String(inputs["database"]);
  const batch = 1 + random.below(database === "master" ? 4 : 12);
  const choices = [
    ...poolFaults.map((one) => ({ ...one, name: `${one.name}, ${database}` })),
    ...batchFaults.map((one) => ({
      ...one,
      name: `${one.name} ${batch}, ${database}`,
      fault: one.fault(batch),
    })),
  ].filter(({ silent, ours }) => (silent ?? ours) !== true);
  const { name, fault } = random.pick(choices);
  synapse.setFault(host, database, fault);
  const before = synapse.journal.length;
  return {
    name,
    happened: () =>
      synapse.faultOf(host, database) === undefined ||
      synapse.journal.slice(before).some(({ kind, errors }) => kind === "redirected" || errors.length > 0),
  };
}
