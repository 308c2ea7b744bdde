/** What the runtime guarantees of each message, checked while a simulation runs: one at a time, and in order. */
import type { SimulatedMailbox } from "./simulated-mailbox.ts";

export class Checks {
  /** What was found broken. */
  readonly violations: string[] = [];
  /** The incarnations that have a handler at work. */
  readonly #active = new Set<unknown>();

  begin(mailbox: SimulatedMailbox, incarnation: unknown, message: { readonly type: string }, attempt: number): void {
    const { path } = mailbox;
    if (this.#active.has(incarnation))
      this.violations.push(`"${path}" handles two messages at a time: "${message.type}"`);
    this.#active.add(incarnation);
    if (attempt === 1 && !mailbox.isNext(message)) {
      this.violations.push(`"${path}" handles "${message.type}" out of order`);
    }
  }

  end(incarnation: unknown): void {
    this.#active.delete(incarnation);
  }
}
