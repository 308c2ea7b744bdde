/**
 * A fixed number of workers takes jobs from one channel and puts results into another.
 *
 * The jobs are an `mpmc` channel: its receiver can be cloned, one clone for each worker, and each job goes to one of them.
 * When the jobs end the workers end, and when the last worker has dropped its sender the results end: nobody counts.
 * (After "Worker Pools" of Go by Example.)
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Receiver, Sender, SyncSender } from "@pneumatic/core";
import { channel, mpmc } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

export interface Done<Job, Value> {
  readonly worker: number;
  readonly job: Job;
  readonly value: Value;
}

/** Does every job with `work`, `workers` at a time; the results in the order they were ready. */
export async function workerPool<Job, Value>(
  all: Iterable<Job>,
  workers: number,
  work: (job: Job) => Promise<Value>,
): Promise<Done<Job, Value>[]> {
  const [jobs, queue] = mpmc.syncChannel<Job>(workers);
  const [results, done] = channel<Done<Job, Value>>();
  const running = Array.from({ length: workers }, (_, worker) => run(worker, queue.clone(), results.clone(), work));
  queue.drop();
  results.drop();
  const [, collected] = await Promise.all([feed(jobs, all), collect(done), ...running]);
  return collected;
}

async function feed<Job>(tx: SyncSender<Job>, all: Iterable<Job>): Promise<void> {
  using jobs = tx;
  for (const job of all) if (!(await jobs.send(job)).ok) return; // every worker is gone
}

async function run<Job, Value>(
  worker: number,
  queue: Receiver<Job>,
  results: Sender<Done<Job, Value>>,
  work: (job: Job) => Promise<Value>,
): Promise<void> {
  using rx = queue;
  using tx = results;
  for await (const job of rx) tx.send({ worker, job, value: await work(job) });
}

async function collect<T>(rx: Receiver<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of rx) values.push(value);
  return values;
}

if (isMain(import.meta.url)) {
  const work = (job: number) => sleep(5 * job, job * job);
  for (const { worker, job, value } of await workerPool([1, 2, 3, 4, 5], 3, work)) {
    console.log(`worker ${worker}: the square of ${job} is ${value}`);
  }
}
