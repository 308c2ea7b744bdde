/**
 * Who is awake. Each thread has one word in shared memory that says whether it looks at its rings by itself; whoever
 * publishes something for a thread that does not must wake it.
 *
 *     AWAKE ──► nothing came for `polls` turns of the event loop (PARK, then RECHECK all rings) ──► PARKED
 *       ▲                                                                                           │
 *       └──────────── WAKE: the first writer that changes the word sends a ping, or notifies ◄──────┘
 *
 * Invariants
 * 1. The word is set to PARKED or BLOCKED before the rings are looked at for the last time, and a writer looks at the word
 *    after it has published: so one of the two sees the other (test/threads/model/ring.pml).
 * 2. Only the thread itself parks; whoever wakes it does so once for each time it was parked.
 */
import { nextTurn } from "../../internal/clock.ts";

export const AWAKE = 0;
/** In its event loop: a message through a port wakes it. */
export const PARKED = 1;
/** In `recvSync`: `Atomics.notify` wakes it. */
export const BLOCKED = 2;

/** How long a thread sleeps at most before it looks whether another one has died, which wakes nobody. */
const LONGEST_SLEEP_MS = 50;

/**
 * How many turns of the event loop a thread goes on looking at rings that stay empty, after the first. It saves a wake-up where
 * the next message comes soon, and is in vain where the other thread waits for an answer: so a look in vain halves it, one
 * that finds something brings it back, and so does every eighth time, to try.
 */
const MOST_POLLS = 2;
const PARKS_PER_TRY = 8;

/** What a thread looks at when it is awake. */
export interface Pumped {
  /** Takes in what has come, up to a bound. Whether there was something. */
  drain(): boolean;
  /** Whether `drain` would find something. */
  readonly hasNews: boolean;
  /** Takes in what came through the port, which may bring a new ring. */
  pull(): void;
  /** Looks whether the other thread has ended. */
  lookForEnd(): void;
  /** Makes visible what was written. */
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

/** The word of this thread, for those who may have to wake it. */
export function wakeMemory(): SharedArrayBuffer {
  return memory;
}

export function startPumping(link: Pumped): void {
  pumped.add(link);
}

export function stopPumping(link: Pumped): void {
  pumped.delete(link);
}

/** This thread was woken, or has reason to look: one round over everything, and the next rounds by themselves. */
export function pump(): void {
  goOn(drainAll());
}

function goOn(hasFound: boolean): void {
  idleTurns = hasFound ? 0 : idleTurns + 1;
  if (idleTurns <= polls) schedule();
  else park();
}

/** PARK, RECHECK: stops to look, unless something came in between. */
function park(): void {
  polls = ++parks % PARKS_PER_TRY === 0 ? MOST_POLLS : polls >> 1;
  Atomics.store(word, 0, PARKED);
  if (!hasNews()) return;
  schedule();
}

/** Looks by itself from the next turn on. */
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
 * Blocks this thread until something may have come, some time has passed, or `ms` have. No microtask runs meanwhile, so what was written is
 * published before.
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

/** WAKE: the other side. True when the thread of `word` sleeps in its event loop and must be sent a ping. */
export function mustPing(word: Int32Array): boolean {
  if (Atomics.load(word, 0) === AWAKE) return false;
  const was = Atomics.exchange(word, 0, AWAKE);
  if (was === BLOCKED) Atomics.notify(word, 0);
  return was === PARKED;
}
