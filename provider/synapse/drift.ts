import type { Integration } from "./api";
import { differences } from "./differences";
import type { State } from "./state";

/**
 * The state with Immuta's settings in place of its own where they differ. What Immuta leaves out or redacts, and
 * what differs in spelling only, stays as it is known.
 */
export function withImmutasSettings(state: State, found: Integration): State {
  const { host: _host, database: _database, schema: _schema, ...settings } = found.config;
  const immutas: State = {
    ...state,
    ...settings,
    metadataDelimiters: { ...state.metadataDelimiters, ...settings.metadataDelimiters },
    autoBootstrap: found.autoBootstrap ?? state.autoBootstrap,
  };
  const drifted = new Set(differences(state, immutas).map((d) => d.path.split(".")[0]));
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
