/** A timer that becomes due between the look at the clock and the setting of it is set for no time, not for a negative one. */
import { after, channel, select, tick } from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/testing";
import { useClock } from "@pneumatic/core/testing";
import { expect, test } from "vitest";

/** A clock that moves whenever it is read, as if the thread had been preempted. */
function hurried(): Clock & { readonly delays: number[] } {
  let now = 0;
  const delays: number[] = [];
  return {
    delays,
    now: () => {
      now += 7;
      return now;
    },
    setTimeout: (run, ms) => {
      delays.push(ms);
      return setImmediate(run);
    },
    clearTimeout: (timer) => clearImmediate(timer as NodeJS.Immediate),
  };
}

test.each([0, 1, 8, 15, 22])("timers of %i ms are never set for less than no time", async (ms) => {
  const clock = hurried();
  using _ = useClock(clock);
  const [sender, receiver] = channel<number>();
  await select({ after: after(ms), receiver });
  await select({ tick: tick(ms + 1), receiver });
  await after(ms).recv();
  await receiver.recv({ timeout: ms });
  sender.drop();
  expect(clock.delays.filter((delay) => delay < 0)).toEqual([]);
});
