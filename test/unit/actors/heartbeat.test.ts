/** A thread hangs when it has not beaten for a limit of time that it could have used: rows of the decision, and its clockwork. */
import { VirtualClock } from "@pneumatic/actors/testing";
import { describe, expect, it } from "vitest";
import type { Look, Pulse } from "../../../packages/actors/src/threads/parent/heartbeat.ts";
import { Heartbeat, limitsPassed, pulseAfter } from "../../../packages/actors/src/threads/parent/heartbeat.ts";
import { estimatedMs, ProcessorWait, waitedMs } from "../../../packages/actors/src/threads/parent/processor-wait.ts";
import {
  BEAT,
  BLOCKING,
  HOST_WORDS,
  LOADING,
  OS_THREAD,
} from "../../../packages/actors/src/threads/wire/shared-words.ts";

const LIMIT_MS = 1000;
const BEAT_MS = 100;
const silentLook: Look = { beat: 1, isExempt: false, elapsedMs: BEAT_MS, waitedMs: 0 };
const silentFor = (looks: number): Partial<Look>[] => Array.from({ length: looks }, () => ({}));

/** How many looks, these over and over, it takes until a limit has passed; undefined when that does not happen in 1,000. */
function looksUntilHung(looks: readonly Partial<Look>[]): number | undefined {
  let pulse: Pulse = { beat: 1, silence: 0 };
  for (let n = 0; n < 1000; n++) {
    pulse = pulseAfter(pulse, { ...silentLook, ...looks[n % looks.length] });
    if (limitsPassed(pulse, LIMIT_MS, BEAT_MS) > 0) return n + 1;
  }
  return undefined;
}

describe("a thread without a beat", () => {
  it.each<[string, number | undefined, Partial<Look>[]]>([
    ["hangs after the ten looks of a limit", 10, [{}]],
    ["hangs after ten when it had a processor for all of the time but some moments", 10, [{ waitedMs: 4 }]],
    ["hangs after ten when the parent looks late: what the parent has lost blames nobody", 10, [{ elapsedMs: 900 }]],
    ["hangs after four times as many when it had a processor for a quarter of the time", 38, [{ waitedMs: 75 }]],
    ["hangs after as many when the parent is late as well", 38, [{ elapsedMs: 400, waitedMs: 300 }]],
    ["does not hang while it has no processor", undefined, [{ waitedMs: 100 }]],
    ["does not hang while it has none, and each wait is counted when it ends", undefined, [{}, { waitedMs: 200 }]],
    ["does not hang while it blocks on purpose, or is debugged", undefined, [{ isExempt: true }]],
    ["has a whole limit after that", undefined, [...silentFor(9), { isExempt: true }]],
    ["is judged by no look that took no time", undefined, [{ elapsedMs: 0 }]],
  ])("%s", (_, expected, looks) => {
    expect(looksUntilHung(looks)).toBe(expected);
  });

  it("has a whole limit after a beat", () => {
    const pulse = pulseAfter({ beat: 1, silence: 9 }, { ...silentLook, beat: 2 });
    expect(pulse).toEqual({ beat: 2, silence: 0 });
  });

  it("lets one limit pass after the other", () => {
    const passed = [9, 10, 19, 20, 30].map((silence) => limitsPassed({ beat: 1, silence }, LIMIT_MS, BEAT_MS));
    expect(passed).toEqual([0, 1, 1, 2, 3]);
  });
});

