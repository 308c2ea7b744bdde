/** The disposables that end with their owner. */
import type { Logger } from "pino";
import { isObject } from "../address/target.ts";
import { isDroppedAddress } from "../address/walk.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { report } from "../report.ts";

const FIRST_SWEEP = 64;

/**
 * The disposables that an actor or a system owns. It forgets dropped addresses, at the latest when there are twice as
 * many as the last time: so one may own and drop for ever.
 */
export class DisposableSet implements Iterable<Disposable> {
  readonly #all = new Set<Disposable>();
  #sweepAt = FIRST_SWEEP;

  add(each: Disposable): void {
    if (!isDisposable(each))
      throw new InvalidDefinitionError(
        `own() takes an address, or what can be disposed of, not ${describeValue(each)}`,
      );
    if (this.#all.size >= this.#sweepAt) this.#sweep();
    this.#all.add(each);
  }

  [Symbol.iterator](): Iterator<Disposable> {
    return this.#all.values();
  }

  #sweep(): void {
    for (const each of this.#all) if (isDroppedAddress(each)) this.#all.delete(each);
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#all.size);
  }
}

/** Drops all of `owned`. One that throws keeps neither the others nor the end of their owner from going on. */
export function dropAll(owned: Iterable<Disposable>, logger: () => Logger): void {
  for (const each of owned) {
    try {
      each[Symbol.dispose]();
    } catch (error) {
      report(logger(), "error", { err: error }, "something that was owned threw when it was dropped");
    }
  }
}

function isDisposable(each: Partial<Disposable> | undefined | null): boolean {
  return typeof each?.[Symbol.dispose] === "function";
}

function describeValue(each: unknown): string {
  return isObject(each) ? Object.prototype.toString.call(each) : String(each);
}
