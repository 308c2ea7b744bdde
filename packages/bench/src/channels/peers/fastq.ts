/**
 * `fastq`. A push of its promise form resolves when the worker is done with the value, so it compares with a rendezvous. The
 * callback form gets a burst while it is paused.
 */
import fastq from "fastq";
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { flow, burst };

async function flow(plan: Plan): Promise<void> {
  const queue = fastq.promise<unknown, number>(async (value) => plan.receive(value), 1);
  for (let value = 0; value < plan.each; value++) await queue.push(value);
}

function burst(plan: Plan): void {
  const queue = fastq<unknown, number>((value, done) => {
    plan.receive(value);
    done(null);
  }, 1);
  queue.pause();
  for (let value = 0; value < plan.each; value++) queue.push(value);
  queue.resume();
}
