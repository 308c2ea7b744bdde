/**
 * A source that the clock fills. It computes what is due only when somebody looks, and a timer runs only while a receive waits.
 */
import type { Clock } from "../clock.ts";
import { currentClock, Timer } from "./clock.ts";
import type { Source, State, WaitingReceive } from "./source.ts";
import { CLOSED, DRAINING, NOTHING, OPEN } from "./source.ts";
import { WaitList } from "./wait-list.ts";

/** The shortest interval in milliseconds. With a shorter one a value is always due. */
const SHORTEST = 1e-6;

export class TimerSource implements Source<number> {
  state: State = OPEN;
  readonly cooperative = true;
  readonly #clock: Clock = currentClock();
  /** Undefined for a source of one value. */
  #interval: number | undefined;
  /** The time at which the next value is due; Infinity after the last one. */
  #due: number;
  readonly #waiting = new WaitList<WaitingReceive<number>>();
  #timer: Timer | undefined = undefined;

  constructor(ms: number, interval: number | undefined) {
    this.#due = this.#clock.now() + ms;
    this.#interval = interval;
  }

  get length(): number {
    return this.#waiting.head === undefined && this.#clock.now() >= this.#due ? 1 : 0;
  }

  get ready(): number {
    return this.length;
  }

  /** Takes the value that is due, unless a receive waits: then it belongs to that one, though the timer may fire later. */
  take(): number | typeof NOTHING {
    return this.#waiting.head === undefined ? this.#takeDue() : NOTHING;
  }

  wait(receive: WaitingReceive<number>): void {
    this.#waiting.push(receive);
    this.#arm();
  }

  unwait(receive: WaitingReceive<number>): void {
    this.#waiting.remove(receive);
    if (this.#waiting.head === undefined) this.#disarm();
  }

  /** Lets no new value come. One that is due can still be taken. */
  close(): void {
    this.#interval = undefined;
    this.state = DRAINING;
    if (this.#clock.now() < this.#due) this.removeReceiver();
    else if (this.#waiting.head !== undefined) {
      this.#disarm();
      this.#fired();
    }
  }

  addReceiver(): void {}

  removeReceiver(): void {
    this.state = CLOSED;
    this.#due = Number.POSITIVE_INFINITY;
    this.#disarm();
    this.#waiting.clear((receive) => receive.disconnected());
  }

  #takeDue(): number | typeof NOTHING {
    const now = this.#clock.now();
    if (now < this.#due) return NOTHING;
    const due = this.#due;
    this.#due = this.#after(due, now);
    if (this.state === DRAINING) this.state = CLOSED;
    return due;
  }

  /** Returns the next time of the schedule after `due` that is still to come. */
  #after(due: number, now: number): number {
    const interval = this.#interval;
    if (interval === undefined) return Number.POSITIVE_INFINITY;
    if (interval < SHORTEST) return now;
    return due + interval * (Math.floor((now - due) / interval) + 1);
  }

  #arm(): void {
    this.#timer ??= new Timer(this.#due - this.#clock.now(), () => this.#fired(), this.#clock);
  }

  #disarm(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  #fired(): void {
    this.#timer = undefined;
    const due = this.#takeDue();
    if (due !== NOTHING) this.#waiting.shift()?.received(due);
    if (this.state === CLOSED) this.removeReceiver();
    else if (this.#waiting.head !== undefined) this.#arm();
  }
}
