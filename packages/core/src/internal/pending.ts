/** A receive that waits: it is the one of its receiver, and it is in line at the source. */
import type { PendingReceive, Source } from "./source.ts";
import { Wait } from "./wait.ts";
import type { WaitNode } from "./wait-list.ts";

/** The receiver, as what waits on its behalf sees it. It is held, so that it is not garbage meanwhile. */
export interface End<out T> {
  readonly source: Source<T> | undefined;
  waiting: PendingReceive<never> | undefined;
}

export abstract class Pending<T, R> extends Wait<R> implements PendingReceive<T> {
  readonly #end: End<T>;
  readonly #source: Source<T>;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(end: End<T>, source: Source<T>) {
    super();
    this.#end = end;
    this.#source = source;
    end.waiting = this;
    source.wait(this);
  }

  abstract received(value: T): void;
  abstract disconnected(): void;

  protected override settle(result: R): void {
    this.#end.waiting = undefined;
    super.settle(result, this.#source.cooperative);
  }

  protected override leave(): void {
    this.#end.waiting = undefined;
    this.#source.unwait(this);
  }
}
