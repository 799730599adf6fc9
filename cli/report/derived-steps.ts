import {
  announcementOf,
  type AnnouncedStep,
  planCreate,
  planDelete,
  type PropertyMap,
  normalHost,
  readState,
  type State,
  StateFormatError,
} from "../../provider";

/**
 * The steps of a removal and of a replacement, which the provider has no chance to tell in a preview: the engine does
 * not ask it about removals. They come from the provider's own plan, of the state that the preview shows.
 */

/** Empty where the state is of another format. */
export function stepsOfDelete(before: PropertyMap): AnnouncedStep[] {
  const state = stateIn(before);
  if (state === undefined) return [];
  const { integrationId: id, retainPoolObjects } = state;
  return announcementOf(planDelete(state, id !== undefined, retainPoolObjects === true), before, id).steps;
}

/** Both halves. Where the preview does not tell their order: the old one goes first from a host that Immuta knows. */
export function stepsOfReplacement(
  before: PropertyMap | undefined,
  after: PropertyMap,
  oldFirst?: boolean,
): AnnouncedStep[] {
  const make = announcementOf(planCreate(after), after).steps;
  const state = before === undefined ? undefined : stateIn(before);
  if (before === undefined || state === undefined) return make;
  const removal = stepsOfDelete(before);
  const first = oldFirst ?? normalHost(String(before["host"])) === normalHost(String(after["host"]));
  return first ? [...removal, ...make] : [...make, ...removal];
}

function stateIn(before: PropertyMap): State | undefined {
  try {
    return readState(before);
  } catch (error) {
    if (error instanceof StateFormatError) return undefined;
    throw error;
  }
}
