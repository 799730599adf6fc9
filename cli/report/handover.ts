import { type Announcement, databaseId, parseUrn } from "../../provider";
import type { Value } from "./changes";

/**
 * One run that adopts by one resource what it removes by another. The engine does not ask the provider about removals, so
 * that the report alone sees both.
 */

/** What is looked at of an integration. */
interface Seen {
  name: string;
  urn: string;
  action: string;
  integrationId?: string;
  host: Value;
  database: Value;
  announcement?: Announcement;
}

/** Who adopts what another one removes, and the alias that is meant, in words. */
export const handoversIn = <One extends Seen>(
  integrations: readonly One[],
): { taker: One; giver: One; words: string }[] =>
  integrations
    .filter(adopts)
    .flatMap((taker) =>
      integrations
        .filter((giver) => removes(giver, taker))
        .map((giver) => ({ taker, giver, words: aliasWords(taker, giver) })),
    );

const adopts = ({ action, announcement }: Seen): boolean =>
  action === "adopt" || announcement?.adopts !== undefined;

function removes(giver: Seen, taker: Seen): boolean {
  if (giver.urn === taker.urn || (giver.action !== "delete" && giver.action !== "replace")) return false;
  const place = placeOf(giver);
  const id = taker.announcement?.adopts?.integration;
  return (
    (place !== undefined && place === placeOf(taker)) || (id !== undefined && id === giver.integrationId)
  );
}

/** Where it is; undefined where the preview does not say. */
const placeOf = ({ host, database }: Seen): string | undefined =>
  host.state === "known" && database.state === "known"
    ? databaseId({ host: String(host.value), database: String(database.value) })
    : undefined;

function aliasWords(taker: Seen, giver: Seen): string {
  const [own, old] = [parseUrn(taker.urn), parseUrn(giver.urn)];
  const inPlace = own?.types.join() === old?.types.join();
  const alias = inPlace ? `{ name: ${JSON.stringify(old?.name)} }` : JSON.stringify(giver.urn);
  return `This run adopts what it removes as ${JSON.stringify(giver.name)}. If it was renamed, write aliases: [${alias}] in the resource's options in place of adopt, and nothing is removed.`;
}
