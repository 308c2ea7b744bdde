/**
 * The table on which the two sides of a rendezvous between threads agree: a few words in shared memory, which all threads with
 * an end of the channel have. A compare-and-exchange changes each word, so of two threads that want the same at the same time one
 * gets it. The table outlives both.
 *
 *     word 0      FREE ──GRANT──► GRANTED ──CLAIM──► the row of the thread that hands a value over ──arrived──► FREE
 *                   ▲──REVOKE───────┘                    └──that thread has died──► GRANTED
 *     word row    OFFERED ──TAKE──► TAKEN          the outcome of an offer of that thread
 *                    └─────WITHDRAW──► IDLE        (with a number, so that an old offer is not taken for a new one)
 *
 * The names in capitals are the steps of test/threads/model/rendezvous.pml.
 */
const CREDIT_WORD = 0;
const FREE = 0;
const GRANTED = -1;

const UNUSED = 0;
const IDLE = 1;
const OFFERED = 2;
const TAKEN = 3;

/** The words of a table: one more than the threads that can send at the same time. */
const WORDS = 1024;
const NUMBER_BITS = 20;
const NUMBERS = 1 << NUMBER_BITS;

/** Returns whether a table has that row. */
export function isRow(row: number): boolean {
  return row > 0 && row < WORDS;
}

export class SharedTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** GRANT: a receive waits. False while a value is on its way to an earlier one. */
  grant(): boolean {
    return this.#change(CREDIT_WORD, FREE, GRANTED);
  }

  /** REVOKE: no receive waits any more. False if a thread has claimed the credit: then a value is on its way. */
  revoke(): boolean {
    return this.#change(CREDIT_WORD, GRANTED, FREE);
  }

  /** CLAIM: a value is on its way to the receive that waits. False if none does. */
  claim(row: number): boolean {
    return this.#change(CREDIT_WORD, GRANTED, row);
  }

  /** Undoes a claim: the value will not come, since its sender has died or could not send it. */
  unclaim(row: number): void {
    this.#change(CREDIT_WORD, row, GRANTED);
  }

  /** Ends a claim: the value has come. */
  arrived(): void {
    Atomics.store(this.#words, CREDIT_WORD, FREE);
  }

  /** Takes a row for a thread that sends, until `freeRow`. Returns 0 if there is none left. */
  takeRow(): number {
    for (let row = 1; row < WORDS; row++) {
      const word = Atomics.load(this.#words, row);
      if ((word & 3) === UNUSED && this.#change(row, word, word | IDLE)) return row;
    }
    return 0;
  }

  /** True if a row is left. */
  get hasFreeRow(): boolean {
    for (let row = 1; row < WORDS; row++) {
      if ((Atomics.load(this.#words, row) & 3) === UNUSED) return true;
    }
    return false;
  }

  freeRow(row: number): void {
    Atomics.and(this.#words, row, ~3);
  }

  /** Returns the row of an offer. */
  static rowOf(offer: number): number {
    return offer >> NUMBER_BITS;
  }

  /** Makes an offer, and returns its number. The row must have no other one. */
  offer(row: number): number {
    const number = ((Atomics.load(this.#words, row) >> 2) + 1) & (NUMBERS - 1);
    Atomics.store(this.#words, row, (number << 2) | OFFERED);
    return (row << NUMBER_BITS) | number;
  }

  /** TAKE, by the receiver's side. False if the offer was withdrawn. */
  take(offer: number): boolean {
    return this.#end(offer, TAKEN);
  }

  /** WITHDRAW, by the sender's side. False if the offer was taken. */
  withdraw(offer: number): boolean {
    const row = offer >> NUMBER_BITS;
    return this.#end(offer, IDLE) || Atomics.load(this.#words, row) !== wordOf(offer, TAKEN);
  }

  #end(offer: number, as: number): boolean {
    return this.#change(offer >> NUMBER_BITS, wordOf(offer, OFFERED), wordOf(offer, as));
  }

  #change(index: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, index, from, to) === from;
  }
}

function wordOf(offer: number, state: number): number {
  return ((offer & (NUMBERS - 1)) << 2) | state;
}
