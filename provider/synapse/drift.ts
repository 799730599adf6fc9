import type { Integration } from "./api";
import { differences } from "./differences";
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

/**
 * What Immuta says of port and setup, which nobody can change there: where it says otherwise than the state, in words. It
 * would plan a replacement, which nobody asked for.
 */
export function oddities(state: State, { id, config, autoBootstrap }: Integration): string[] {
  const odd = (what: string, immutas: unknown, own: unknown): string[] =>
    immutas === undefined || immutas === own
      ? []
      : [
          `Immuta says ${what} ${JSON.stringify(immutas)} of integration ${id}, which was made with ${JSON.stringify(own)}. Neither an edit nor a PUT changes it, so it is passed over.`,
        ];
  return [
    ...odd("port", config.port, state.port),
    ...odd("autoBootstrap", autoBootstrap, state.autoBootstrap),
  ];
}

/** With Immuta's settings in it, the state no longer says what the scripts were made from. */
function withoutPending(state: State): State {
  if (state.progress?.pending === undefined) return state;
  const { pending: _pending, ...progress } = state.progress;
  return { ...state, progress };
}
