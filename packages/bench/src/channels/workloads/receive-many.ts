/** A sender that awaits when the channel is full, and a receiver that takes everything there is at a time. */
import type { Workload } from "../../runner/suite.ts";
import { channelWorkload, ours, peers } from "../channel-workload.ts";

function receiveManyAt(capacity: number): Workload {
  return channelWorkload({
    name: `recv-many-${capacity}`,
    title: `recvMany, capacity ${capacity}`,
    capacity,
    total: 1_000_000,
    contenders: [...ours("batches"), ...ours("tryFlow", "tryRecv"), ...peers("batches", "effect takeAll")],
  });
}

export const receiveMany: readonly Workload[] = [receiveManyAt(64), receiveManyAt(1024)];
