/**
 * The cooperative budget. An operation that is ready at once continues in a microtask, so a loop of such operations would
 * never let a timer or a socket have its turn. Once the operations of one turn of the event loop have taken SLICE_MS,
 * what they settle is put off to the next turn: it rests. (After tokio's `task/coop`, by time instead of by count.)
 *
 *     ops ─► every BATCH: first of this turn? ─yes─► a slice begins; the next turn ends it, and settles what rests
 *                              │no
 *                         SLICE_MS over? ─yes─► rest, until the slice ends
 *
 * An operation has taken or sent its value when it is put off: only the news of it is late. A send into an unbounded
 * channel, or an attempt that came to nothing, cannot be put off, so a loop that awaits nothing else would make others rest
 * for ever, and may fill the memory meanwhile. It is told by its microtasks: after STEPS of them the rest ends early, and
 * is tried again later.
 */
import { currentClock, nextTurn } from "./clock.ts";

const SLICE_MS = 2;
/** Reading the clock costs half as much as an operation, so it is read once for so many. */
const BATCH = 32;
/** Ends a slice where the clock stands still, as a virtual one does. */
const LONGEST_SLICE = 1 << 16;
const STEPS = 1000;
const RETRY_MS = 30;

let left = BATCH;
let batch = BATCH;
let spent = 0;
let isSlice = false;
let sliceEnd = 0;
let lastRead = 0;
let rest: Promise<void> | undefined;
let endRest: (() => void) | undefined;
let steps = 0;
let isStepping = false;
let isSuspended = false;

/**
 * Until it is disposed of, nothing is put off. For a simulation, which gives timers and I/O their turn by itself: when an
 * operation rests would depend on what was done before it began, and its virtual time has nothing to do with a slice.
 */
export function suspendBudget(): Disposable {
  isSuspended = true;
  return {
    [Symbol.dispose]: () => {
      isSuspended = false;
      left = batch;
    },
  };
}

/** Charges one operation. True when its result must be put off with {@link putOff}. */
export function overspent(cooperative: boolean): boolean {
  return --left < 0 && isOver(cooperative);
}

/** Tells of an operation that cannot be put off, since it awaits nothing. */
export function stepped(): void {
  if (rest !== undefined) watchSteps();
}

/** Resolves to `result` in the next turn of the event loop. */
export function putOff<R>(result: R): Promise<R> {
  return (rest as Promise<void>).then(() => result);
}

function isOver(cooperative: boolean): boolean {
  if (isSuspended) return false;
  if (rest !== undefined) {
    watchSteps();
    return cooperative;
  }
  const now = currentClock().now();
  if (!isSlice) beginSlice(now);
  // Where a batch took long, because there is work between the operations, the clock is read more often.
  batch = now - lastRead > SLICE_MS / 8 ? 1 : Math.min(batch * 2, BATCH);
  lastRead = now;
  spent += batch;
  left = batch;
  if (!cooperative || (now < sliceEnd && spent < LONGEST_SLICE)) return false;
  rest = new Promise((resolve) => {
    endRest = resolve;
  });
  left = steps = 0;
  return true;
}

function beginSlice(now: number): void {
  isSlice = true;
  sliceEnd = now + SLICE_MS;
  lastRead = now;
  spent = 0;
  nextTurn(endSlice);
}

function endSlice(): void {
  isSlice = false;
  endTheRest();
}

function endTheRest(): void {
  left = batch;
  rest = undefined;
  endRest?.();
  endRest = undefined;
}

/** Counts the microtasks in which operations were charged during this rest. */
function watchSteps(): void {
  if (isStepping) return;
  isStepping = true;
  queueMicrotask(() => {
    isStepping = false;
    if (rest === undefined || ++steps < STEPS) return;
    sliceEnd = currentClock().now() + RETRY_MS;
    spent = 0;
    endTheRest();
  });
}
