/** The path that awaits only when the channel is full or empty, against the peers' awaiting paths and the two that can try. */
import type { Target, Workload } from "../../runner/suite.ts";
import { go, rust } from "../anchors.ts";
import type { Entry } from "../channel-workload.ts";
import { against, bestOf, channelWorkload, ours, peers, peersBy } from "../channel-workload.ts";

const AWAITING = peers("flow", "deno std", "jsext", "async-channel");
const BUFFERED = peers("flow", "thi.ng/csp", "effect takeAll");
const DENO_TRIES = peersBy("tryFlow", "trySend", "deno std");
const THI_NG_TRIES = peersBy("tryFlow", "offer", "thi.ng/csp");

function tryAt(capacity: number, others: readonly Entry[], targets: readonly Target[]): Workload {
  return channelWorkload({
    name: `try-${capacity}`,
    title: `trySend, tryRecv, await when full or empty, capacity ${capacity}`,
    capacity,
    total: 2_000_000,
    contenders: [...ours("tryFlow"), ...AWAITING, ...DENO_TRIES, ...others],
    targets,
  });
}

const TARGETS = [bestOf("best awaiting peer", [...AWAITING, ...BUFFERED], 6), against("go, 1 thread", 3)];

export const trying: readonly Workload[] = [
  tryAt(0, [], []),
  tryAt(1, [...BUFFERED, ...THI_NG_TRIES], []),
  tryAt(64, [...BUFFERED, ...THI_NG_TRIES, rust("bounded"), go("bounded", 1)], TARGETS),
  tryAt(1024, [...BUFFERED, ...THI_NG_TRIES, go("bounded", 1, 1024)], TARGETS),
];
