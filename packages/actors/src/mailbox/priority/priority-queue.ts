/**
 * The queue of a priority mailbox: the lowest rank first, in the order of arrival among equals. Push, shift, removal
 * and eviction take O(log n), and a message allocates nothing but its slots in arrays that are used again.
 *
 *     rank(message) ─► nextRank ─► push ─► [ slots ] ─► shift: lowest rank, oldest of it
 *                                              └──────► evict: highest rank, oldest of it
 *
 * The rank comes from the user's code, so it is asked for before anything is touched: that code may throw, send, or end the
 * actor. A message without a rank goes last. Memory is given back whenever the queue is empty.
 */
import type { Fifo } from "@pneumatic/core/internal";
import { NOTHING } from "@pneumatic/core/internal";
import { SlotHeap } from "./slot-heap.ts";

const LARGEST_IDLE = 64;

/** A message that waits for room, with the rank that it had when it was sent. */
export class Ranked {
  readonly value: unknown;
  readonly rank: number;
  constructor(value: unknown, rank: number) {
    this.value = value;
    this.rank = rank;
  }
}

export class PriorityQueue implements Fifo<unknown> {
  /** The number of queued values. */
  length = 0;
  /** One more than the ticket of the last push. A ticket is valid until its value leaves the queue. */
  nextTicket = 0;
  /** The rank of the value that is pushed next. */
  nextRank = 0;
  /** The order is not that of arrival, so one mark does not tell which is oldest. */
  readonly needsMark: boolean = false;
  readonly markedAt: undefined = undefined;
  /** Indexed by slot; the ticket is the number of the slot. */
  #values: unknown[] = [];
  readonly #ranks: { rank: number[]; age: number[] } = { rank: [], age: [] };
  #free: number[] = [];
  #pushed = 0;
  readonly #order: SlotHeap;
  readonly #victims: SlotHeap | undefined;

  /** Only a queue that `evicts` pays for the second heap, which finds the value to give up. */
  constructor(evicts: boolean) {
    this.#order = new SlotHeap(this.#ranks, true);
    this.#victims = evicts ? new SlotHeap(this.#ranks, false) : undefined;
  }

  mark(): void {}

  push(given: unknown): void {
    const isRanked = given instanceof Ranked;
    const slot = this.#free.pop() ?? this.#values.length;
    this.#values[slot] = isRanked ? given.value : given;
    this.#ranks.rank[slot] = isRanked ? given.rank : this.nextRank;
    this.#ranks.age[slot] = this.#pushed++;
    this.#order.add(slot);
    this.#victims?.add(slot);
    this.nextTicket = slot + 1;
    this.length++;
  }

  /** Takes the value of the lowest rank, the oldest of them. The queue must not be empty. */
  shift(): unknown {
    return this.#take(this.#order.first);
  }

  /**
   * Takes the value of the highest rank, the oldest of them, to make room for the value that is pushed next. Returns NOTHING if
   * that one has a higher rank than all, and so is to be given up. Only for a queue that evicts and is not empty.
   */
  evict(): unknown {
    const slot = (this.#victims as SlotHeap).first;
    const rank = this.#ranks.rank[slot] as number;
    return this.nextRank > rank ? NOTHING : this.#take(slot);
  }

  /** Removes the value with this ticket, which must still be queued. */
  remove(ticket: number): void {
    this.#take(ticket);
  }

  clear(): void {
    this.length = 0;
    this.#values = [];
    this.#free = [];
    this.#ranks.rank = [];
    this.#ranks.age = [];
    this.#order.clear();
    this.#victims?.clear();
  }

  #take(slot: number): unknown {
    const value = this.#values[slot];
    this.#values[slot] = undefined;
    this.#order.remove(slot);
    this.#victims?.remove(slot);
    this.#free.push(slot);
    if (--this.length === 0 && this.#values.length > LARGEST_IDLE) this.clear();
    return value;
  }
}
