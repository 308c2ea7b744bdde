/** Questions to a worker that sends them back: one or many under way, and one at a time between two threads that sleep. */
import { now, sleep } from "../../runner/clock.ts";
import type { Contender, Role, Workload } from "../../runner/suite.ts";
import { WrongResultError } from "../../runner/suite.ts";
import type { Call, OpenCaller } from "../callers/caller.ts";
import { wireCaller } from "../callers/wire.ts";
import { isMedium } from "../catalogue.ts";
import { RAW } from "./stream.ts";

/** Until the worker has started, and what asks is compiled: a program that waits for an answer has run for a while. */
const WARM_UP = 2000;

const LIBRARIES: Readonly<Record<string, () => Promise<OpenCaller>>> = {
  "pneumatic actor": async () => (await import("../callers/actor.ts")).actorCaller,
  piscina: async () => (await import("../callers/pools.ts")).piscina,
  tinypool: async () => (await import("../callers/pools.ts")).tinypool,
  workerpool: async () => (await import("../callers/pools.ts")).workerpool,
  comlink: async () => (await import("../callers/pools.ts")).comlink,
  "threads.js": async () => (await import("../callers/threads-js.ts")).threadsJs,
};

const everybody: readonly Contender[] = [
  ...named("ours", ["pneumatic", "pneumatic actor"]),
  ...named("peer", [RAW, "piscina", "tinypool", "workerpool", "comlink", "threads.js"]),
];

export const requests: readonly Workload[] = [1, 256].map((width) => ({
  name: `request-${width}`,
  title: `questions to a worker that sends them back, ${width} under way`,
  contenders: everybody,
  targets: [],
  prepare: async (contender) => {
    const call = await open(contender);
    let asked = 0;
    return {
      size: width === 1 ? 20_000 : 100_000,
      repeat: "scaled",
      run: async (size) => {
        const each = Math.ceil(size / width);
        await Promise.all(Array.from({ length: width }, () => askEach(call, each, () => asked++)));
        return { operations: each * width };
      },
    };
  },
}));

/** So long that both threads are asleep again. */
const PAUSE_MS = 3;
const P50 = "p50 us";
const P99 = "p99 us";

export const idleRoundTrip: Workload = {
  name: "idle-round-trip",
  title: "a question to a worker that sends it back, both asleep before",
  contenders: [...named("ours", ["pneumatic", "pneumatic actor"]), ...named("peer", [RAW])],
  targets: [{ kind: "ratio", against: RAW, atLeast: 0.83 }],
  prepare: async (contender) => {
    const call = await open(contender);
    let asked = 0;
    return {
      size: 200,
      repeat: "fixed",
      run: async (size) => {
        const times: number[] = [];
        for (let n = 0; n < size; n++) {
          await sleep(PAUSE_MS);
          const begin = now();
          await askEach(call, 1, () => asked++);
          times.push(now() - begin);
        }
        times.sort((a, b) => a - b);
        const middle = times[size >> 1]!;
        // The middle of the times: a pause of the machine is not what is measured.
        return {
          operations: size,
          milliseconds: middle * size,
          extra: { [P50]: middle * 1000, [P99]: times[Math.floor(size * 0.99)]! * 1000 },
        };
      },
    };
  },
};

async function open(contender: string): Promise<Call> {
  const load = isMedium(contender) ? async () => wireCaller(contender) : LIBRARIES[contender];
  if (load === undefined) throw new Error(`No contender "${contender}"`);
  const call = await (await load())();
  let warm = 0;
  await askEach(call, WARM_UP, () => warm++);
  return call;
}

async function askEach(call: Call, times: number, next: () => number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const id = next();
    const answer = await call({ type: "add", by: 0, id });
    if (answer.id !== id) throw new WrongResultError(`answered ${answer.id} to ${id}`);
  }
}

function named(role: Role, names: readonly string[]): Contender[] {
  return names.map((name) => ({ name, role }));
}
