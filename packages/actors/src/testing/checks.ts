/** The guarantees of each message, checked while a simulation runs: one at a time, in order, each ask answered. */

/** The most violations that are kept: one more tells nothing new. */
const MOST_VIOLATIONS = 10;

/** The mailbox of an actor, which knows about its own messages. */
interface CheckedMailbox {
  readonly path: string;
  begins(item: unknown, attempt: number): void;
}

export class Checks {
  /** The broken guarantees that were found. */
  readonly violations: string[] = [];
  /** The incarnations whose handler is at work. */
  readonly #active = new Set<unknown>();

  /** Notes that `incarnation` starts `item`, a message of this type or an ask of it. */
  begin(mailbox: CheckedMailbox, incarnation: unknown, item: unknown, type: string, attempt: number): void {
    if (this.#active.has(incarnation)) this.violated(`"${mailbox.path}" handles two messages at a time: "${type}"`);
    this.#active.add(incarnation);
    mailbox.begins(item, attempt);
  }

  end(incarnation: unknown): void {
    this.#active.delete(incarnation);
  }

  violated(what: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push(what);
  }
}
