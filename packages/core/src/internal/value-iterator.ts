/** Iteration over a receiver. Written by hand: a generator is half as fast, and its `return()` waits for `next()`. */
import { OverlappingRecvError } from "../errors.ts";
import { overspent, putOff } from "./budget.ts";
import type { End } from "./pending.ts";
import { Pending } from "./pending.ts";
import type { Source } from "./source.ts";
import { CLOSED, NOTHING } from "./source.ts";
import type { WaitOptions } from "./wait.ts";
import { refuse } from "./wait.ts";

type Next<T> = IteratorResult<T, undefined>;

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });
const RESOLVED_DONE: Promise<typeof DONE> = Promise.resolve(DONE);

export class ValueIterator<T> implements AsyncIterableIterator<T, undefined, void> {
  readonly #end: End<T>;
  readonly #options: WaitOptions | undefined;
  #isOver = false;

  constructor(end: End<T>, signal: AbortSignal | undefined) {
    this.#end = end;
    this.#options = signal === undefined ? undefined : { signal };
  }

  next(): Promise<Next<T>> {
    if (this.#isOver) return RESOLVED_DONE;
    const options = this.#options;
    const refusal = options === undefined ? undefined : refuse(options);
    if (refusal !== undefined) return refusal;
    const { source } = this.#end;
    if (source === undefined) return this.finish();
    if (this.#end.waiting !== undefined) return Promise.reject(new OverlappingRecvError());
    const value = source.take();
    if (value !== NOTHING) {
      const result = { done: false, value } as const;
      return overspent(source.cooperative) ? putOff(result) : Promise.resolve(result);
    }
    if (source.state === CLOSED) return this.finish();
    return new PendingNext(this.#end, source, this).start(options, () => DONE).promise;
  }

  /** Ends the iteration, a pending `next()` too, which then takes nothing. What is queued stays in the channel. */
  return(): Promise<IteratorReturnResult<undefined>> {
    const pending: unknown = this.#end.waiting;
    if (pending instanceof PendingNext && pending.iterator === this) pending.end(DONE);
    return this.finish();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Nothing more comes out of this iterator. */
  finish(): typeof RESOLVED_DONE {
    this.#isOver = true;
    return RESOLVED_DONE;
  }
}

class PendingNext<T> extends Pending<T, Next<T>> {
  readonly iterator: ValueIterator<T>;
  constructor(end: End<T>, source: Source<T>, iterator: ValueIterator<T>) {
    super(end, source);
    this.iterator = iterator;
  }
  override received(value: T): void {
    this.settle({ done: false, value });
  }
  override disconnected(): void {
    // So that it stays ended when its signal aborts later.
    this.iterator.finish();
    this.settle(DONE);
  }
}
