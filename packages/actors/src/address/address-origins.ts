/**
 * The places in the program where the strong addresses of each actor were made, noted only with PNEUMATIC_TRACE_LEAKS=1
 * for the report of a process that does not end. A dropped address is forgotten, and a lost one is not kept.
 */
import { callers, ignoreFramesOf, isTracing } from "@pneumatic/core/internal/threads";

/** An address that has not been dropped. */
export interface AddressOrigin {
  readonly address: object;
  /** Frames of the program, one a line; "" if the runtime made it for itself. */
  readonly origin: string;
}

interface WeakOrigin {
  readonly address: WeakRef<object>;
  readonly origin: string;
}

const origins = new WeakMap<object, Set<WeakOrigin>>();
const originOfAddress = new WeakMap<object, WeakOrigin>();
if (isTracing) ignoreFramesOf(import.meta.url);

/** Notes `address`, a new address of the actor `target`. */
export function noteOrigin(target: object, address: object): void {
  const note = { address: new WeakRef(address), origin: callers() };
  originOfAddress.set(address, note);
  const known = origins.get(target);
  if (known === undefined) origins.set(target, new Set([note]));
  else known.add(note);
}

/** Forgets `address`, which was dropped. */
export function forgetOrigin(target: object, address: object): void {
  const note = originOfAddress.get(address);
  if (note !== undefined) origins.get(target)?.delete(note);
}

/** Forgets the addresses of `target` so far: they are its supervisor's, which is no news. */
export function forgetOrigins(target: object): void {
  origins.delete(target);
}

/** Returns the addresses of `target` that were noted and not forgotten, oldest first. */
export function originsOf(target: object): AddressOrigin[] {
  return [...(origins.get(target) ?? [])].flatMap(({ address: reference, origin }) => {
    const address = reference.deref();
    return address === undefined ? [] : [{ address, origin }];
  });
}
