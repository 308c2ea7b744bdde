/** Does in the name of an actor what a handler of it would do before its first await, at whatever time a test wants. */
import type { AnyAddress } from "@pneumatic/actors";

interface Reached {
  readonly runtime: { readonly dispatcher: { inTurnOf<T>(cell: unknown, work: () => T): T } };
}

/** Returns what `work` does, as in a turn of the actor behind `address`. */
export function inTurnOf<T>(address: AnyAddress, work: () => T): T {
  const cell = targetOf(address);
  return cell.runtime.dispatcher.inTurnOf(cell, work);
}

function targetOf(address: AnyAddress): Reached {
  for (let at: object | null = address; at !== null; at = Object.getPrototypeOf(at)) {
    const symbol = Object.getOwnPropertySymbols(at).find(({ description }) => description === "target");
    if (symbol !== undefined) return Reflect.get(address, symbol) as Reached;
  }
  throw new Error("no address");
}
