/** Threads that play a role of `test/threads/core/fixtures/roles.mjs` with ends of channels. */
import type { WorkerOptions } from "node:worker_threads";
import { Worker } from "node:worker_threads";
import type { MovableEnds } from "@pneumatic/core/threads";
import { toPort } from "@pneumatic/core/threads";

const roles = new URL("../threads/core/fixtures/roles.mjs", import.meta.url);

export interface Thread {
  readonly worker: Worker;
  /** Its exit code. */
  readonly exited: Promise<number>;
  /** The next message that it posts to its parent. */
  told(): Promise<unknown>;
}

/** Starts a thread, which gets `ends`. */
export function startThread(
  role: string,
  ends: MovableEnds,
  options: object = {},
  workerOptions: WorkerOptions = {},
): Thread {
  const port = toPort(ends);
  const worker = new Worker(roles, {
    ...workerOptions,
    workerData: { role, ends: port, options },
    transferList: [port],
  });
  worker.on("error", () => {}); // those that are to throw
  const told: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  worker.on("message", (message) => {
    const waiter = waiting.shift();
    if (waiter === undefined) told.push(message);
    else waiter(message);
  });
  return {
    worker,
    exited: new Promise((resolve) => worker.once("exit", resolve)),
    told: () => (told.length > 0 ? Promise.resolve(told.shift()) : new Promise((resolve) => waiting.push(resolve))),
  };
}
