/** Receivers that time fills: to wait for a moment in the same way as for a value, and beside it in a `select`. */
import { checkArgument, milliseconds } from "./internal/options.ts";
import { ChannelReceiver } from "./internal/receiver.ts";
import type { Source } from "./internal/source.ts";
import { TimerSource } from "./internal/timer-source.ts";
import type { Receiver } from "./receiver.ts";

/**
 * A receiver of one value, when `ms` milliseconds (0 to Infinity) have passed since the call; then it is empty for ever.
 *
 * The value is the time it was due, in milliseconds of the platform's monotonic clock. Only while something waits on the
 * receiver is there a timer, so one that nobody looks at any more costs nothing and holds no process. (After crossbeam's
 * `after`.)
 *
 * @example
 * ```ts
 * import { after, channel, select } from "@pneumatic/core";
 *
 * const [tx, rx] = channel<string>();
 * const first = await select({ message: rx, late: after(5) });
 * console.log(first.arm); // late
 * tx.drop();
 * ```
 */
export function after(ms: number): Receiver<number> {
  return new ChannelReceiver(new TimerSource(duration("after", ms), undefined), false);
}

/**
 * A receiver of a value every `ms` milliseconds, each the time it was due.
 *
 * At most one value waits: ticks that nobody took in time are dropped, and the next one is on schedule, so slow receivers
 * cause no drift and no burst. With 0 it is always ready. (After crossbeam's `tick`.)
 *
 * @example
 * ```ts
 * import { tick } from "@pneumatic/core";
 *
 * let ticks = 0;
 * for await (const _due of tick(1)) if (++ticks === 3) break;
 * console.log(ticks); // 3
 * ```
 */
export function tick(ms: number): Receiver<number> {
  const interval = duration("tick", ms);
  return new ChannelReceiver(new TimerSource(interval, interval), false);
}

/**
 * A receiver that never receives and never disconnects: the arm of a `select` that is switched off. (After crossbeam's
 * `never`.)
 *
 * @example
 * ```ts
 * import { after, never, select } from "@pneumatic/core";
 *
 * const deadline = process.env["DEADLINE"] === undefined ? never<number>() : after(Number(process.env["DEADLINE"]));
 * const { arm } = await select({ work: after(1), deadline });
 * console.log(arm); // work
 * ```
 */
export function never<T>(): Receiver<T> {
  const source: Source<unknown> = new TimerSource(Number.POSITIVE_INFINITY, undefined);
  return new ChannelReceiver(source as Source<T>, false); // which has no value of any type
}

function duration(what: string, ms: number): number {
  checkArgument(`The duration of ${what}`, ms, milliseconds);
  return ms;
}
