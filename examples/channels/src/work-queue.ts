/**
 * A pool that takes any task, and ends gracefully: what was accepted is done, then the workers stop, then it is disposed.
 *
 * The Rust book shares one receiver among its threads with `Arc<Mutex<Receiver<Job>>>`. Here the receiver of an `mpmc`
 * channel is cloned. The pool owns the only sender: to drop it is to tell every worker to finish the queue and go.
 * (After `ThreadPool`, the last chapter of the Rust book.)
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Receiver, Sender } from "@pneumatic/core";
import { mpmc, unwrap } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

type Job = () => Promise<void>;

export class WorkQueue implements AsyncDisposable {
  readonly #jobs: Sender<Job>;
  readonly #workers: Promise<void>[];

  constructor(workers: number) {
    const [jobs, queue] = mpmc.channel<Job>();
    this.#jobs = jobs;
    this.#workers = Array.from({ length: workers }, () => work(queue.clone()));
    queue.drop();
  }

  /** What `task` returns or throws, when a worker has done it. Throws once the queue is disposed. */
  execute<Value>(task: () => Value | Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const job = async () => {
        try {
          resolve(await task());
        } catch (error) {
          reject(error); // to whoever asked for it; the worker goes on
        }
      };
      unwrap(this.#jobs.send(job));
    });
  }

  /** Accepts nothing more; resolves when everything accepted is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#jobs.drop();
    await Promise.all(this.#workers);
  }
}

async function work(queue: Receiver<Job>): Promise<void> {
  using rx = queue;
  for await (const job of rx) await job();
}

if (isMain(import.meta.url)) {
  await using queue = new WorkQueue(2);
  for (const page of ["index", "about", "contact"]) {
    queue.execute(() => sleep(5)).then(() => console.log(`served ${page}`));
  }
  console.log("shutting down: what was accepted is served first");
}
