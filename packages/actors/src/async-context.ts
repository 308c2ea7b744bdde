/**
 * The neutral async context: every way into the code of actors leads through {@link inNeutralContext}, so that no
 * `AsyncLocalStorage` and no tracing span of whoever happened to wake an actor is in force there. It is entered anew for each
 * turn, each hook and each end: what a handler enters itself stays in force in all that it awaits. What it enters by
 * `enterWith` lasts for the rest of its turn, in which only the same actor handles messages; to enter for each message would
 * cost a fifth of a tell.
 *
 * Node keeps the stores in force on the async resource that is entered (up to 22), or in a frame that the resource has captured
 * (from 24 on). A `Scope` has neither: it is an async resource with the ids of one that Node has made, and nothing else.
 */
import { AsyncResource } from "node:async_hooks";

const MADE: AsyncResource = new AsyncResource("PneumaticTurn");
const IDS = MADE as unknown as Readonly<Record<symbol, number>>;
const ASYNC_ID = symbolNamed("async_id_symbol");
const TRIGGER_ID = symbolNamed("trigger_async_id_symbol");

function symbolNamed(name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(MADE).find(({ description }) => description === name);
}

/** False where async resources are made in another way, as in Bun and Deno: there the context is that of the first load. */
const hasScopes = ASYNC_ID !== undefined && TRIGGER_ID !== undefined;

const Scope = function (this: Record<symbol, unknown>): void {
  this[ASYNC_ID as symbol] = IDS[ASYNC_ID as symbol];
  this[TRIGGER_ID as symbol] = IDS[TRIGGER_ID as symbol];
} as unknown as new () => AsyncResource;
Scope.prototype = AsyncResource.prototype;

/** Returns what `work` returns, called in the neutral context with `first` and `second`. */
export function inNeutralContext<R>(work: () => R): R;
export function inNeutralContext<R, A, B = undefined>(work: (first: A, second: B) => R, first: A, second?: B): R;
export function inNeutralContext<R>(
  work: (first: unknown, second: unknown) => R,
  first?: unknown,
  second?: unknown,
): R {
  return (hasScopes ? new Scope() : MADE).runInAsyncScope(work, undefined, first, second);
}
