/**
 * The cooperative budget. An operation that is ready at once continues in a microtask, so a loop of such operations would
 * never let a timer or a socket have its turn. Once the operations of one turn of the event loop have taken YIELD_AFTER_MS, they
 * yield: their results come in the next turn. (After tokio's `task/coop`, by time instead of by count.)
 *
 *     operations ─► every batch: first of this turn? ─yes─► a slice begins; the next turn ends it, and the yield
 *                                  │no
 *                             YIELD_AFTER_MS over? ─yes─► yield, until the slice ends
 *
 * An operation that yields has taken or sent its value already: only its result comes late. A send into an unbounded channel,
 * or an attempt that fails, cannot yield. So a loop that awaits nothing else would make others yield for ever, and may fill the
 * memory meanwhile. The budget counts the microtasks: after MOST_MICROTASKS of them the yield ends early, and is tried again
 * later.
 */
import { currentClock, nextTurn } from "./clock.ts";

const YIELD_AFTER_MS = 2;
/** Operations for each look at the clock, which costs half as much as an operation. */
const LARGEST_BATCH = 32;
/** The number of operations that ends a slice while the clock stands still, as a virtual one does. */
const LONGEST_SLICE = 1 << 16;
const MOST_MICROTASKS = 1000;
const YIELD_PAUSE_MS = 30;

let left = LARGEST_BATCH;
let batch = LARGEST_BATCH;
let chargedInSlice = 0;
let isSlice = false;
let sliceEnd = 0;
let lastRead = 0;
let yielding: Promise<void> | undefined;
let resolveYield: (() => void) | undefined;
let microtasks = 0;
let isCounting = false;

/** Charges one operation, and returns whether it must yield: then its result goes through {@link afterYield}. */
export function charge(cooperative: boolean): boolean {
  return --left < 0 && chargeBatch(cooperative);
}

/** Notes an operation that cannot yield, since it awaits nothing. */
export function noteUnyielding(): void {
  if (yielding !== undefined) countMicrotasks();
}

/** Resolves to `result` in the next turn of the event loop. */
export function afterYield<R>(result: R): Promise<R> {
  return (yielding as Promise<void>).then(() => result);
}

function chargeBatch(cooperative: boolean): boolean {
  const isCooperative = cooperative && currentClock().cooperative !== false;
  if (yielding !== undefined) {
    countMicrotasks();
    return isCooperative;
  }
  const now = currentClock().now();
  if (!isSlice) beginSlice(now);
  // If a batch takes long, because there is work between the operations, the clock is read more often.
  batch = now - lastRead > YIELD_AFTER_MS / 8 ? 1 : Math.min(batch * 2, LARGEST_BATCH);
  lastRead = now;
  chargedInSlice += batch;
  left = batch;
  if (!isCooperative || (now < sliceEnd && chargedInSlice < LONGEST_SLICE)) return false;
  yielding = new Promise((resolve) => {
    resolveYield = resolve;
  });
  left = microtasks = 0;
  return true;
}

function beginSlice(now: number): void {
  isSlice = true;
  sliceEnd = now + YIELD_AFTER_MS;
  lastRead = now;
  chargedInSlice = 0;
  nextTurn(endSlice);
}

function endSlice(): void {
  isSlice = false;
  endYield();
}

function endYield(): void {
  left = batch;
  yielding = undefined;
  resolveYield?.();
  resolveYield = undefined;
}

/** Counts the microtasks in which operations were charged during this yield. */
function countMicrotasks(): void {
  if (isCounting) return;
  isCounting = true;
  queueMicrotask(() => {
    isCounting = false;
    if (yielding === undefined || ++microtasks < MOST_MICROTASKS) return;
    sliceEnd = currentClock().now() + YIELD_PAUSE_MS;
    chargedInSlice = 0;
    endYield();
  });
}
