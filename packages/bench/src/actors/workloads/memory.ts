/**
 * What a hundred thousand actors weigh before and after their first message, and a million messages in one mailbox that are
 * one object: bytes of the heap after a collection. The array of addresses is left out, the addresses are not. The rate is
 * that of spawning them, collections included.
 */
import { now } from "../../runner/clock.ts";
import type { Measured, Workload } from "../../runner/suite.ts";
import { NotAvailableError, WrongResultError } from "../../runner/suite.ts";
import { contendersOf, peerOf } from "../actor-workload.ts";
import type { Peer, Population, Stage } from "../plan.ts";

const ACTORS = 100_000;
const MESSAGES = 1_000_000;
const WARM_UP = 1000;

const IDLE = "B idle";
const USED = "B after one message";
const QUEUED = "B per queued message";

const contenders = contendersOf({ peers: ["nact", "effect takeAll"], references: ["xstate"] });

export const memory: Workload = {
  name: "memory",
  title: "bytes of 100k actors, and of a queue of 1M messages",
  contenders,
  targets: [
    { kind: "bound", measure: IDLE, atMost: 350 },
    { kind: "bound", measure: USED, atMost: 450 },
    { kind: "bound", measure: QUEUED, atMost: 16 },
  ],
  nodeFlags: ["--expose-gc"],
  prepare: async (contender) => {
    const { populate } = await peerOf(contenders, contender);
    if (populate === undefined) throw new NotAvailableError("has no populate");
    await weighed(populate, WARM_UP, WARM_UP);
    return { size: ACTORS, repeat: "once", run: (actors) => weighed(populate, actors, MESSAGES) };
  },
};

async function weighed(populate: NonNullable<Peer["populate"]>, actors: number, messages: number): Promise<Measured> {
  const bytes: Partial<Record<Stage, number>> = {};
  let count = 0;
  let waiting = { count: 0, resolve: () => {} };
  let begun = now();
  let spawned = begun;
  const population: Population = {
    actors,
    messages,
    handle: () => {
      if (++count === waiting.count) waiting.resolve();
    },
    handled: (expected) =>
      new Promise((resolve) => {
        waiting = { count: expected, resolve };
        if (count === expected) resolve();
      }),
    weigh: (stage) => {
      bytes[stage] = heapBytes();
      if (stage === "none") begun = now();
      if (stage === "idle") spawned = now();
      if (stage === "queued" && count !== actors) throw new WrongResultError("handled what was to be queued");
    },
  };
  await populate(population);
  const { none, idle, used, unqueued, queued } = bytes;
  const expected = queued === undefined ? actors : actors + messages;
  if (count !== expected) throw new WrongResultError(`handled ${count} of ${expected}`);
  if (none === undefined || idle === undefined || used === undefined) throw new WrongResultError("was not weighed");
  return {
    operations: actors,
    milliseconds: spawned - begun,
    extra: {
      [IDLE]: (idle - none) / actors,
      [USED]: (used - none) / actors,
      ...(unqueued === undefined || queued === undefined ? {} : { [QUEUED]: (queued - unqueued) / messages }),
    },
  };
}

/** After everything that can be collected was. */
function heapBytes(): number {
  if (globalThis.gc === undefined) throw new NotAvailableError("needs --expose-gc");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
