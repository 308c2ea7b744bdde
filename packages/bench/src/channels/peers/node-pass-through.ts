/** Node's `PassThrough` in object mode: written with an eye on its high-water mark, read with `for await`. */
import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { iterate };

async function iterate(plan: Plan): Promise<void> {
  const stream = new PassThrough({ objectMode: true, highWaterMark: plan.capacity });
  const writing = write(stream, plan);
  for await (const value of stream) plan.receive(value);
  await writing;
}

async function write(stream: PassThrough, plan: Plan): Promise<void> {
  for (let value = 0; value < plan.each; value++) {
    if (!stream.write(value)) await once(stream, "drain");
  }
  stream.end();
}
