/** The words in shared memory of the two sides of a thread: of each incarnation on it, and of the thread itself. */

/**
 * The words of an incarnation: the number of the message that was started last, or `HALTED`, and of the one
 * acknowledged last. They are written by a thread that may be gone the next moment, so each is true whenever it is
 * read. A message is started by raising STARTED, which fails once the parent has put HALTED there. It is acknowledged
 * when its reply is on its way.
 */
export const STARTED = 0;
export const ACKNOWLEDGED = 1;
/** The number of reports that the parent must receive before it accounts for the messages acknowledged since then. */
export const REPORTS = 2;
/**
 * The bits of the asks whose callers have given up, by the low bits of their numbers. The parent clears one before it sends the
 * ask, and has fewer messages on their way than there are bits.
 */
const GIVEN_UP = 3;
const GIVEN_UP_WORDS = 32;
/** 1 once the actor was asked to stop; the parent writes it. */
export const STOPPING: number = GIVEN_UP + GIVEN_UP_WORDS;
export const INCARNATION_WORDS: number = STOPPING + 1;
export const HALTED = -1;
/** The bits of a number that the words have: an actor may handle more messages than they can count. */
export const LOW_BITS: number = 2 ** 31 - 1;
/** The number before the first: so near the end of what the words can count that not only old incarnations get there. */
export const FIRST_BEFORE: number = LOW_BITS - 500;

/**
 * The words of a thread. The thread writes them, and the parent reads them, also when the thread is gone or does not turn its
 * event loop any more.
 *
 *     BEAT       grows while the thread turns its event loop; 0 until it has started
 *     ON_STACK   the id of the incarnation whose work the thread is at, or 0
 *     BLOCKING   the number of `blocking()` sections that it is in
 *     LOADING    the number of modules that it loads
 *     HEAP_MB    the size of what is in its heap, at the last beat
 *     OS_THREAD  its number in the operating system; 0 if that is not known
 */
export const BEAT = 0;
export const ON_STACK = 1;
export const BLOCKING = 2;
export const LOADING = 3;
export const HEAP_MB = 4;
export const OS_THREAD = 5;
export const HOST_WORDS = 6;

function givenUpWord(seq: number): number {
  return GIVEN_UP + ((seq >> 5) & (GIVEN_UP_WORDS - 1));
}

/** Returns true if the caller of ask `seq` has given up. */
export function isGivenUp(words: Int32Array, seq: number): boolean {
  return (Atomics.load(words, givenUpWord(seq)) & (1 << (seq & 31))) !== 0;
}

/** Notes that the caller of ask `seq` has given up. */
export function giveUp(words: Int32Array, seq: number): void {
  Atomics.or(words, givenUpWord(seq), 1 << (seq & 31));
}

/** Notes that nobody has given up ask `seq`, which is about to be sent. */
export function clearGivenUp(words: Int32Array, seq: number): void {
  if (isGivenUp(words, seq)) Atomics.and(words, givenUpWord(seq), ~(1 << (seq & 31)));
}
