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
export const INCARNATION_WORDS = 3;
export const HALTED = -1;
/** The bits of a number that the words have: an actor may handle more messages than they can count. */
export const LOW_BITS: number = 2 ** 31 - 1;
/** The number before the first: so near the end of what the words can count that not only old incarnations get there. */
export const FIRST_BEFORE: number = LOW_BITS - 500;

/**
 * The words of a thread: a count that grows while the thread turns its event loop, the id of the incarnation on its
 * stack, and the number of `blocking()` sections it is in.
 */
export const BEAT = 0;
export const ON_STACK = 1;
export const BLOCKING = 2;
export const HOST_WORDS = 3;
