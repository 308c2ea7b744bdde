/** The programs that share work: the pool, the queue of tasks, fan-out and fan-in. */
import { describe, expect, it } from "vitest";
import { fanOutFanIn } from "../../../examples/channels/src/fan-out-fan-in.ts";
import { WorkQueue } from "../../../examples/channels/src/work-queue.ts";
import { workerPool } from "../../../examples/channels/src/worker-pool.ts";
import type { Gate } from "../../support/gate.ts";
import { gate, rejection } from "../../support/gate.ts";
import { flush, isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";

const ascending = (a: number, b: number): number => a - b;

describe("workerPool", () => {
  it("does each job exactly once, with no more workers than it was told", async () => {
    let busy = 0;
    let busiest = 0;
    const done = await workerPool(numbers(100), 4, async (job) => {
      busiest = Math.max(busiest, ++busy);
      await flush();
      busy--;
      return job * 2;
    });
    expect(done.map(({ value }) => value).sort(ascending)).toEqual(numbers(100).map((n) => n * 2));
    expect(busiest).toBe(4);
    expect(new Set(done.map(({ worker }) => worker)).size).toBe(4);
  });

  it("gives results in the order they are ready, whatever the order of the jobs", async () => {
    const gates: Gate[] = [gate(), gate()];
    const done = workerPool([0, 1], 2, async (job) => {
      await gates[job]?.promise;
      return job;
    });
    gates[1]?.open();
    await flush();
    gates[0]?.open();
    expect((await done).map(({ job }) => job)).toEqual([1, 0]);
  });

  it("takes no more jobs from their source than workers can begin and the queue can hold", async () => {
    const first = gate();
    let taken = 0;
    function* jobs(): Generator<number> {
      for (const n of numbers(50)) {
        taken++;
        yield n;
      }
    }
    const done = workerPool(jobs(), 2, () => first.promise);
    await flush();
    expect(taken).toBe(5); // two at work, two queued, one that waits for room
    first.open();
    expect(await done).toHaveLength(50);
  });

  it("rejects when a job throws, and lets go of its source when every worker has thrown", async () => {
    let begun = 0;
    let isReleased = false;
    function* jobs(): Generator<number> {
      try {
        yield* numbers(1000);
      } finally {
        isReleased = true;
      }
    }
    const failing = workerPool(jobs(), 2, async () => {
      begun++;
      throw new Error("no job works");
    });
    expect(await rejection(failing)).toMatchObject({ message: "no job works" });
    await flush();
    expect(begun).toBe(2);
    expect(isReleased).toBe(true);
  });
});

describe("a WorkQueue", () => {
  it("does what it accepted before it is disposed, and accepts nothing more", async () => {
    const queue = new WorkQueue(2);
    const gates = numbers(5).map(() => gate());
    const done: number[] = [];
    const tasks = gates.map(({ promise }, n) => queue.execute(() => promise.then(() => done.push(n))));
    const disposed = queue[Symbol.asyncDispose]();
    expect(await rejection(queue.execute(() => 0))).toMatchObject({ code: "ERR_CHANNEL_USE_AFTER_DROP" });
    expect(await isPending(disposed)).toBe(true);
    for (const { open } of gates) open();
    await disposed;
    expect(done).toEqual([0, 1, 2, 3, 4]);
    await Promise.all(tasks);
  });

  it("hands each caller its own result or error, and a task that throws costs no worker", async () => {
    await using queue = new WorkQueue(1);
    const thrown = queue.execute((): number => {
      throw new Error("only this one");
    });
    const [error, number, text] = await Promise.all([
      rejection(thrown),
      queue.execute(() => 42),
      queue.execute(async () => "text"),
    ]);
    expect(error).toMatchObject({ message: "only this one" });
    expect(number).toBe(42);
    expect(text).toBe("text");
  });

  it("runs as many tasks at a time as it has workers", async () => {
    await using queue = new WorkQueue(3);
    const hold = gate();
    let begun = 0;
    const tasks = numbers(10).map(() =>
      queue.execute(() => {
        begun++;
        return hold.promise;
      }),
    );
    await flush();
    expect(begun).toBe(3);
    hold.open();
    await Promise.all(tasks);
    expect(begun).toBe(10);
  });
});

describe("fanOutFanIn", () => {
  it.each([1, 2, 8])("maps every value once with %i workers, and ends", async (workers) => {
    const values = await fanOutFanIn(numbers(200), workers, (n) => n + 1);
    expect(values.sort(ascending)).toEqual(numbers(200).map((n) => n + 1));
  });

  it("keeps the order with one worker, and is empty for an empty source", async () => {
    expect(await fanOutFanIn(numbers(50), 1, (n) => n)).toEqual(numbers(50));
    expect(await fanOutFanIn([], 3, (n) => n)).toEqual([]);
  });

  it("rejects with what a map throws", async () => {
    const failing = fanOutFanIn(numbers(50), 2, (n) => {
      if (n === 7) throw new Error("not seven");
      return n;
    });
    expect(await rejection(failing)).toMatchObject({ message: "not seven" });
  });
});
