/**
 * Where messages go that no handler will see, each with its reason. The store keeps the newest for inspection; letting
 * go of one drops the addresses in it, which nobody else will.
 */
import type { Logger } from "pino";
import { report } from "../report.ts";
import type { DeadLetterReason } from "./ledger.ts";

/** A message that was not handled. */
export interface DeadLetter {
  readonly message: unknown;
  readonly reason: DeadLetterReason;
  /** The path of the actor that it was sent to. */
  readonly to: string;
  /** What its handler threw, when it is quarantined. */
  readonly error?: unknown;
}

export class DeadLetterStore {
  readonly #capacity: number;
  readonly #release: (message: unknown) => void;
  readonly #log: Logger;
  /** In the order they came. */
  readonly #letters = new Set<DeadLetter>();
  #total = 0;

  constructor(capacity: number, release: (message: unknown) => void, log: Logger) {
    this.#capacity = capacity;
    this.#release = release;
    this.#log = log;
  }

  add(letter: DeadLetter): void {
    this.#total++;
    this.#letters.add(letter);
    if (this.#letters.size > this.#capacity) this.#forgetOldest();
    this.#report(letter);
  }

  /** The letters that are kept, oldest first. */
  list(): DeadLetter[] {
    return [...this.#letters];
  }

  clear(): void {
    while (this.#letters.size > 0) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#letters as Iterable<DeadLetter>;
    if (oldest === undefined) return;
    this.#letters.delete(oldest);
    const wasHandled = oldest.reason === "killed" || oldest.reason === "quarantined";
    if (!wasHandled) this.#release(oldest.message); // else its handler had it, and may have sent it on
  }

  /** Every doubling of the total is a warning, so that a flood is seen but does not flood the log. */
  #report({ reason, to, message }: DeadLetter): void {
    if ((this.#total & (this.#total - 1)) !== 0) return;
    report(this.#log, "warn", { reason, to, type: typeOf(message), total: this.#total }, "dead letter");
  }
}

/** The `type` of anything that claims to be a message. */
export function typeOf(message: unknown): string {
  return String((message as { readonly type?: unknown } | undefined)?.type);
}
