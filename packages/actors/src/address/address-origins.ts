/**
 * Where the strong addresses of each actor were made, noted only with PNEUMATIC_TRACE_LEAKS=1: for what is said of a process
 * that does not end. An address that was dropped is forgotten here, and one that was lost is not kept.
 */
import { callers, ignoreFramesOf, isTracing } from "@pneumatic/core/internal/threads";

/** An address that has not been dropped. */
export interface Made {
  readonly address: object;
  /** Frames of the program, one a line; "" when the runtime made it for itself. */
  readonly place: string;
}

interface Note {
  readonly address: WeakRef<object>;
  readonly place: string;
}

const notes = new WeakMap<object, Set<Note>>();
const noteOf = new WeakMap<object, Note>();
if (isTracing) ignoreFramesOf(import.meta.url);

/** `address` is a new one of the actor `target`. */
export function noteAddress(target: object, address: object): void {
  const note = { address: new WeakRef(address), place: callers() };
  noteOf.set(address, note);
  const known = notes.get(target);
  if (known === undefined) notes.set(target, new Set([note]));
  else known.add(note);
}

/** `address` was dropped. */
export function forgetAddress(target: object, address: object): void {
  const note = noteOf.get(address);
  if (note !== undefined) notes.get(target)?.delete(note);
}

/** Those that `target` has now are its supervisor's, which is no news. */
export function forgetAddresses(target: object): void {
  notes.delete(target);
}

/** The addresses of `target` that were noted and not forgotten, oldest first. */
export function notedAddresses(target: object): Made[] {
  return [...(notes.get(target) ?? [])].flatMap(({ address: reference, place }) => {
    const address = reference.deref();
    return address === undefined ? [] : [{ address, place }];
  });
}
