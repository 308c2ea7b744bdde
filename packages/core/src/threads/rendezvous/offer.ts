/** A value that a sender of another thread offers, in the line of the channel. It is taken only if it was not withdrawn. */
import type { WaitingSender } from "../../internal/channel.ts";
import type { WaitNode } from "../../internal/wait-list.ts";
import type { SharedTable } from "./shared-table.ts";

/** Where it has come from. */
export interface Offerer {
  /** It is not in line any more; whether it was taken. */
  over(offer: Offer, isTaken: boolean): void;
}

export class Offer implements WaitingSender<unknown> {
  readonly slots = 1;
  readonly value: unknown;
  /** What it is known by, from its sender to its receiver, and on the desk. */
  readonly n: number;
  readonly #table: SharedTable;
  readonly #from: Offerer;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(value: unknown, n: number, desk: SharedTable, from: Offerer) {
    this.value = value;
    this.n = n;
    this.#table = desk;
    this.#from = from;
  }

  claim(): boolean {
    const isClaimed = this.#table.take(this.n);
    if (!isClaimed) this.#from.over(this, false);
    return isClaimed;
  }

  accepted(): void {
    this.#from.over(this, true);
  }

  disconnected(): void {
    this.#from.over(this, false);
  }
}
