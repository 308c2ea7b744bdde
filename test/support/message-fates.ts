/** What has become of each message, as seen from outside. None has two fates, and in the end each has one. */
import type { DeadLetter, DeadLetterReason, Ledger } from "@pneumatic/actors";

const REASONS: Readonly<Record<DeadLetterReason, true>> = {
  full: true,
  overflow: true,
  draining: true,
  stopped: true,
  killed: true,
  quarantined: true,
  undeliverable: true,
  transferLost: true,
  unknownMessage: true,
  startFailed: true,
  intensityExceeded: true,
};

/** What becomes of a message once its handler has begun, unless that is killed. */
export type Ending = "handled" | "panicked";

/** `refused`: the sender was told so. `givenUp`: the caller of an ask that was not begun heard of its end. */
type Fate = Ending | "refused" | "givenUp" | DeadLetterReason;

export class Fates {
  readonly #fates = new Map<number, Fate>();
  readonly #begun = new Map<number, Ending>();
  /** Those that panicked and may have gone back into the queue, so that they can have another fate. */
  readonly #returned = new Set<number>();
  /** Of those, the ones whose caller has given up: in the queue they are `expired`, else they have panicked. */
  readonly #uncertain = new Set<number>();
  readonly #letters = new Set<DeadLetter>();
  /** The fates of messages that were sent once more since. */
  readonly #past: Fate[] = [];
  readonly #again = new Set<number>();
  #sent = 0;
  /** Asks that were accepted in the call. */
  readonly #accepted = new Set<number>();

  get begun(): number {
    return this.#begun.size;
  }

  /** A number for the next message. */
  sends(): number {
    return this.#sent++;
  }

  askAccepted(id: number): void {
    this.#accepted.add(id);
  }

  /** Its handler begins, and will end so unless it is killed. */
  begins(id: number, ending: Ending): void {
    const before = this.#begun.get(id) ?? this.#fates.get(id);
    if (before !== undefined) throw new Error(`Message ${id} is begun, but it was ${before}`);
    this.#begun.set(id, ending);
  }

  /** It panics, and will be begun again if its actor is. */
  returns(id: number): void {
    this.#returned.add(id);
  }

  refused(id: number): void {
    this.#is(id, "refused");
  }

  /** The caller of an ask heard of its end: a message that was begun, or is a dead letter, has its own fate. */
  askEnded(id: number): void {
    if (this.#fates.has(id) || this.#again.has(id)) return;
    if (!this.#begun.has(id)) this.#is(id, "givenUp");
    else if (this.#returned.has(id)) this.#uncertain.add(id);
  }

  /** Each letter is shown to `look` once. */
  see(letters: readonly DeadLetter[], look: (letter: DeadLetter) => void): void {
    for (const letter of letters) {
      if (this.#letters.has(letter)) continue;
      this.#letters.add(letter);
      look(letter);
      const { reason, message } = letter;
      const { id } = message as { readonly id: number };
      if (!Object.hasOwn(REASONS, reason)) throw new Error(`There is no reason ${reason}`);
      const isBegun = reason === "killed" || reason === "quarantined";
      if (isBegun !== this.#begun.has(id) && !this.#returned.has(id))
        throw new Error(`Message ${id} cannot be ${reason}`);
      if (reason !== "quarantined") this.#is(id, reason); // the ledger has it as panicked
    }
  }

  /** A letter was given to its actor once more, as a new message. */
  redelivered(letter: DeadLetter): void {
    const { id } = letter.message as { readonly id: number };
    this.#past.push(this.#fates.get(id) ?? (this.#begun.get(id) as Ending));
    this.#fates.delete(id);
    this.#begun.delete(id);
    this.#again.add(id);
  }

  #is(id: number, fate: Fate): void {
    const before = this.#fates.get(id);
    if (before !== undefined) throw new Error(`Message ${id} is ${fate}, but it was ${before}`);
    this.#fates.set(id, fate);
  }

  /** What the ledger must be when nothing happens any more; `expired` is known from below only. */
  compare(ledger: Ledger): void {
    let uncertain = 0;
    for (const [id, ending] of this.#begun) {
      if (this.#fates.has(id)) continue;
      this.#is(id, ending);
      if (ending === "panicked" && this.#uncertain.has(id)) uncertain++;
    }
    const lost = Array.from({ length: this.#sent }, (_, id) => id).filter((id) => !this.#fates.has(id));
    if (lost.length > 0) throw new Error(`Messages without a fate: ${lost}; ${JSON.stringify(ledger)}`);
    const counts = new Map<string, number>();
    for (const fate of [...this.#fates.values(), ...this.#past]) counts.set(fate, (counts.get(fate) ?? 0) + 1);
    const { handled = 0, panicked: atMost = 0, refused = 0, givenUp = 0, ...letters } = Object.fromEntries(counts);
    const panicked = Math.min(atMost, Math.max(atMost - uncertain, ledger.panicked));
    const expired = ledger.expired - (atMost - panicked);
    const accepted = this.#sent + this.#past.length - refused - givenUp + expired;
    const least = [...this.#accepted].filter((id) => this.#fates.get(id) === "givenUp").length;
    const seen = { accepted, handled, panicked, letters: sorted(letters) };
    const said = {
      accepted: ledger.accepted,
      handled: ledger.handled,
      panicked: ledger.panicked,
      letters: sorted(ledger.deadLettered),
    };
    if (JSON.stringify(seen) !== JSON.stringify(said) || expired < least || expired > givenUp) {
      const bounds = `from ${least} to ${givenUp} expired`;
      throw new Error(`The ledger is ${JSON.stringify(ledger)}, but seen were ${JSON.stringify(seen)} and ${bounds}`);
    }
  }
}

function sorted(counts: object): unknown {
  return Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1));
}
