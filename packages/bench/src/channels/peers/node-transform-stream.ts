/** The web's `TransformStream`, as Node has it. */
import { TransformStream } from "node:stream/web";
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { flow, iterate };

function open({ capacity }: Plan): TransformStream<number, number> {
  return new TransformStream({}, { highWaterMark: capacity }, { highWaterMark: 0 });
}

async function flow(plan: Plan): Promise<void> {
  const { readable, writable } = open(plan);
  const writing = write(writable.getWriter(), plan);
  const reader = readable.getReader();
  for (let left = plan.each; left > 0; left--) plan.receive((await reader.read()).value ?? Number.NaN);
  await writing;
}

async function iterate(plan: Plan): Promise<void> {
  const { readable, writable } = open(plan);
  const writing = write(writable.getWriter(), plan);
  for await (const value of readable) plan.receive(value);
  await writing;
}

async function write(writer: WritableStreamDefaultWriter<number>, plan: Plan): Promise<void> {
  for (let value = 0; value < plan.each; value++) {
    await writer.ready;
    writer.write(value);
  }
  await writer.close();
}
