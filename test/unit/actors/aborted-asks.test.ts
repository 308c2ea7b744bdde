/** Asks that were given up leave nothing behind, wherever they waited and whatever ended them, and no timer each meanwhile. */
import { getEventListeners } from "node:events";
import type { Address, MailboxSpec } from "@pneumatic/actors";
import { ActorSystem, bounded, implement, priority, unbounded } from "@pneumatic/actors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytesInUse } from "../../support/garbage.ts";
import { gate } from "../../support/gate.ts";
import { scaled } from "../../support/scale.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const COUNT = scaled(5000, 10_000);
/** So many that it would show if one that is given up were searched for. */
const MANY = scaled(30_000, 100_000);
const ONE_BY_ONE = scaled(5000, 10_000);
/** What the engine keeps for itself; the asks of a test, if they were kept, would take several times as much. */
const ALLOWED_BYTES = 800_000;
const TIMEOUT_MS = 1000;
/** Of so many different timeouts: they cost a timer each, the asks none. */
const TIMEOUTS = 500;
/** Timers that are kept for the next ask. */
const TIMERS_KEPT = 17;
/** Longer than most turns take to come, in microtasks. */
const SPINS = 100;

interface Desk {
  hold(payload: { until: Promise<void> }): void;
  wait(): void;
  put(payload: { load: object }): void;
}

const desk = implement<Desk>()({
  on: {
    hold: (_, { until }) => until,
    /** Until its caller gives up. */
    wait: ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    put: () => {},
  },
});

type End = "one signal" | "a signal each" | "its timeout" | "a timeout each" | "the death of the actor";
const ENDS: readonly End[] = ["one signal", "a signal each", "its timeout", "a timeout each", "the death of the actor"];

/** How many signals are aborted; one for each ask where nothing stands here. */
const CONTROLLERS: Partial<Record<End, number>> = {
  "one signal": 1,
  "its timeout": 0,
  "a timeout each": 0,
  "the death of the actor": 0,
};

/** Where an ask waits: the mailbox, and whether it keeps a message before and behind the asks. */
const PLACES: Record<
  string,
  { readonly mailbox: MailboxSpec; readonly between: boolean; readonly ends: readonly End[] }
> = {
  "queued between others": { mailbox: unbounded(), between: true, ends: ENDS },
  "queued by priority": { mailbox: priority(() => Math.random()), between: false, ends: ["one signal", "its timeout"] },
  parked: { mailbox: bounded(1), between: true, ends: ENDS.filter((end) => end !== "a timeout each") },
};

const put = (load: object) => ({ type: "put", load }) as const;

/** A busy actor with a full mailbox. */
async function busyDesk(system: TestSystem, mailbox: MailboxSpec): Promise<Address<Desk>> {
  const address = system.spawn(desk, { mailbox, shutdownMs: 0 });
  await address.started;
  address.tell({ type: "hold", until: gate().promise });
  await quiet();
  return address;
}

/** Counts what settles, without keeping it. */
class Settled {
  count = 0;
  readonly add = (): void => {
    this.count++;
  };
}

/** Each ask that is given up makes an error, whose stack would take longer than all the rest. */
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe.each(Object.entries(PLACES))("asks by the thousand that are %s", (_, { mailbox, between, ends }) => {
  test.each(ends)("leave the heap, the timers and the signal as they were when ended by %s", async (end) => {
    await using system = new TestSystem();
    /** Outlives all asks, and never aborts. */
    const lasting = new AbortController().signal;
    const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;
    let address = await busyDesk(system, mailbox);

    const askAndGiveUp = async (count: number): Promise<void> => {
      const settled = new Settled();
      const controllers = numbers(CONTROLLERS[end] ?? count).map(() => new AbortController());
      if (between) address.tell(put({}));
      for (const n of numbers(count)) {
        const signal = controllers[n % controllers.length]?.signal ?? lasting;
        const timeout = end === "a timeout each" ? TIMEOUT_MS + (n % TIMEOUTS) / TIMEOUTS : TIMEOUT_MS;
        address.ask(put({ n }), { timeout, signal }).catch(settled.add);
      }
      if (between) address.tell(put({}));
      const used = controllers[0]?.signal ?? lasting;
      expect(listeners(used)).toBe(1);
      expect(system.clock.pending).toBeLessThanOrEqual(end === "a timeout each" ? TIMEOUTS : 1);

      for (const controller of controllers) controller.abort();
      if (end.includes("timeout")) system.clock.advance(2 * TIMEOUT_MS);
      if (end === "the death of the actor") {
        await system.kill(address, { restart: false });
        address.drop();
        address = await busyDesk(system, mailbox);
      }
      await quiet();
      expect(settled.count).toBe(count);
      expect(listeners(used)).toBe(0);
      expect(system.ledger(address)).toMatchObject({ inFlight: 1 });
      expect(system.clock.pending).toBeLessThanOrEqual(TIMERS_KEPT);
    };

    const asks = between && end === "one signal" ? MANY : COUNT;
    await askAndGiveUp(asks); // also as a measure of what is kept for the next ones
    const before = await bytesInUse();
    await askAndGiveUp(asks);
    expect((await bytesInUse()) - before).toBeLessThan(ALLOWED_BYTES);
    await system.kill(address, { restart: false });
  });
});

async function until(isReached: () => boolean): Promise<void> {
  for (let spins = 0; !isReached(); spins++) await (spins < SPINS ? undefined : quiet());
}

describe("asks in flight, thousands one after the other,", () => {
  test.each(["signal", "timeout", "death"] as const)(
    "leave the heap, the timers and the signal as they were: %s",
    async (end) => {
      const clock = new VirtualClock();
      await using system = new ActorSystem({ clock, logLevel: "silent" });
      const lasting = new AbortController().signal;
      const intensity = { restarts: Number.MAX_SAFE_INTEGER, withinMs: 0 };
      using address = system.spawn(desk, { intensity, backoff: { initialMs: 0 } });
      await address.started;
      const givenUp = async (count: number): Promise<void> => {
        for (const _ of numbers(count)) {
          const controller = new AbortController();
          const signal = end === "signal" ? controller.signal : lasting;
          let isSettled = false;
          address.ask({ type: "wait" }, { signal, timeout: TIMEOUT_MS }).catch(() => {
            isSettled = true;
          });
          await until(() => system.ledger(address).inFlight === 1);
          if (end === "signal") controller.abort();
          else if (end === "timeout") clock.advance(TIMEOUT_MS);
          else void system.kill(address);
          await until(() => isSettled && system.ledger(address).inFlight === 0);
        }
        expect(getEventListeners(lasting, "abort")).toHaveLength(0);
        expect(clock.pending).toBeLessThanOrEqual(1);
      };
      await givenUp(ONE_BY_ONE / 10);
      const before = await bytesInUse();
      await givenUp(ONE_BY_ONE);
      expect((await bytesInUse()) - before).toBeLessThan(ALLOWED_BYTES);
    },
  );
});
