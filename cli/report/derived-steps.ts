import {
  announcementOf,
  type AnnouncedStep,
  type Contract,
  oldGoesFirst,
  planCreate,
  planDelete,
  type PropertyMap,
  readState,
  type State,
  StateFormatError,
} from "../../provider";

/**
 * The steps of a removal and of a replacement, which the provider has no chance to tell in a preview: the engine does
 * not ask it about removals. They come from the provider's own plan, of the state that the preview shows.
 */

/** Empty where the state is of another format. */
export function stepsOfDelete(before: PropertyMap, contract: Contract): AnnouncedStep[] {
  const state = stateIn(before);
  if (state === undefined) return [];
  const { integrationId: id, retainPoolObjects } = state;
  const steps = planDelete(state, id !== undefined, retainPoolObjects === true, contract);
  return announcementOf(steps, before, { id, contract }).steps;
}

/** Both halves. Where the preview does not tell their order: the old one goes first from a host that Immuta knows. */
export function stepsOfReplacement(
  before: PropertyMap | undefined,
  after: PropertyMap,
  contract: Contract,
  oldFirst?: boolean,
): AnnouncedStep[] {
  const make = announcementOf(planCreate(after), after, { contract }).steps;
  const state = before === undefined ? undefined : stateIn(before);
  if (before === undefined || state === undefined) return make;
  const removal = stepsOfDelete(before, contract);
  const first = oldFirst ?? oldGoesFirst(before, after, contract);
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
