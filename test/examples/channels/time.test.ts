/** The programs that look at the clock, with one that moves when it is told: polling, timeouts, a throttle, frames. */
import { channel } from "@pneumatic/core";
import { describe, expect, it } from "vitest";
import { pollWhileWorking } from "../../../examples/channels/src/polling.ts";
import { beat, watchHeartbeats } from "../../../examples/channels/src/receive-timeout.ts";
import { throttle } from "../../../examples/channels/src/throttle.ts";
import { press, runInterface } from "../../../examples/channels/src/ui-loop.ts";
import { flush } from "../../support/pending.ts";
import type { VirtualClock } from "../../support/virtual-clock.ts";
import { installClock } from "../../support/virtual-clock.ts";

/** Lets time go from timer to timer until none is set. */
async function runTimers(clock: VirtualClock): Promise<void> {
  await flush();
  for (let steps = 0; clock.pending > 0; steps++) {
    if (steps === 1000) throw new Error("There is no end of timers");
    clock.advance(clock.nextDeadline - clock.now());
    await flush();
  }
}

describe("pollWhileWorking", () => {
  it("takes what is there before each step, and ends when nothing can come", async () => {
    const [tx, rx] = channel<string>();
    let step = 0;
    const polled = await pollWhileWorking(rx, async () => {
      step++;
      if (step === 2) for (const message of ["a", "b"]) tx.send(message);
      if (step === 4) tx.send("c");
      if (step === 4) tx.drop();
    });
    expect(polled).toEqual({ messages: ["a", "b", "c"], steps: 4 });
  });

  it("drops its inbox when its work throws", async () => {
    const [tx, rx] = channel<string>();
    await expect(pollWhileWorking(rx, () => Promise.reject(new Error("work failed")))).rejects.toThrow("work failed");
    expect(tx.isDisconnected).toBe(true);
    tx.drop();
  });
});

describe("watchHeartbeats", () => {
  it("reports each limit that passes without a heartbeat, and misses no heartbeat after it", async () => {
    using clock = installClock();
    const [tx, rx] = channel<number>();
    const lines: string[] = [];
    const late = watchHeartbeats(rx, 60, (line) => lines.push(`${clock.now()}: ${line}`));
    beat(tx, [10, 10, 150, 59]);
    await runTimers(clock);
    expect(await late).toBe(2);
    expect(lines).toEqual([
      "10: heartbeat 1",
      "20: heartbeat 2",
      "80: nothing for 60 ms (1)",
      "140: nothing for 60 ms (2)",
      "170: heartbeat 3",
      "229: heartbeat 4",
      "229: gone",
    ]);
  });

  it("says gone at once, without a timer left, when the sender is dropped", async () => {
    using clock = installClock();
    const [tx, rx] = channel<number>();
    const late = watchHeartbeats(rx, 60, () => {});
    await flush();
    tx.drop();
    expect(await late).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe("throttle", () => {
  it("handles one request per interval, however many are there", async () => {
    using clock = installClock();
    const [tx, rx] = channel<string>();
    const handled: string[] = [];
    const count = throttle(rx, 100, (request) => handled.push(`${clock.now()}: ${request}`));
    for (const request of ["a", "b", "c"]) tx.send(request);
    tx.drop();
    await runTimers(clock);
    expect(await count).toBe(3);
    expect(handled).toEqual(["100: a", "200: b", "300: c"]);
  });

  it("lets one request at once, and no burst, follow a pause", async () => {
    using clock = installClock();
    const [tx, rx] = channel<string>();
    const handled: string[] = [];
    const count = throttle(rx, 100, (request) => handled.push(`${clock.now()}: ${request}`));
    clock.advance(1050);
    for (const request of ["a", "b", "c"]) tx.send(request);
    tx.drop();
    await runTimers(clock);
    await count;
    expect(handled).toEqual(["1050: a", "1100: b", "1200: c"]);
  });
});

describe("runInterface", () => {
  it("draws once per frame with all that came since the last one, and once more after the end", async () => {
    using clock = installClock();
    const [keys, rx] = channel<string>();
    const drawn: string[] = [];
    const frames = runInterface(rx, 16, (frame, pressed) => drawn.push(`${frame}@${clock.now()}: ${pressed.join("")}`));
    press(keys, [
      [0, "h"],
      [20, "e"],
      [0, "l"],
      [5, "l"],
      [20, "o"],
    ]);
    await runTimers(clock);
    expect(await frames).toBe(3);
    expect(drawn).toEqual(["1@16: h", "2@32: ell", "3@48: o"]);
    expect(clock.pending).toBe(0);
  });

  it("keeps what is sent while it draws for the next frame", async () => {
    using clock = installClock();
    const [keys, rx] = channel<string>();
    const drawn: string[][] = [];
    const frames = runInterface(rx, 16, (frame, pressed) => {
      drawn.push([...pressed]);
      if (frame === 1) keys.send("echo");
      if (frame === 1) keys.drop();
    });
    await runTimers(clock);
    expect(await frames).toBe(2);
    expect(drawn).toEqual([[], ["echo"]]);
  });
});
