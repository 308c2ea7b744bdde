/** Checks what the handlers and the askers of a contender saw. */
import { WrongResultError } from "../runner/suite.ts";

export interface Check {
  readonly see: (value: number) => void;
  complete(): void;
}

/** Every number from 0 to `total` - 1, in order. */
export function inOrder(what: string, total: number): Check {
  let next = 0;
  return {
    see: (value) => {
      if (value !== next) throw wrong(`${what} ${String(value)} instead of ${next}`);
      next++;
    },
    complete: () => {
      if (next !== total) throw wrong(`${what} ${next} of ${total}`);
    },
  };
}

/** Every number from `first` to `first` + `total` - 1, `times` times, in any order: their count and their sum. */
export function inAnyOrder(what: string, first: number, total: number, times = 1): Check {
  let count = 0;
  /** In an array of doubles, where a sum beyond small integers is not allocated anew at each addition. */
  const sum = new Float64Array(1);
  return {
    see: (value) => {
      count++;
      sum[0]! += value;
    },
    complete: () => {
      if (count !== total * times) throw wrong(`${what} ${count} of ${total * times}`);
      const expected = times * (total * first + (total * (total - 1)) / 2);
      if (sum[0] !== expected) throw wrong(`${what} a sum of ${sum[0]} instead of ${expected}`);
    },
  };
}

/** The same number, `total` times. */
export function always(what: string, expected: number, total: number): Check {
  let count = 0;
  return {
    see: (value) => {
      if (value !== expected) throw wrong(`${what} ${String(value)} instead of ${expected}`);
      count++;
    },
    complete: () => {
      if (count !== total) throw wrong(`${what} ${count} of ${total}`);
    },
  };
}

/** Nothing at all. */
export function nothing(what: string): Check {
  return {
    see: (value) => {
      throw wrong(`${what} ${String(value)}, which nobody sent`);
    },
    complete: () => undefined,
  };
}

function wrong(text: string): WrongResultError {
  return new WrongResultError(text);
}
