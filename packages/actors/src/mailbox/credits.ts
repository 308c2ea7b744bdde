/**
 * Credits: slots of a bounded mailbox that are granted to a thread, so that `trySend` there is answered at once. The
 * thread takes one by lowering a word in shared memory. The mailbox revokes unused credits by the same word, so it
 * refuses no sender for a slot that lies idle, and its capacity is exact over all threads. (After the credits of
 * `@pneumatic/core/threads`.)
 *
 *     mailbox ── grant ──► AVAILABLE ──► taken by the thread ──► its message arrives: fulfill
 *        ▲                      └──────── revoke: a sender here finds no room
 */
import type { Channel, WaitingSender, WaitNode } from "@pneumatic/core/internal";
import { NOTHING, OPEN } from "@pneumatic/core/internal";

/** The words: the number of slots that the thread can use, and 1 if it has asked for more. */
const AVAILABLE = 0;
const REQUESTED = 1;
/** The most credits of one thread. */
const MOST_GRANTED = 64;

/** The mailbox, as its credits see it. */
interface CreditMailbox {
  readonly channel: Channel<unknown>;
  readonly isClosed: boolean;
  credits: Set<Credits> | undefined;
  fulfill(message: unknown): void;
}

export class Credits implements WaitingSender<unknown> {
  readonly words: Int32Array = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  // A request for room waits in the list of the mailbox like a send that has nothing to send yet.
  readonly value: typeof NOTHING = NOTHING;
  readonly slots = 1;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  readonly #mailbox: CreditMailbox;
  /** The credits that the thread can use, or has used for messages that have not arrived. */
  #granted = 0;
  #isWaiting = false;

  constructor(mailbox: CreditMailbox) {
    this.#mailbox = mailbox;
    mailbox.credits ??= new Set();
    mailbox.credits.add(this);
  }

  /** Grants free slots, if no sender waits for them. */
  grant(): void {
    const { channel } = this.#mailbox;
    if (channel.state !== OPEN || channel.firstWaiting !== undefined) return;
    const slots = Math.min(MOST_GRANTED - this.#granted, channel.available);
    if (slots <= 0) return;
    channel.granted -= slots;
    this.#granted += slots;
    Atomics.store(this.words, REQUESTED, 0);
    Atomics.add(this.words, AVAILABLE, slots);
  }

  /** Handles the request of the thread for room. */
  requested(): void {
    this.grant();
    if (this.#isWaiting || Atomics.load(this.words, REQUESTED) === 0 || this.#mailbox.isClosed) return;
    this.#isWaiting = true;
    this.#mailbox.channel.waitForRoom(this);
  }

  accepted(): void {
    this.#isWaiting = false;
    this.#mailbox.channel.release();
    this.grant();
  }

  disconnected(): void {
    this.#isWaiting = false;
  }

  /** A message has arrived that used a slot. */
  fulfill(message: unknown): void {
    this.#granted--;
    this.#mailbox.fulfill(message);
    this.grant();
  }

  /** Revokes the unused credits. Returns true if there were any. */
  revoke(): boolean {
    const slots = Atomics.exchange(this.words, AVAILABLE, 0);
    this.#release(slots);
    return slots > 0;
  }

  /** The thread is gone: what it has used arrives no more. */
  end(): void {
    this.#mailbox.credits?.delete(this);
    if (this.#isWaiting) this.#mailbox.channel.cancelWait(this);
    this.#isWaiting = false;
    this.#release(this.#granted);
  }

  #release(slots: number): void {
    const { channel } = this.#mailbox;
    this.#granted -= slots;
    channel.granted += slots;
    channel.slotsFreed();
  }
}

/** Revokes the unused credits of all threads. Returns true if there were any. */
export function revokeAll(grants: Iterable<Credits>): boolean {
  let hasAny = false;
  for (const credits of grants) hasAny = credits.revoke() || hasAny;
  return hasAny;
}

/** On the thread: takes a credit. If there is none, calls `ask` to tell the parent, once until it has granted some. */
export function takeCredit(words: Int32Array, ask: () => void): boolean {
  for (;;) {
    const available = Atomics.load(words, AVAILABLE);
    if (available === 0) {
      if (Atomics.exchange(words, REQUESTED, 1) === 0) ask();
      return false;
    }
    if (Atomics.compareExchange(words, AVAILABLE, available, available - 1) === available) return true;
  }
}

/** Gives a credit back, on the thread, for a message that was not sent after all. */
export function returnCredit(words: Int32Array): void {
  Atomics.add(words, AVAILABLE, 1);
}
