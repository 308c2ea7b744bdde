/**
 * The life of a thread: from its start to its first answer, from its death to the next one, and what it weighs. Ours are an actor
 * on a thread of its own; raw is a `Worker` that has nothing to load.
 */
import { Worker } from "node:worker_threads";
import { now, turn } from "../../runner/clock.ts";
import { median } from "../../runner/statistics.ts";
import type { Contender, Measured, Workload } from "../../runner/suite.ts";

const OURS = "pneumatic actor";
const WORKER = "raw Worker";
const contenders: readonly Contender[] = [
  { name: OURS, role: "ours" },
  { name: WORKER, role: "reference" },
];
const THREADS = 8;
const MEGABYTES = "MB per thread";
const P50 = "p50 ms";

/** A thread that answers. */
interface Life {
  answers(): Promise<unknown>;
  /** Makes it die. It lives again when it answers. */
  die(): Promise<void>;
  end(): Promise<unknown>;
}

type Start = () => Life;

export const spawnThread: Workload = {
  name: "spawn-thread",
  title: "threads started, from nothing to the first answer",
  contenders,
  targets: [],
  prepare: async (contender) => {
    const start = await starting(contender);
    return {
      size: 20,
      repeat: "fixed",
      run: async (size) => {
        const times: number[] = [];
        for (let n = 0; n < size; n++) {
          const begin = now();
          const life = start();
          await life.answers();
          times.push(now() - begin);
          await life.end();
        }
        return lasted(times);
      },
    };
  },
};

export const respawnThread: Workload = {
  name: "respawn-thread",
  title: "threads that call process.exit, from there to the next answer",
  contenders,
  targets: [],
  prepare: async (contender) => {
    const life = (await starting(contender))();
    await life.answers();
    return {
      size: 20,
      repeat: "fixed",
      run: async (size) => {
        const times: number[] = [];
        for (let n = 0; n < size; n++) {
          const begin = now();
          await life.die();
          await life.answers();
          times.push(now() - begin);
        }
        return lasted(times);
      },
    };
  },
};

export const restartOnThread: Workload = {
  name: "restart-on-thread",
  title: "an actor on a thread that throws, from there to the next answer",
  contenders: contenders.filter(({ role }) => role === "ours"),
  targets: [],
  prepare: async () => {
    const { openSystem, spawnEchoing } = await import("../callers/actor.ts");
    const address = spawnEchoing(openSystem(), "shared");
    await address.started;
    return {
      size: 500,
      repeat: "scaled",
      run: async (size) => {
        for (let n = 0; n < size; n++) {
          address.tell({ type: "fail" });
          await address.ask({ type: "counted" });
        }
        return { operations: size };
      },
    };
  },
};

export const threadMemory: Workload = {
  name: "thread-memory",
  title: `the resident set of ${THREADS} threads that have answered once`,
  contenders,
  targets: [],
  nodeFlags: ["--expose-gc"],
  prepare: async (contender) => {
    const start = await starting(contender);
    const first = start();
    await first.answers();
    return { size: THREADS, repeat: "once", run: (threads) => weighed(start, threads) };
  },
};

function lasted(times: readonly number[]): Measured {
  const total = times.reduce((sum, time) => sum + time, 0);
  return { operations: times.length, milliseconds: total, extra: { [P50]: median(times) } };
}

async function weighed(start: Start, threads: number): Promise<Measured> {
  const before = await residentMegabytes();
  const lives = Array.from({ length: threads }, start);
  await Promise.all(lives.map((life) => life.answers()));
  const after = await residentMegabytes();
  return { operations: threads, extra: { [MEGABYTES]: (after - before) / threads } };
}

async function residentMegabytes(): Promise<number> {
  globalThis.gc?.();
  await turn();
  return process.memoryUsage.rss() / 2 ** 20;
}

async function starting(contender: string): Promise<Start> {
  if (contender === WORKER) return rawLife;
  const { openSystem, spawnEchoing } = await import("../callers/actor.ts");
  const system = openSystem();
  return () => {
    const address = spawnEchoing(system, "dedicated");
    return {
      answers: () => address.ask({ type: "add", by: 0, id: 0 }, { timeout: Number.POSITIVE_INFINITY }),
      die: async () => address.tell({ type: "exit" }),
      end: () => system.stop(address),
    };
  };
}

const CODE = `require("node:worker_threads").parentPort.on("message", (message) => {
  if (message === "exit") process.exit(1);
  require("node:worker_threads").parentPort.postMessage(message);
});`;

function rawLife(): Life {
  let worker = new Worker(CODE, { eval: true });
  return {
    answers: () =>
      new Promise((resolve) => {
        worker.once("message", resolve);
        worker.postMessage("hello");
      }),
    die: async () => {
      const died = new Promise((resolve) => worker.once("exit", resolve));
      worker.postMessage("exit");
      await died;
      worker = new Worker(CODE, { eval: true });
    },
    end: () => worker.terminate(),
  };
}