describe("the watch over a heartbeat", () => {
  const watch = (limitMs = LIMIT_MS) => {
    const clock = new VirtualClock();
    const words = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * HOST_WORDS));
    words[BEAT] = 1;
    words[OS_THREAD] = 4711;
    const told: [ms: number, limits: number][] = [];
    const waits = { share: 0, measured: [] as number[] };
    const heartbeat = new Heartbeat({
      words,
      limitMs,
      silent: (limits) => told.push([clock.now(), limits]),
      clock,
      measure: (thread) => {
        waits.measured.push(thread);
        return { take: (elapsedMs) => waits.share * elapsedMs };
      },
    });
    return { clock, words, told, waits, heartbeat };
  };

  it("tells of each limit that passes, once", () => {
    const { clock, told } = watch();
    clock.advance(3150);
    expect(told).toEqual([
      [1100, 1],
      [2100, 2],
      [3100, 3],
    ]);
  });

  it("begins anew with a beat", () => {
    const { clock, told, words } = watch();
    clock.advance(1050);
    Atomics.add(words, BEAT, 1);
    clock.advance(1000);
    expect(told).toEqual([]);
    clock.advance(100);
    expect(told).toEqual([[2100, 1]]);
    Atomics.add(words, BEAT, 1);
    clock.advance(1100);
    expect(told).toEqual([
      [2100, 1],
      [3200, 1],
    ]);
  });

  it("tells nothing during a section that blocks, and has a whole limit after it", () => {
    const { clock, told, words } = watch();
    Atomics.store(words, BLOCKING, 1);
    clock.advance(60_000);
    Atomics.store(words, BLOCKING, 0);
    clock.advance(900);
    expect(told).toEqual([]);
    clock.advance(100);
    expect(told).toHaveLength(1);
  });

  it("never gives a thread that starts less than its own limit", () => {
    const { clock, told, words } = watch(60_000);
    words[BEAT] = 0;
    clock.advance(59_000);
    expect(told).toEqual([]);
    clock.advance(1000);
    expect(told).toEqual([[60_000, 1]]);
  });

  it("gives a thread that loads a module 30 seconds, and one that starts", () => {
    for (const word of [LOADING, BEAT]) {
      const { clock, told, words } = watch();
      words[word] = word === LOADING ? 1 : 0;
      clock.advance(29_000);
      expect(told).toEqual([]);
      clock.advance(1100);
      expect(told).toHaveLength(1);
    }
  });

  it("measures how long a silent thread waits for a processor, from the first look without a beat on", () => {
    const { clock, told, words, waits } = watch();
    waits.share = 0.75;
    clock.advance(100);
    expect(waits.measured).toEqual([]);
    clock.advance(3400);
    expect(told).toEqual([]);
    clock.advance(100);
    expect(told).toEqual([[3600, 1]]);
    expect(waits.measured).toEqual([4711]);
    Atomics.add(words, BEAT, 1);
    clock.advance(200);
    expect(waits.measured).toEqual([4711, 4711]);
  });

  it("ends when it is stopped, also by who is told", () => {
    const { clock, told, heartbeat } = watch();
    heartbeat.stop();
    clock.advance(60_000);
    expect(told).toEqual([]);
  });
});

describe("the wait of a thread for a processor", () => {
  it.each([
    ["is nothing while the thread runs", 0, { ran: 100, waited: 0, othersWaited: 500 }],
    ["is what the platform has counted", 80, { ran: 20, waited: 80, othersWaited: 500 }],
    ["is no part of its sleep", 0, { ran: 0, waited: 0, othersWaited: 0 }],
    ["is that of another thread for which it may sleep", 40, { ran: 0, waited: 10, othersWaited: 30 }],
    ["is never all of its sleep", 90, { ran: 0, waited: 0, othersWaited: 500 }],
    ["may have begun before", 130, { ran: 0, waited: 130, othersWaited: 0 }],
  ])("%s", (_, expected, times) => {
    expect(waitedMs(100, times)).toBe(expected);
  });

  it.each([
    ["nothing while a processor is idle", 100, 10, 0],
    ["most of the time while none is", 100, 9, 90],
    ["nothing in no time", 0, 0, 0],
  ])("is estimated as %s, where nothing is counted", (_, elapsedMs, idleMs, expected) => {
    expect(estimatedMs(elapsedMs, idleMs)).toBe(expected);
  });

  it.each([0, 2 ** 30])("is estimated for a thread that is not known: %s", (thread) => {
    expect([0, 90]).toContain(new ProcessorWait(thread).take(100));
  });

  it.runIf(process.platform === "linux")("is no more than the time that has passed", () => {
    const wait = new ProcessorWait(process.pid); // the main thread
    const begin = performance.now();
    for (let n = 0; n < 1e6; n++) Math.sqrt(n);
    const elapsedMs = performance.now() - begin;
    expect(wait.take(elapsedMs)).toBeGreaterThanOrEqual(0);
    expect(wait.take(elapsedMs)).toBeLessThanOrEqual(2 * elapsedMs);
  });
});
