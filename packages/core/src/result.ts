/**
 * Outcomes as values. Disconnected, full, empty and timed out are normal on a channel, so its functions return them and do
 * not throw: types narrow, a payload that is a thenable survives, and a failed send that nobody awaits cannot end the process.
 */

/** Either a value or an error; check `ok` to narrow. */
export type Result<T, E> = Ok<T> | Err<E>;

/** The successful half of a {@link Result}. */
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

/** The failed half of a {@link Result}. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

/** Returns a successful {@link Result} that holds `value`. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** Returns a failed {@link Result} that holds `error`. */
export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}

/**
 * Returns the value of a successful result; throws for a failed one.
 *
 * The thrown error is a fresh one of the same class, with the same `code` and payload, and a stack that starts at the
 * caller. The error of the result is its `cause`. (After Rust's `Result::unwrap`.)
 *
 * @example
 * ```ts
 * import { channel, unwrap } from "@pneumatic/core";
 *
 * const [tx, rx] = channel<string>();
 * unwrap(tx.send("hello"));
 * console.log(unwrap(await rx.recv())); // hello
 * ```
 */
export function unwrap<T, E>(result: Result<T, E>): T {
  if (result.ok) return result.value;
  throw thrown(result.error);
}

function thrown(error: unknown): Error {
  if (!(error instanceof Error)) {
    return captured(new Error(`Cannot unwrap a failed result: ${String(error)}`, { cause: error }));
  }
  const fresh = new Error(error.message, { cause: error });
  Object.setPrototypeOf(fresh, Object.getPrototypeOf(error));
  for (const key of Object.keys(error)) {
    if (key !== "stack" && key !== "cause") Reflect.set(fresh, key, Reflect.get(error, key));
  }
  return captured(fresh);
}

/** Lets the stack begin at the caller. An engine without `captureStackTrace` keeps a stack that names this file first. */
function captured(error: Error): Error {
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, below: unknown) => void };
  captureStackTrace?.(error, unwrap);
  return error;
}
