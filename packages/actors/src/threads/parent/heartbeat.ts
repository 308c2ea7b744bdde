/**
 * Watches the heartbeat of a thread: a word in shared memory that grows while the thread turns its event loop. One that stands
 * still for too many looks belongs to a thread that hangs, unless it is in a `blocking()` section.
 *
 * Looks are counted, not time, so that a parent that was stopped itself blames nobody; and they go by the platform's clock.
 */
import { url as inspectorUrl } from "node:inspector";
import { platformClock, UnrefTimer } from "@pneumatic/core/internal";
import { BEAT, BLOCKING } from "../wire/shared-words.ts";

const BEATS_PER_LIMIT = 10;
/** How many times the limit a thread may take until it beats for the first time. */
const START_LIMITS = 6;

/** How often a thread beats that has to do so within `limitMs`, in milliseconds. */
export function beatMsFor(limitMs: number): number {
  return limitMs / BEATS_PER_LIMIT;
}

export class Heartbeat {
  readonly #words: Int32Array;
  readonly #beatMs: number;
  readonly #onHung: () => void;
  #seen = 0;
  #missed = 0;
  #timer: UnrefTimer | undefined = undefined;

  /** Calls `onHung` once, when `limitMs` milliseconds have passed without a beat. */
  constructor(words: Int32Array, limitMs: number, onHung: () => void) {
    this.#words = words;
    this.#beatMs = beatMsFor(limitMs);
    this.#onHung = onHung;
    this.#next();
  }

  stop(): void {
    this.#timer?.stop();
  }

  #next(): void {
    this.#timer = new UnrefTimer(this.#beatMs, () => this.#look(), platformClock);
  }

  #look(): void {
    const beat = Atomics.load(this.#words, BEAT);
    const isExcused = Atomics.load(this.#words, BLOCKING) > 0 || inspectorUrl() !== undefined;
    this.#missed = beat !== this.#seen || isExcused ? 0 : this.#missed + 1;
    this.#seen = beat;
    const limit = beat === 0 ? BEATS_PER_LIMIT * START_LIMITS : BEATS_PER_LIMIT;
    if (this.#missed < limit) this.#next();
    else this.#onHung();
  }
}
