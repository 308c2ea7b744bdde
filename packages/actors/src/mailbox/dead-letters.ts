/**
 * The messages that no handler will see, each with its reason. The store keeps the newest for inspection and for
 * another try. When it forgets one, it drops the addresses in it, which no other code will. Receivers get each dead
 * letter as it comes, and own nothing of it.
 */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { syncChannel } from "@pneumatic/core";
import type { Logger } from "pino";
import { report } from "../report.ts";
import { listed } from "../wording.ts";
import type { DeadLetter, DeadLetterReason } from "./dead-letter.ts";

export class DeadLetterStore {
  readonly #release: (message: unknown) => void;
  readonly #log: Logger;
  #capacity: number;
  /** The letters in the order of arrival, each with its number. */
  #letters = new Map<DeadLetter, number>();
  /**
   * The dead letters whose handler had the message itself in hand, and may have sent on or dropped the addresses in it.
   */
  readonly #inHand = new WeakSet<DeadLetter>();
  /** Undefined once the store is closed. */
  #subscribers: Set<SyncSender<DeadLetter>> | undefined = new Set();
  #total = 0;
  /** The number of those that are of interest to the log. */
  #reported = 0;
  #undelivered = 0;

  constructor(capacity: number, release: (message: unknown) => void, log: Logger) {
    this.#capacity = capacity;
    this.#release = release;
    this.#log = log;
  }

  get kept(): number {
    return this.#letters.size;
  }

  get receivers(): number {
    return this.#subscribers?.size ?? 0;
  }

  /** The number of dead letters that a receiver had no room for. */
  get undelivered(): number {
    return this.#undelivered;
  }

  /**
   * Adds a letter. `handlers` are the names of the actor's handlers. `isInHand` is true if one of them had the message itself: a
   * handler on another thread had a copy, with addresses of its own. A letter that `isQuiet` is not logged.
   */
  add(
    letter: DeadLetter,
    { handlers }: { readonly handlers: readonly string[] },
    isInHand: boolean,
    isQuiet: boolean,
  ): void {
    this.#total++;
    if (isInHand) this.#inHand.add(letter);
    if (!isQuiet) this.#report(letter, handlers);
    for (const subscriber of this.#subscribers ?? []) {
      if (subscriber.trySend(letter).ok || subscriber.isDisconnected) continue;
      this.#undelivered++;
    }
    this.#letters.set(letter, this.#total);
    this.#forgetExcess();
  }

  /** Returns the letters that are kept, oldest first. */
  list(): DeadLetter[] {
    return [...this.#letters.keys()];
  }

  /**
   * Makes a receiver of the dead letters to come, of which at most `capacity` wait for it. It is disconnected at once
   * when the store is closed.
   */
  receiver(capacity: number): Receiver<DeadLetter> {
    const [sender, receiver] = syncChannel<DeadLetter>(capacity);
    const subscribers = this.#subscribers;
    if (subscribers === undefined) {
      sender.drop();
      return receiver;
    }
    subscribers.add(sender);
    void sender.closed().then(() => {
      if (subscribers.delete(sender)) sender.drop();
    });
    return receiver;
  }

  /**
   * Takes a dead letter out and gives its message to `send`; puts it back in its position unless `send` returns true.
   */
  redeliver(letter: DeadLetter, send: (message: unknown) => boolean): boolean {
    const number = this.#letters.get(letter);
    if (number === undefined) return false;
    this.#letters.delete(letter); // before `send`, which may run the user's code
    let isSent = false;
    try {
      isSent = send(letter.message);
    } finally {
      if (!isSent) this.#putBack(letter, number);
    }
    return isSent;
  }

  /** Forgets every dead letter, and those to come; receivers get the ones that wait for them, and no more. */
  close(): void {
    const subscribers = this.#subscribers ?? [];
    this.#subscribers = undefined;
    for (const subscriber of subscribers) subscriber.drop();
    this.#capacity = 0;
    this.#forgetExcess();
  }

  #putBack(letter: DeadLetter, number: number): void {
    this.#letters.set(letter, number);
    this.#letters = new Map([...this.#letters].sort(([, a], [, b]) => a - b));
    this.#forgetExcess();
  }

  #forgetExcess(): void {
    while (this.#letters.size > this.#capacity) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#letters.keys();
    if (oldest === undefined) return;
    this.#letters.delete(oldest);
    if (!this.#inHand.has(oldest)) this.#release(oldest.message);
  }

  /** Warns at every doubling of the total, so that a flood is seen but does not flood the log. */
  #report({ reason, to, type }: DeadLetter, handlers: readonly string[]): void {
    const total = ++this.#reported;
    if ((total & (total - 1)) !== 0) return;
    const why = reason === "unknownMessage" ? `${WHY[reason]}${listed(handlers)}` : WHY[reason];
    const text = `dead letter: "${type}" to actor "${to}" is not handled, because ${why}`;
    report(this.#log, "warn", { reason, to, type, total }, text);
  }
}

/** Each reason in words. */
const WHY: Readonly<Record<DeadLetterReason, string>> = {
  full: "its mailbox is full, and tell() does not wait: send() waits for room, and trySend() tells if there is none",
  overflow: "its mailbox was full, and the overflow policy gave this message up",
  draining: "it came while the actor ended: its last address was dropped, or it was drained",
  stopped: "the actor has stopped",
  killed: "the actor was killed while it handled it",
  quarantined: "its handler panicked, and the poison policy keeps such messages",
  unknownMessage: "the actor has no handler of that name",
  startFailed: "the actor could not start",
  intensityExceeded: "its supervisor gave up on restarts",
  transferLost: "the objects that it transfers went to a thread that was lost, or that gave the message back",
  undeliverable: "its subscriber cannot take it",
};
