/**
 * Watches the heartbeat of a thread: a word in shared memory that grows while the thread turns its event loop. The parent
 * looks ten times in each limit. The thread hangs when it has not beaten for a limit of time that it could have used.
 *
 *     since the look before                         this look counts
 *     a beat, a `blocking()` section, an inspector  not at all, and those before it no longer
 *     no beat                                       as one, however late the parent itself looks
 *     no beat, and no processor for a part of it    as the rest of one
 *
 * So neither a parent that was stopped nor a busy machine makes a thread look hung: there a hang is found later. A thread
 * that starts, or loads a module, has a limit of its own. Looks go by the platform's clock, also in a test with another one.
 */
import { url as inspectorUrl } from "node:inspector";
import type { Clock } from "@pneumatic/core/internal";
import { platformClock, UnrefTimer } from "@pneumatic/core/internal";
import { BEAT, BLOCKING, LOADING, OS_THREAD } from "../wire/shared-words.ts";
import { ProcessorWait } from "./processor-wait.ts";

const LOOKS_PER_LIMIT = 10;
/** The limit of a thread that starts, or loads a module, unless the other one is longer. */
const START_MS = 30_000;

/** Returns how often a thread beats that has to do so within `limitMs`, in milliseconds. */
export function beatMsFor(limitMs: number): number {
  return limitMs / LOOKS_PER_LIMIT;
}

/** The findings of one look of the parent. */
export interface Look {
  /** The word that grows. */
  readonly beat: number;
  /** True if the thread may stand still: it blocks on purpose, or a debugger is attached. */
  readonly isExempt: boolean;
  /** The time since the look before, and for how much of it the thread waited for a processor. */
  readonly elapsedMs: number;
  readonly waitedMs: number;
}

/** The state of a thread after a look. */
export interface Pulse {
  readonly beat: number;
  /** The number of looks for which it has been silent; of those that count in part, the sum. */
  readonly silence: number;
}

/** Returns what is known after `look`. */
export function pulseAfter({ beat, silence }: Pulse, look: Look): Pulse {
  if (look.isExempt || look.beat !== beat) return { beat: look.beat, silence: 0 };
  // A wait is counted when it ends: the part before this look makes up for what an earlier look has counted too much.
  const used = look.elapsedMs > 0 ? 1 - look.waitedMs / look.elapsedMs : 0;
  return { beat, silence: Math.max(0, silence + used) };
}

/** Returns how many limits a thread has let pass, of `limitMs` each. Half a look is nothing. */
export function limitsPassed({ silence }: Pulse, limitMs: number, beatMs: number): number {
  return Math.floor(((silence + 0.5) * beatMs) / limitMs);
}

/** The options of a heartbeat. */
export interface HeartbeatOptions {
  readonly words: Int32Array;
  readonly limitMs: number;
  /** Called when a limit has passed without a beat: the first, the second and so on. `silentMs` is what they add up to. */
  readonly silent: (limits: number, silentMs: number) => void;
  readonly clock?: Clock;
  /** Begins to measure for how long a thread waits, by its number in the operating system. */
  readonly measure?: (thread: number) => Pick<ProcessorWait, "take">;
}

export class Heartbeat {
  readonly #options: Required<HeartbeatOptions>;
  #timer: UnrefTimer;
  #lookedAt: number;
  #pulse: Pulse = { beat: 0, silence: 0 };
  /** The limits that were reported since the last beat. */
  #told = 0;
  /** Undefined unless the thread is silent. */
  #wait: Pick<ProcessorWait, "take"> | undefined = undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = { clock: platformClock, measure: (thread) => new ProcessorWait(thread), ...options };
    this.#lookedAt = this.#options.clock.now();
    this.#timer = this.#next();
  }

  stop(): void {
    this.#timer.stop();
  }

  /** True if the last look found no beat since the one before. */
  get isSilent(): boolean {
    return this.#pulse.silence > 0;
  }

  #next(): UnrefTimer {
    const { limitMs, clock } = this.#options;
    return new UnrefTimer(beatMsFor(limitMs), () => this.#look(), clock);
  }

  #look(): void {
    const { limitMs, silent } = this.#options;
    const look = this.#found();
    this.#pulse = pulseAfter(this.#pulse, look);
    const inForceMs = this.#isStarting ? Math.max(limitMs, START_MS) : limitMs;
    const passed = limitsPassed(this.#pulse, inForceMs, beatMsFor(limitMs));
    const isNew = passed > this.#told;
    this.#told = this.#pulse.silence === 0 ? 0 : Math.max(passed, this.#told);
    this.#timer = this.#next();
    if (isNew) silent(passed, passed * inForceMs);
  }

  get #isStarting(): boolean {
    return this.#pulse.beat === 0 || Atomics.load(this.#options.words, LOADING) > 0;
  }

  #found(): Look {
    const { words, clock, measure } = this.#options;
    const beat = Atomics.load(words, BEAT);
    const isExempt = Atomics.load(words, BLOCKING) > 0 || inspectorUrl() !== undefined;
    const now = clock.now();
    const elapsedMs = now - this.#lookedAt;
    this.#lookedAt = now;
    const isSilent = beat === this.#pulse.beat && !isExempt;
    const waitedMs = (isSilent && this.#wait?.take(elapsedMs)) || 0;
    this.#wait = isSilent ? (this.#wait ?? measure(Atomics.load(words, OS_THREAD))) : undefined;
    return { beat, isExempt, elapsedMs, waitedMs };
  }
}
