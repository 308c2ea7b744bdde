/**
 * Where the two sides of a rendezvous between threads agree on what was handed over: a few words in shared memory, which
 * all threads with an end of the channel have. Each word is changed by compare-and-exchange, so of two that want the same at
 * the same time one gets it; and it outlives both.
 *
 *     word 0        FREE ──LEND──► LENT ──CLAIM──► the ticket of who hands a value over ──arrived──► FREE
 *                     ▲──TAKE_BACK──┘                    └──its thread has died──► LENT
 *     word ticket   OFFERED ──TAKE──► TAKEN          what a send that waits has become
 *                      └─────WITHDRAW──► HELD        (with a number, so that an old offer is not taken for a new one)
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

/** How many threads can send at the same time, less one. */
const WORDS = 1024;
const NUMBER_BITS = 20;
const NUMBERS = 1 << NUMBER_BITS;
/** Whether another thread can have said so. */
export function isRow(ticket: number): boolean {
  return ticket > 0 && ticket < WORDS;
}

export class SharedTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** LEND: a receive waits. False while a value is on its way to an earlier one. */
  grant(): boolean {
    return this.#change(CREDIT_WORD, FREE, GRANTED);
  }

  /** TAKE_BACK: no receive waits any more. False when somebody has claimed the credit: then a value is on its way. */
  revoke(): boolean {
    return this.#change(CREDIT_WORD, GRANTED, FREE);
  }

  /** CLAIM: a value is on its way to the receive that waits. False when none does. */
  claim(ticket: number): boolean {
    return this.#change(CREDIT_WORD, GRANTED, ticket);
  }

  /** The value will not come: its sender has died, or could not send it. */
  unclaim(ticket: number): void {
    this.#change(CREDIT_WORD, ticket, GRANTED);
  }

  /** The value has come. */
  arrived(): void {
    Atomics.store(this.#words, CREDIT_WORD, FREE);
  }

  /** A ticket for a thread that sends, until it is given back; 0 when there is none left. */
  takeRow(): number {
    for (let ticket = 1; ticket < WORDS; ticket++) {
      const word = Atomics.load(this.#words, ticket);
      if ((word & 3) === UNUSED && this.#change(ticket, word, word | IDLE)) return ticket;
    }
    return 0;
  }

  /** Whether there is a ticket left. */
  get hasFreeRow(): boolean {
    for (let ticket = 1; ticket < WORDS; ticket++) {
      if ((Atomics.load(this.#words, ticket) & 3) === UNUSED) return true;
    }
    return false;
  }

  freeRow(ticket: number): void {
    Atomics.and(this.#words, ticket, ~3);
  }

  /** The ticket of an offer. */
  static rowOf(offer: number): number {
    return offer >> NUMBER_BITS;
  }

  /** Makes an offer, and returns what it is known by. The ticket has no other. */
  offer(ticket: number): number {
    const number = ((Atomics.load(this.#words, ticket) >> 2) + 1) & (NUMBERS - 1);
    Atomics.store(this.#words, ticket, (number << 2) | OFFERED);
    return (ticket << NUMBER_BITS) | number;
  }

  /** TAKE: the receiver's side. False when it was withdrawn. */
  take(offer: number): boolean {
    return this.#end(offer, TAKEN);
  }

  /** WITHDRAW: the sender's side. False when it was taken. */
  withdraw(offer: number): boolean {
    const ticket = offer >> NUMBER_BITS;
    return this.#end(offer, IDLE) || Atomics.load(this.#words, ticket) !== wordOf(offer, TAKEN);
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
