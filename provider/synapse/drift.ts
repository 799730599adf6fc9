import type { Integration } from "./api";
import { differences } from "./differences";
import { isFixed, unlikeSent } from "./sent";
import type { State } from "./state";

/**
 * The state with Immuta's settings in place of its own where they differ. What Immuta leaves out or redacts, what differs
 * in spelling only, and what cannot be changed in Immuta, stays as it is known.
 */
export function withImmutasSettings(state: State, found: Integration): State {
  const { impersonation = state.impersonation, metadataDelimiters } = found.config;
  const immutas: State = {
    ...state,
    impersonation,
    metadataDelimiters: { ...state.metadataDelimiters, ...metadataDelimiters },
  };
  const drifted = new Set(differences(state, immutas).map((d) => d.path.split(".")[0]));
  return {
    ...(drifted.size === 0 ? state : withoutPending(state)),
    ...Object.fromEntries(Object.entries(immutas).filter(([name]) => drifted.has(name))),
  };
}

/** What Immuta says otherwise of what nobody can change there, in words: a replacement for it would be nobody's wish. */
export const oddities = (state: State, found: Integration): string[] =>
  unlikeSent(found, state)
    .filter(isFixed)
    .map(
      ({ path, immutas, sent }) =>
        `Immuta says ${path} ${JSON.stringify(immutas)} of integration ${found.id}, which was made with ${JSON.stringify(sent)}. No PUT changes it, so it is passed over.`,
    );

/** With Immuta's settings in it, the state no longer says what the scripts were made from. */
function withoutPending(state: State): State {
  if (state.progress?.pending === undefined) return state;
  const { pending: _pending, ...progress } = state.progress;
  return { ...state, progress };
}
