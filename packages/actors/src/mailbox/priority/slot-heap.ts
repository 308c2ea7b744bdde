/**
 * A binary heap of slots: small integers whose rank and age are kept in arrays beside it, so that nothing is allocated for
 * an entry. It knows where each slot is, so any of them can be taken out, in O(log n).
 *
 *     heap   [ 4 2 7 … ]       the slot to go first stands first; a slot goes before those below it
 *     places [ · · 1 · 0 … ]   by slot: where it is in the heap
 */

/** What a heap is ordered by: rank, and among equals the age. Indexed by slot. */
export interface Ranks {
  readonly rank: number[];
  readonly age: number[];
}

export class SlotHeap {
  readonly #ranks: Ranks;
  /** Whether the lowest rank is first, or the highest. Among equals the oldest is first either way. */
  readonly #lowestFirst: boolean;
  #heap: number[] = [];
  #places: number[] = [];

  constructor(ranks: Ranks, lowestFirst: boolean) {
    this.#ranks = ranks;
    this.#lowestFirst = lowestFirst;
  }

  /** The slot that goes first. There must be one. */
  get first(): number {
    return this.#heap[0] as number;
  }

  add(slot: number): void {
    this.#heap.push(slot);
    this.#rise(this.#heap.length - 1, slot);
  }

  remove(slot: number): void {
    const place = this.#places[slot] as number;
    const last = this.#heap.pop() as number;
    if (last === slot) return;
    const isAbove = place > 0 && this.#precedes(last, this.#heap[(place - 1) >> 1] as number);
    if (isAbove) this.#rise(place, last);
    else this.#sink(place, last);
  }

  clear(): void {
    this.#heap = [];
    this.#places = [];
  }

  #rise(from: number, slot: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above] as number;
      if (!this.#precedes(slot, other)) break;
      this.#put(place, other);
      place = above;
    }
    this.#put(place, slot);
  }

  #sink(from: number, slot: number): void {
    const heap = this.#heap;
    let place = from;
    for (let below = 2 * place + 1; below < heap.length; below = 2 * place + 1) {
      const right = below + 1;
      if (right < heap.length && this.#precedes(heap[right] as number, heap[below] as number)) below = right;
      const other = heap[below] as number;
      if (!this.#precedes(other, slot)) break;
      this.#put(place, other);
      place = below;
    }
    this.#put(place, slot);
  }

  #put(place: number, slot: number): void {
    this.#heap[place] = slot;
    this.#places[slot] = place;
  }

  #precedes(one: number, other: number): boolean {
    const { rank, age } = this.#ranks;
    const first = rank[one] as number;
    const second = rank[other] as number;
    if (first === second) return (age[one] as number) < (age[other] as number);
    return first < second === this.#lowestFirst;
  }
}
