/** Operations by the hundred thousand leave as much memory in use as the first ones did. */
import { channel, oneshot, select, syncChannel } from "@pneumatic/core";
import { expect, test } from "vitest";
import { bytesInUse } from "../../support/garbage.ts";
import { scaled } from "../../support/scale.ts";

const COUNT = scaled(100_000, 1_000_000);
const WARM_UP = 10_000;
/** Far less than one pointer for each operation. */
const ALLOWED_BYTES = 400_000;

/** A task to be repeated, with ends that live from the first time to the last. */
type Prepare = () => (n: number) => unknown;

const TASKS: Record<string, Prepare> = {
  "send and receive": () => {
    const [tx, rx] = channel<object>();
    return (n) => {
      tx.send({ n });
      return rx.recv();
    };
  },
  "receive that waits": () => {
    const [tx, rx] = syncChannel<object>(0);
    return (n) => {
      const received = rx.recv();
      tx.trySend({ n });
      return received;
    };
  },
  "select of four that waits": () => {
    const ends = Array.from({ length: 4 }, () => channel<object>());
    const arms = ends.map(([, rx], n) => [n, rx] as const);
    return (n) => {
      const selected = select(arms);
      ends[n % 4]?.[0].send({ n });
      return selected;
    };
  },
  "reserve and send": () => {
    const [tx, rx] = syncChannel<object>(1);
    return async (n) => {
      const reserved = await tx.reserve();
      if (reserved.ok) reserved.value.send({ n });
      rx.tryRecv();
    };
  },
  oneshot: () => (n) => {
    const [tx, rx] = oneshot<object>();
    tx.send({ n });
    const received = rx.recv();
    rx.drop();
    return received;
  },
  "receive with a signal that another receive waits on": () => {
    const [idle, waiting] = channel<object>();
    const { signal } = new AbortController();
    void waiting.recv({ signal });
    const [tx, rx] = channel<object>();
    return (n) => {
      const received = rx.recv({ signal });
      tx.send({ n, idle });
      return received;
    };
  },
};

async function repeat(task: (n: number) => unknown, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await task(n);
}

// 15, 107, 114, 115
test.each(Object.entries(TASKS))("memory stays the same while, by the hundred thousand: %s", async (_, prepare) => {
  const task = prepare();
  await repeat(task, WARM_UP);
  const before = await bytesInUse();
  await repeat(task, COUNT);
  expect((await bytesInUse()) - before).toBeLessThan(ALLOWED_BYTES);
});

// 114: an iteration that is left many times on one signal
test("memory stays the same while iterations on one signal are left", async () => {
  const { signal } = new AbortController();
  const [tx, rx] = channel<object>();
  const task = async () => {
    const values = rx.iter({ signal });
    const next = values.next();
    await values.return?.();
    await next;
  };
  await repeat(task, WARM_UP);
  const before = await bytesInUse();
  await repeat(task, COUNT / 2);
  expect((await bytesInUse()) - before).toBeLessThan(ALLOWED_BYTES);
  tx.drop();
});
