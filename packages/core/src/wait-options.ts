/** The options of everything that waits: a send, a receive, a select, and in `@pneumatic/actors` an ask. */

/** Ends a wait early. */
export interface WaitOptions {
  /** Rejects the operation with `signal.reason`. An operation whose signal is aborted already does nothing at all. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, from 0 to `Infinity` (the default). */
  readonly timeout?: number | undefined;
}
