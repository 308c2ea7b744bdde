/** Receivers that time fills: a program waits for a moment as it waits for a value, and for both in one `select`. */
import { checkArgument, milliseconds } from "./internal/options.ts";
import { ChannelReceiver } from "./internal/receiver.ts";
import type { Source } from "./internal/source.ts";
import { TimerSource } from "./internal/timer-source.ts";
import type { Receiver } from "./receiver.ts";

/**
 * Returns a receiver of one value, which comes `ms` milliseconds (0 to Infinity) after the call; then it is empty for ever.
 *
 * The value is the time at which it was due, in milliseconds of the platform's monotonic clock. There is a timer only while
 * something waits on the receiver, so a receiver that nobody uses any more costs nothing and keeps no process alive. (After
 * crossbeam's `after`.)
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
 * Returns a receiver of a value every `ms` milliseconds. Each value is the time at which it was due.
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
 * Returns a receiver that never receives and never disconnects: the arm of a `select` that is switched off. (After
 * crossbeam's `never`.)
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
  return new ChannelReceiver(source as Source<T>, false); // it never has a value, so it has any type
}

function duration(what: string, ms: number): number {
  checkArgument(`The duration of ${what}`, ms, milliseconds);
  return ms;
}
