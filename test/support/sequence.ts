/** Sequences to send, and what was received of them. */
import type { AnySender, Result } from "@pneumatic/core";

/** 0, 1, ... below `length`. */
export function numbers(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

/** Everything that comes until the end. */
export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

/** Sends `values` one after the other, then drops the handle. */
export async function sendAll<T>(sender: AnySender<T>, values: Iterable<T>): Promise<void> {
  for (const value of values) await sender.send(value);
  sender.drop();
}

/** `"ok"`, or the kind of the failure. */
export function kindOf(result: Result<unknown, { readonly kind: string }>): string {
  return result.ok ? "ok" : result.error.kind;
}
