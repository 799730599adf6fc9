import type { Integration } from "./immuta/types";
import { differences } from "./differences";
import type { Bag } from "./properties";
import type { State } from "./state";

/**
 * The state with Immuta's settings in place of its own where they differ. What Immuta leaves out or redacts, and
 * what differs in spelling only, stays as it is known.
 */
export function withImmutasSettings(state: State, found: Integration): State {
  const { impersonation, metadataDelimiters, port } = found.config;
  const immutas: State = {
    ...state,
    ...(port === undefined ? {} : { port }),
    ...(impersonation === undefined ? {} : { impersonation }),
    metadataDelimiters: { ...state.metadataDelimiters, ...metadataDelimiters },
    autoBootstrap: found.autoBootstrap ?? state.autoBootstrap,
  };
  const drifted = new Set(
    differences(state as unknown as Bag, immutas as unknown as Bag).map((d) => d.path.split(".")[0]),
  );
  return {
    ...(drifted.size === 0 ? state : withoutPending(state)),
    ...Object.fromEntries(Object.entries(immutas).filter(([name]) => drifted.has(name))),
  };
}

/** With Immuta's settings in it, the state no longer says what the scripts were made from. */
function withoutPending(state: State): State {
  if (state.progress?.pending === undefined) return state;
  const { pending: _pending, ...progress } = state.progress;
  return { ...state, progress };
}
