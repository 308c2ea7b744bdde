/** `ctx.stopping` on a thread: its handlers break off as those in process do, and a loop sees the abort in its signal. */
import type { Definition } from "@pneumatic/actors";
import { ActorStoppedError, child, onThread, supervisor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { failure, fixtures, threadSystem } from "../../support/thread-worker.ts";

type How = "reason" | "timer" | "poll" | "failure";
interface Stopping {
  work(payload: { how: How }): void;
  look(): void;
}
const definition = onThread<Definition<Stopping, { words: Int32Array }>>(new URL("stopping.mjs", fixtures));

/** Resolves when `words[at]` is at least `value`. */
async function reaches(words: Int32Array, at: number, value: number): Promise<void> {
  while (Atomics.load(words, at) < value) await new Promise(setImmediate);
}

describe.each(["shared", "dedicated"] as const)("on a thread that is %s", (thread) => {
  test.each(["reason", "timer", "poll"] as const)("a stop lets a handler break off by: %s", async (how) => {
    await using system = threadSystem();
    const words = new Int32Array(new SharedArrayBuffer(8));
    using address = system.spawn(definition, { args: { words }, thread } as { args: { words: Int32Array } });
    const asked = failure(address.ask({ type: "work", how }, { timeout: Number.POSITIVE_INFINITY }));
    await reaches(words, 0, 1);
    expect(await system.stop(address)).toEqual({ kind: "shutdown" });
    expect(await asked).toBeInstanceOf(ActorStoppedError);
    expect(system.ledger()).toMatchObject({ accepted: 1, panicked: 0, deadLettered: { stopped: 1 } });
  });

  test("a failure of its own is a panic as ever", async () => {
    await using system = threadSystem();
    const words = new Int32Array(new SharedArrayBuffer(8));
    using address = system.spawn(definition, { args: { words }, thread } as { args: { words: Int32Array } });
    address.tell({ type: "work", how: "failure" });
    await reaches(words, 0, 1);
    await system.stop(address);
    expect(system.ledger()).toMatchObject({ panicked: 1, deadLettered: {} });
  });

  test("a shutdown aborts it for the message in hand, and for those after it from the start", async () => {
    const system = threadSystem();
    const words = new Int32Array(new SharedArrayBuffer(8));
    using address = system.spawn(definition, { args: { words }, thread } as { args: { words: Int32Array } });
    address.tell({ type: "work", how: "reason" });
    address.tell({ type: "look" });
    await reaches(words, 0, 1);
    await system.shutdown();
    expect(words[1]).toBe(1);
    expect(system.ledger()).toMatchObject({ handled: 1, panicked: 0, deadLettered: { stopped: 1 } });
  });

  test("a drain does not abort it", async () => {
    await using system = threadSystem();
    const words = new Int32Array(new SharedArrayBuffer(8));
    using address = system.spawn(definition, { args: { words }, thread } as { args: { words: Int32Array } });
    address.tell({ type: "look" });
    await system.drain(address);
    expect(words[1]).toBe(2);
  });
});

test("a group restart lets a handler on a thread break off, and its queue waits for the next incarnation", async () => {
  await using system = threadSystem();
  const words = [0, 1].map(() => new Int32Array(new SharedArrayBuffer(8))) as [Int32Array, Int32Array];
  using group = system.supervise(
    supervisor({
      strategy: "one_for_all",
      children: {
        one: child(definition, { args: { words: words[0] } }),
        two: child(definition, { args: { words: words[1] } }),
      },
    }),
  );
  using one = group.child("one");
  using two = group.child("two");
  one.tell({ type: "work", how: "timer" });
  one.tell({ type: "look" });
  await reaches(words[0], 0, 1);
  await system.kill(two);
  await reaches(words[0], 1, 1);
  expect(words[0][1]).toBe(2);
  expect(system.ledger()).toMatchObject({ handled: 1, panicked: 0, deadLettered: { stopped: 1 } });
});
