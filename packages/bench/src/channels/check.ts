/** Checks what a contender received: each number of each sender once, and in order unless several tasks receive. */
import { WrongResultError } from "../runner/suite.ts";

export interface Check {
  readonly receive: (value: number) => void;
  /** Throws unless everything has come. */
  complete(): void;
}

/** `senders` must be a power of two, so that checking costs next to nothing beside what it checks. */
export function inOrder(senders: number, each: number): Check {
  const mask = senders - 1;
  const shift = Math.log2(senders);
  if (!Number.isInteger(shift)) throw new RangeError(`The number of senders must be a power of two, not ${senders}`);
  const next = new Int32Array(senders);
  let count = 0;
  let sum = 0;
  return {
    receive: (value) => {
      const sender = value & mask;
      const expected = (next[sender]! << shift) | sender;
      if (value !== expected) {
        throw new WrongResultError(`received ${String(value)} instead of ${expected}, as number ${count + 1}`);
      }
      next[sender]!++;
      count++;
      sum += value;
    },
    complete: () => complete(senders * each, count, sum),
  };
}

export function inAnyOrder(senders: number, each: number): Check {
  const total = senders * each;
  const seen = new Uint8Array(total);
  let count = 0;
  let sum = 0;
  return {
    receive: (value) => {
      if (seen[value] !== 0) throw new WrongResultError(`received ${String(value)} twice, or it was never sent`);
      seen[value] = 1;
      count++;
      sum += value;
    },
    complete: () => complete(total, count, sum),
  };
}

function complete(total: number, count: number, sum: number): void {
  if (count !== total) throw new WrongResultError(`received ${count} of ${total}`);
  const expected = (total * (total - 1)) / 2;
  if (sum !== expected) throw new WrongResultError(`received a sum of ${sum} instead of ${expected}`);
}
