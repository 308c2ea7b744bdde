/**
 * A thread that ends, in whatever way: what it has published is delivered, then the channel disconnects; what waits for it
 * fails; nothing is wedged.
 *
 * PNEUMATIC_SEED=seed repeats a run of the kills; PNEUMATIC_LONG=1 kills 1,000 times.
 */
import type { AnySender, Receiver } from "@pneumatic/core";
import { channel, syncChannel, unwrap } from "@pneumatic/core";
import { fromPort, toPort } from "@pneumatic/core/threads";
import { describe, expect, test } from "vitest";
import { FLAVORS } from "../../support/flavors.ts";
import { scaled } from "../../support/scale.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { startThread } from "../../support/threads.ts";

describe.each(FLAVORS)("$name", ({ open }) => {
  test.each(["end", "exit", "throw", "hang"])(
    "what a thread has published before its %s is received, then disconnected",
    async (death) => {
      const [outbox, rx] = open<number>();
      const thread = startThread("count", { outbox }, { count: 200, death });
      const values: number[] = [];
      for await (const value of rx) {
        values.push(value);
        if (value === 199) void thread.worker.terminate();
      }
      expect(values).toEqual(numbers(200));
      await thread.exited;
    },
  );

  test("the death of the receiver's thread fails what is sent here, and resolves closed()", async () => {
    const [tx, inbox] = open<number>();
    const thread = startThread("drip", { inbox });
    await thread.told();
    const sent = numbers(6).map((n) => tx.send(n));
    const closed = tx.closed();
    await thread.worker.terminate();
    await closed;
    for (const [n, result] of sent.entries()) {
      const { ok, error } = (await result) as { ok: boolean; error?: { value: number } };
      if (!ok) expect(error?.value).toBe(n);
    }
    expect(kindOf(await tx.send(7))).toBe("disconnected");
  });

  test("a thread that never takes its ends drops them when it dies", async () => {
    const [outbox, rx] = open<number>();
    const thread = startThread("never", { outbox }); // no such role: it throws
    expect(await collect(rx)).toEqual([]);
    await thread.exited;
  });
});

test("more than one turn can take in is received when the port closes right after it was published", async () => {
  const [tx, rx] = channel<number>();
  const port = toPort(tx);
  const sender = fromPort(port);
  for (const n of numbers(5000)) unwrap(sender.send(n));
  await Promise.resolve();
  port.close();
  expect(await collect(rx)).toEqual(numbers(5000));
  await sender.closed();
  sender.drop();
});

const ROUNDS = scaled(50, 1000);
const SEED = Number(process.env["PNEUMATIC_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Numbers from 0 to 1, the same ones for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 2 ** 31;
  };
}

function anyChannel(which: number, capacity: number): [AnySender<{ n: number }>, Receiver<{ n: number }>] {
  return which === 0 ? channel() : syncChannel(which === 1 ? 0 : capacity);
}

/** Receives numbers until disconnected; they must be 0, 1, ... Calls `reached` when so many have come. */
async function prefix(rx: Receiver<{ n: number }>, count: number, reached: () => void): Promise<number> {
  let next = 0;
  for await (const { n } of rx) {
    if (n !== next) throw new Error(`${n} came instead of ${next}`);
    if (++next === count) reached();
  }
  return next;
}

test(`a producer, a consumer or both that are killed at any moment leave an exact prefix and no wedge (seed ${SEED})`, async () => {
  const next = random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const [outbox, inbox] = anyChannel(Math.floor(next() * 3), 1 + Math.floor(next() * 50));
    const count = 1 + Math.floor(next() * 1000);
    const victim = Math.floor(next() * 3);
    const producer = startThread("flood", { outbox }, { burst: 1 + Math.floor(next() * 200) });
    if (victim === 0) {
      const got = await prefix(inbox, count, () => void producer.worker.terminate());
      expect(got).toBeGreaterThanOrEqual(count);
    } else {
      // The values go on to a consumer, through this thread.
      const [relay, relayed] = syncChannel<{ n: number }>(Math.floor(next() * 3) * 4);
      const [back, returned] = channel<{ n: number }>();
      const consumer = startThread("echo", { inbox: relayed, outbox: back });
      const reached = (): void => {
        void consumer.worker.terminate();
        if (victim === 2) void producer.worker.terminate();
      };
      const forwarded = (async () => {
        for await (const value of inbox) if (!(await relay.send(value)).ok) break;
        relay.drop();
        inbox.drop();
      })();
      expect(await prefix(returned, Math.min(count, 300), reached)).toBeGreaterThan(0);
      await forwarded;
      await producer.worker.terminate();
      await consumer.exited;
    }
    await producer.exited;
  }
});
