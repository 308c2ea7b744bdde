/**
 * The waking of threads. Each thread has one word in shared memory that says whether it looks at its rings by itself. Another
 * thread that publishes something for it must wake it if it does not.
 *
 *     AWAKE ──► nothing came for `polls` turns of the event loop (PARK, then RECHECK all rings) ──► PARKED
 *       ▲                                                                                           │
 *       └──────────── WAKE: the first writer that changes the word sends a ping, or notifies ◄──────┘
 *
 * Invariants
 * 1. A thread sets its word to PARKED or BLOCKED before it looks at the rings for the last time, and a writer looks at the word
 *    after it has published: so one of the two sees the other (test/threads/model/ring.pml).
 * 2. Only the thread itself parks; another thread wakes it once for each time that it was parked.
 */
import { nextTurn } from "../../internal/clock.ts";

/** Looks at its rings by itself. */
export const AWAKE = 0;
/** Waits in its event loop: a message through a port wakes it. */
export const PARKED = 1;
/** Sleeps in `recvSync`: `Atomics.notify` wakes it. */
export const BLOCKED = 2;

/** The longest sleep before a thread looks whether another one has died, which wakes nobody. */
const LONGEST_SLEEP_MS = 50;

/**
 * The number of turns of the event loop in which a thread looks at rings that stay empty, after the first. That saves a wake-up
 * if the next message comes soon, and is in vain if the other thread waits for an answer. So a look in vain halves the number. A
 * look that finds something brings it back, and so does every eighth time, to try.
 */
const MOST_POLLS = 2;
const PARKS_PER_TRY = 8;

/** A link, at which a thread looks while it is awake. */
export interface Pumped {
  /** Takes in the records that have come, up to a bound. Returns whether there were any. */
  drain(): boolean;
  /** True if `drain` would find something. */
  readonly hasNews: boolean;
  /** Takes in the posts of the port, which may bring a new ring. */
  pull(): void;
  /** Looks whether the other thread has ended. */
  lookForEnd(): void;
  /** Publishes the written records. */
  publish(): void;
}

const memory = new SharedArrayBuffer(4);
const word = new Int32Array(memory);
word[0] = PARKED;
const pumped = new Set<Pumped>();
let isScheduled = false;
let idleTurns = 0;
let polls = MOST_POLLS;
let parks = 0;

/** Returns the memory of the word of this thread, for the threads that may have to wake it. */
export function wakeMemory(): SharedArrayBuffer {
  return memory;
}

export function startPumping(link: Pumped): void {
  pumped.add(link);
}

export function stopPumping(link: Pumped): void {
  pumped.delete(link);
}

/** Looks at all links once, since this thread was woken or has another reason. Later rounds come by themselves. */
export function pump(): void {
  goOn(drainAll());
}

function goOn(hasFound: boolean): void {
  idleTurns = hasFound ? 0 : idleTurns + 1;
  if (idleTurns <= polls) schedule();
  else park();
}

/** PARK, RECHECK: stops looking, unless something came in between. */
function park(): void {
  polls = ++parks % PARKS_PER_TRY === 0 ? MOST_POLLS : polls >> 1;
  Atomics.store(word, 0, PARKED);
  if (!hasNews()) return;
  schedule();
}

/** Lets this thread look by itself from the next turn on. */
export function schedule(): void {
  Atomics.store(word, 0, AWAKE);
  if (isScheduled) return;
  isScheduled = true;
  nextTurn(turn);
}

function turn(): void {
  isScheduled = false;
  const hasFound = drainAll();
  if (hasFound) polls = MOST_POLLS;
  goOn(hasFound);
}

/** Takes in the records that have come over all links. Returns whether there were any. */
export function drainAll(): boolean {
  let isBusy = false;
  for (const link of pumped) if (link.drain()) isBusy = true;
  return isBusy;
}

function hasNews(): boolean {
  for (const link of pumped) if (link.hasNews) return true;
  return false;
}

/**
 * Blocks this thread until something may have come, or for at most `ms` milliseconds. No microtask runs meanwhile, so it
 * publishes the written records before.
 */
export function block(ms: number): void {
  for (const link of pumped) link.publish();
  Atomics.store(word, 0, BLOCKED);
  for (const link of pumped) link.pull();
  const hasSlept = !hasNews() && Atomics.wait(word, 0, BLOCKED, Math.min(ms, LONGEST_SLEEP_MS)) === "timed-out";
  if (hasSlept) for (const link of pumped) link.lookForEnd();
  idleTurns = 0;
  schedule();
}

/** WAKE, by another thread: returns whether the thread of `word` waits in its event loop, so that it needs a ping. */
export function mustPing(word: Int32Array): boolean {
  if (Atomics.load(word, 0) === AWAKE) return false;
  const was = Atomics.exchange(word, 0, AWAKE);
  if (was === BLOCKED) Atomics.notify(word, 0);
  return was === PARKED;
}
