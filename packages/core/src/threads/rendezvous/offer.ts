/**
 * A value that a sender of another thread offers. It waits among the senders of the channel, and is taken only if it was not
 * withdrawn.
 */
import type { WaitingSender } from "../../internal/channel.ts";
import type { WaitNode } from "../../internal/wait-list.ts";
import type { SharedTable } from "./shared-table.ts";

/** The inlet that an offer has come through. */
export interface Offerer {
  /** Notes that `offer` waits no more; `isTaken` tells why. */
  over(offer: Offer, isTaken: boolean): void;
}

export class Offer implements WaitingSender<unknown> {
  readonly slots = 1;
  readonly value: unknown;
  /** Its number, from its sender to its receiver, and in the shared table. */
  readonly n: number;
  readonly #table: SharedTable;
  readonly #from: Offerer;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(value: unknown, n: number, table: SharedTable, from: Offerer) {
    this.value = value;
    this.n = n;
    this.#table = table;
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
