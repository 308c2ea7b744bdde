/**
 * A binary heap of slots: small integers whose rank and age are kept in arrays beside it, so that nothing is allocated
 * for an entry. It knows where each slot is, so any of them can be taken out, in O(log n).
 *
 *     heap      [ 4 2 7 … ]       the slot to go first stands first; a slot goes before those below it
 *     positions [ · · 1 · 0 … ]   by slot: its index in the heap
 */

/** The keys of the order: rank, and among equals the age. Indexed by slot. */
export interface Ranks {
  readonly rank: number[];
  readonly age: number[];
}

export class SlotHeap {
  readonly #ranks: Ranks;
  /** True if the lowest rank is first, false for the highest. Among equals the oldest is first either way. */
  readonly #lowestFirst: boolean;
  #heap: number[] = [];
  #positions: number[] = [];

  constructor(ranks: Ranks, lowestFirst: boolean) {
    this.#ranks = ranks;
    this.#lowestFirst = lowestFirst;
  }

  /** The slot that goes first. The heap must not be empty. */
  get first(): number {
    return this.#heap[0] as number;
  }

  add(slot: number): void {
    this.#heap.push(slot);
    this.#rise(this.#heap.length - 1, slot);
  }

  remove(slot: number): void {
    const position = this.#positions[slot] as number;
    const last = this.#heap.pop() as number;
    if (last === slot) return;
    const isAbove = position > 0 && this.#precedes(last, this.#heap[(position - 1) >> 1] as number);
    if (isAbove) this.#rise(position, last);
    else this.#sink(position, last);
  }

  clear(): void {
    this.#heap = [];
    this.#positions = [];
  }

  #rise(from: number, slot: number): void {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const other = this.#heap[above] as number;
      if (!this.#precedes(slot, other)) break;
      this.#put(position, other);
      position = above;
    }
    this.#put(position, slot);
  }

  #sink(from: number, slot: number): void {
    const heap = this.#heap;
    let position = from;
    for (let below = 2 * position + 1; below < heap.length; below = 2 * position + 1) {
      const right = below + 1;
      if (right < heap.length && this.#precedes(heap[right] as number, heap[below] as number)) below = right;
      const other = heap[below] as number;
      if (!this.#precedes(other, slot)) break;
      this.#put(position, other);
      position = below;
    }
    this.#put(position, slot);
  }

  #put(position: number, slot: number): void {
    this.#heap[position] = slot;
    this.#positions[slot] = position;
  }

  #precedes(one: number, other: number): boolean {
    const { rank, age } = this.#ranks;
    const first = rank[one] as number;
    const second = rank[other] as number;
    if (first === second) return (age[one] as number) < (age[other] as number);
    return first < second === this.#lowestFirst;
  }
}
