import type { Results } from "./campaign";
import { beyond, countsOf, figure, type Run, stateOf, total } from "./figures";
import type { Taken } from "./life";
import { median } from "./measure";
import type { Subject } from "./subjects";

/** The targets, each computed from the results of one run. Times are processor time, but for those beside a script. */

export interface Target {
  what: string;
  wanted: string;
  /** What nobody can be under, where it was computed or seen. */
  limit?: string;
  found: string;
  met: boolean;
}

type Part = (taken: Taken) => number;
const provider: Part = (taken) => taken.provider;
const unless = (value: number, text: string): string => (Number.isNaN(value) ? "not measured" : text);
const ratio = (value: number): string => unless(value, value.toFixed(2));
const ms = (seconds: number): string => unless(seconds, `${Math.round(seconds * 1000)} ms`);
const megabytes = (value: number): string => unless(value, `${Math.round(value)} MB`);
const tenths = (seconds: number): string => unless(seconds, `${(seconds * 1000).toFixed(1)} ms`);

const of = (side: Subject["side"], setup: Subject["of"]): Subject => ({ side, of: setup });

const faces = [
  { side: "dynamic", name: "dynamic resource" },
  { side: "plugin", name: "plugin" },
] as const;

export function targets(results: Results): Target[] {
  const [few, many] = countsOf(results);
  const up = (subject: Subject, count: number): Run => ({ subject, count, step: "up" });
  const againstPeer = (run: Run, setup: Subject["of"], part: Part = total): number =>
    figure(results, run, part) / figure(results, { ...run, subject: of("peer", setup) }, part);
  const each = faces.map(({ side, name }) => {
    const own = (["manual", "automatic"] as const).map((setup) => of(side, setup));
    const first = own.map((subject) => beyond(results, up(subject, few), provider) / few);
    const further = own.map(
      (subject, at) =>
        (beyond(results, up(subject, many), provider) - few * (first[at] ?? Number.NaN)) / (many - few),
    );
    const setups = ["automatic", "manual"] as const;
    const ups = setups.map((setup) => againstPeer(up(of(side, setup), many), setup));
    const floors = setups.map((setup) => againstPeer(up(of(side, "trivial"), many), setup));
    return { name, first, further, ups, floors };
  });
  const byHand = (["manual", "automatic"] as const).map(
    (setup) => beyond(results, up(of("peer", setup), many), provider) / many,
  );
  const logins = figure(results, up(of("dynamic", "manual"), many), (taken) => taken.logins) / many;
  const refresh = (subject: Subject): Run => ({ subject, count: many, step: "refresh" });
  const lists = figure(results, refresh(of("dynamic", "manual")), (taken) => taken.lists);
  const refreshed = againstPeer(refresh(of("dynamic", "manual")), "manual");
  const preview = (subject: Subject): number =>
    figure(results, { subject, count: many, step: "preview" }, total);
  const previews = faces.map(({ side }) => preview(of(side, "manual")) / preview(of(side, "trivial")));
  const besideDynamic = preview(of("plugin", "manual")) / preview(of("dynamic", "trivial"));
  const memories = faces.map(({ side }) =>
    beyond(results, up(of(side, "manual"), many), (taken) => taken.memory),
  );
  const state = stateOf(results, of("plugin", "manual"), many);
  const found: Target[] = [
    ...each.map(({ name, first }) => ({
      what: `first integration by the ${name}, manual / automatic: provider beyond resources that do nothing`,
      ...{ wanted: "150 / 80 ms", limit: "140 / 75 ms", found: first.map(ms).join(" / ") },
      met: within(first, [0.15, 0.08]),
    })),
    ...each.map(({ name, further }) => ({
      what: `each further one by the ${name}, manual / automatic`,
      ...{ wanted: "22 / 6 ms", limit: "21 / 5.5 ms" },
      found: `${further.map(tenths).join(" / ")} (by hand ${byHand.map(tenths).join(" / ")})`,
      met: within(further, [0.022, 0.006]),
    })),
    {
      what: "logins for a manual one, ten pools to a server",
      ...{ wanted: "1.3", limit: "1.1", found: ratio(logins), met: logins <= 1.3 },
    },
    {
      what: `refresh of ${many}: lists; total against the provider by hand`,
      ...{ wanted: "2; 0.9", limit: "1", found: `${unless(lists, String(lists))}; ${ratio(refreshed)}` },
      met: lists <= 2 && refreshed <= 0.9,
    },
    ...each.map(({ name, ups, floors }) => ({
      what: `first \`up\` of ${many} by the ${name}, automatic / manual: total against the provider by hand`,
      // What resources that do nothing take.
      ...{ wanted: "0.55 / 0.55", limit: floors.map(ratio).join(" / ") },
      ...{ found: ups.map(ratio).join(" / "), met: within(ups, [0.55, 0.55]) },
    })),
    {
      what: `unchanged preview of ${many}, dynamic resource / plugin: total against resources that do nothing`,
      ...{ wanted: "0.9 / 0.8", met: within(previews, [0.9, 0.8]) },
      found: `${previews.map(ratio).join(" / ")} (${ratio(besideDynamic)} of dynamic ones)`,
    },
    {
      what: `provider's memory at its peak beyond resources that do nothing, ${many} manual, dynamic resource / plugin`,
      ...{ wanted: "45 MB", found: memories.map(megabytes).join(" / "), met: within(memories, [45, 45]) },
    },
    {
      what: "state of a manual one by the plugin, without Pulumi's stack trace",
      ...{ wanted: "1.6 kB", found: unless(state, `${(state / 1000).toFixed(2)} kB`), met: state <= 1600 },
    },
  ];
  return [...found, ...growth(results), ...besideScript(results)];
}

const within = (values: readonly number[], wanted: readonly number[]): boolean =>
  values.every((value, at) => value <= (wanted[at] ?? Number.NaN));

function growth(results: Results): Target[] {
  const of1000 = ["automatic", "manual"] as const;
  const [, many] = countsOf(results);
  const grown = of1000.map((setup) => {
    const each = (count: number): number =>
      beyond(results, { subject: of("dynamic", setup), count, step: "up" }, provider) / count;
    return each(1000) / each(many);
  });
  if (grown.some(Number.isNaN)) return [];
  return [
    {
      what: `growth from ${many} to 1,000 of the provider's own for each, automatic / manual`,
      ...{ wanted: "1.10", limit: "1", found: grown.map(ratio).join(" / "), met: within(grown, [1.1, 1.1]) },
    },
  ];
}

function besideScript(results: Results): Target[] {
  return results.byHand.map(({ count, delays, parallel }) => {
    const seconds = (setup: Subject["of"]): number =>
      figure(results, { subject: of("dynamic", setup), count, step: "up", delays }, (taken) => taken.seconds);
    const faster = median(parallel) / (seconds("manual") - seconds("trivial"));
    return {
      what: `${count} pools with 3 s each: the script with \`xargs -P\` against one \`up\` without Pulumi's own part (time)`,
      ...{ wanted: "1.05", found: ratio(faster), met: faster >= 1.05 },
    };
  });
}
