/**
 * The neutral async context: every way into the code of actors leads through {@link inNeutralContext}, so that no
 * `AsyncLocalStorage` and no tracing span of whoever happened to wake an actor is in force there. It is entered once for a run of
 * the dispatcher, not once a message; what a handler enters itself stays in force in all that it awaits.
 */
import { AsyncResource } from "node:async_hooks";

/** Made with the module, in nobody's context. */
const NEUTRAL = new AsyncResource("PneumaticTurn");

/** Returns what `work` returns, run in the neutral context. */
export function inNeutralContext<T>(work: () => T): T {
  return NEUTRAL.runInAsyncScope(work);
}
