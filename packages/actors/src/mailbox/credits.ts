/**
 * Slots of a bounded mailbox that are lent to a thread, so that `trySend` there is answered at once. The thread uses one by
 * lowering a word in shared memory, and the mailbox takes back what is not used by the same word: so it refuses nobody for a
 * slot that lies idle, and its capacity holds over all threads. (After the credits of `@pneumatic/core/threads`.)
 *
 *     mailbox ── lend ──► FREE ──► used by the thread ──► its message arrives: fulfill
 *        ▲                  └──────── reclaim: somebody here finds no room
 */
import type { Channel, ParkedSend, WaitNode } from "@pneumatic/core/internal";
import { NOTHING, OPEN } from "@pneumatic/core/internal";

/** The words: how many slots the thread can use, and whether it has asked for more. */
const FREE = 0;
const WANTED = 1;
/** So many are lent to a thread at most. */
const MOST = 64;

/** The mailbox, as its credits see it. */
interface Lender {
  readonly channel: Channel<unknown>;
  readonly isClosed: boolean;
  lenders: Set<Credits> | undefined;
  fulfill(message: unknown): void;
}

export class Credits implements ParkedSend<unknown> {
  readonly words: Int32Array = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  // A wish for room stands in the line of the mailbox like a send that has nothing to send yet.
  readonly value: typeof NOTHING = NOTHING;
  readonly slots = 1;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  readonly #mailbox: Lender;
  /** Those that the thread can use, or has used for messages that have not arrived. */
  #lent = 0;
  #isWaiting = false;

  constructor(mailbox: Lender) {
    this.#mailbox = mailbox;
    mailbox.lenders ??= new Set();
    mailbox.lenders.add(this);
  }

  /** Lends what is free, if nobody waits for it. */
  lend(): void {
    const { channel } = this.#mailbox;
    if (channel.state !== OPEN || channel.next !== undefined) return;
    const slots = Math.min(MOST - this.#lent, channel.available);
    if (slots <= 0) return;
    channel.room -= slots;
    this.#lent += slots;
    Atomics.store(this.words, WANTED, 0);
    Atomics.add(this.words, FREE, slots);
  }

  /** The thread has asked for room. */
  wanted(): void {
    this.lend();
    if (this.#isWaiting || Atomics.load(this.words, WANTED) === 0 || this.#mailbox.isClosed) return;
    this.#isWaiting = true;
    this.#mailbox.channel.park(this);
  }

  admitted(): void {
    this.#isWaiting = false;
    this.#mailbox.channel.release();
    this.lend();
  }

  disconnected(): void {
    this.#isWaiting = false;
  }

  /** A message has arrived that used a slot. */
  fulfill(message: unknown): void {
    this.#lent--;
    this.#mailbox.fulfill(message);
    this.lend();
  }

  /** Takes back what is not used. Whether that was any. */
  reclaim(): boolean {
    const slots = Atomics.exchange(this.words, FREE, 0);
    this.#giveBack(slots);
    return slots > 0;
  }

  /** The thread is gone: what it has used arrives no more. */
  end(): void {
    this.#mailbox.lenders?.delete(this);
    if (this.#isWaiting) this.#mailbox.channel.unpark(this);
    this.#isWaiting = false;
    this.#giveBack(this.#lent);
  }

  #giveBack(slots: number): void {
    const { channel } = this.#mailbox;
    this.#lent -= slots;
    channel.room += slots;
    channel.roomMade();
  }
}

/** Takes back what none of them uses. Whether that was any. */
export function reclaim(lenders: Iterable<Credits>): boolean {
  let hasAny = false;
  for (const credits of lenders) hasAny = credits.reclaim() || hasAny;
  return hasAny;
}

/** On the thread: uses a slot. Where there is none, `ask` is to tell the parent, once until it has lent some. */
export function useCredit(words: Int32Array, ask: () => void): boolean {
  for (;;) {
    const free = Atomics.load(words, FREE);
    if (free === 0) {
      if (Atomics.exchange(words, WANTED, 1) === 0) ask();
      return false;
    }
    if (Atomics.compareExchange(words, FREE, free, free - 1) === free) return true;
  }
}

/** On the thread: the message was not sent after all. */
export function returnCredit(words: Int32Array): void {
  Atomics.add(words, FREE, 1);
}
