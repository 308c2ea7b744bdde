/** Giving up along with the caller is no panic on a thread either, and a loop there sees in its signal that it may. */
import type { Address, Definition } from "@pneumatic/actors";
import { onThread } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { failure, fixtures, threadSystem } from "../../support/thread-worker.ts";

type How =
  | "reason"
  | "sleep"
  | "sleepBySignal"
  | "cause"
  | "fetch"
  | "poll"
  | "pollThenReason"
  | "failure"
  | "floating";
interface GivingUp {
  work(payload: { how: How }): void;
  relay(payload: { to: Address<GivingUp>; how: How }): void;
  count(): number;
}
type System = ReturnType<typeof threadSystem>;

const definition = onThread<Definition<GivingUp, { words: Int32Array }>>(new URL("giving-up.mjs", fixtures));
const THREADS = ["shared", "dedicated"] as const;
const [STARTED] = [1];

function spawned(system: System, thread: "shared" | "dedicated") {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const args = { words };
  const address =
    thread === "shared" ? system.spawn(definition, { args }) : system.spawn(definition, { args, thread: "dedicated" });
  /** Resolves when `count` of the messages were started. */
  const started = async (count: number): Promise<void> => {
    await address.started;
    while (Atomics.load(words, STARTED) < count) await new Promise(setImmediate);
  };
  return { address, started };
}

describe.each(THREADS)("on a thread that is %s", (thread) => {
  it.each(["reason", "sleep", "sleepBySignal", "cause", "fetch", "poll", "pollThenReason", "floating"] as const)(
    "the actor keeps its state when it gives up by: %s",
    async (how) => {
      await using system = threadSystem();
      const { address, started } = spawned(system, thread);
      using _ = address;
      const controller = new AbortController();
      const asked = failure(address.ask({ type: "work", how }, { signal: controller.signal }));
      await started(1);
      controller.abort();
      await asked;
      expect(await address.ask({ type: "count" })).toBe(1);
      const expired = how === "floating" ? 0 : 1;
      expect(system.ledger()).toMatchObject({ expired, handled: 2 - expired, panicked: 0 });
    },
  );

  it("a failure of its own is a panic as ever", async () => {
    await using system = threadSystem();
    const { address, started } = spawned(system, thread);
    using _ = address;
    const controller = new AbortController();
    const asked = failure(address.ask({ type: "work", how: "failure" }, { signal: controller.signal }));
    await started(1);
    controller.abort();
    await asked;
    expect(await address.ask({ type: "count" })).toBe(0);
    expect(system.ledger()).toMatchObject({ expired: 0, panicked: 1 });
  });

  it("the time-out of the ask is giving up, and each of many asks is told apart", async () => {
    await using system = threadSystem();
    const { address } = spawned(system, thread);
    using _ = address;
    await address.started;
    const asks = Array.from({ length: 5 }, () => failure(address.ask({ type: "work", how: "sleep" }, { timeout: 50 })));
    await Promise.all(asks);
    const count = await address.ask({ type: "count" });
    expect(count).toBeLessThanOrEqual(5);
    expect(system.ledger()).toMatchObject({ accepted: 6, expired: 5, handled: 1, panicked: 0 });
  });

  it("many asks that are given up at once expire, wherever they are on their way to the thread", async () => {
    await using system = threadSystem();
    const { address, started } = spawned(system, thread);
    using _ = address;
    const controller = new AbortController();
    const { signal } = controller;
    const asks = Array.from({ length: 1500 }, () => failure(address.ask({ type: "work", how: "poll" }, { signal })));
    await started(1);
    controller.abort();
    await Promise.all(asks);
    expect(await address.ask({ type: "count" })).toBeGreaterThan(0); // those that it began before their own abort count
    expect(system.ledger()).toMatchObject({ accepted: 1501, expired: 1500, handled: 1, panicked: 0 });
  });

  it("a chain over three threads gives up from its first to its last", async () => {
    await using system = threadSystem();
    const [first, second, third] = [spawned(system, thread), spawned(system, thread), spawned(system, thread)];
    const controller = new AbortController();
    const asked = failure(
      first.address.ask({ type: "relay", to: third.address.clone(), how: "sleep" }, { signal: controller.signal }),
    );
    await third.started(1);
    controller.abort();
    await asked;
    for (const { address } of [first, third]) expect(await address.ask({ type: "count" })).toBe(1);
    expect(system.ledger()).toMatchObject({ expired: 2, handled: 2, panicked: 0 });
    for (const { address } of [first, second, third]) address.drop();
  });
});
