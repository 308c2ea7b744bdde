/** One sender and one receiver that await everything, at the capacities that matter. */
import type { Workload } from "../../runner/suite.ts";
import { go, rust } from "../anchors.ts";
import type { Entry } from "../channel-workload.ts";
import { bestPeer, channelWorkload, ours, peers, references } from "../channel-workload.ts";

const EVERYWHERE = [
  ...ours("flow"),
  ...peers("flow", "deno std", "jsext", "async-channel", "effect take", "js-csp", "nodeguy"),
];

function awaitAt(capacity: number, others: readonly Entry[], atLeast: number): Workload {
  return channelWorkload({
    name: `await-${capacity}`,
    title: `await send, await recv, capacity ${capacity}`,
    capacity,
    total: 1_000_000,
    contenders: [...EVERYWHERE, ...others],
    targets: [bestPeer(atLeast)],
  });
}

export const awaiting: readonly Workload[] = [
  awaitAt(0, peers("flow", "fastq", "p-queue"), 1),
  awaitAt(1, peers("flow", "thi.ng/csp", "effect takeAll"), 1.1),
  awaitAt(
    64,
    [
      ...peers("flow", "thi.ng/csp", "effect takeAll", "node TransformStream"),
      ...references("flow", "node MessageChannel"),
      rust("bounded"),
      go("bounded", 1),
      go("bounded", 2),
    ],
    1.1,
  ),
  awaitAt(1024, peers("flow", "thi.ng/csp", "effect takeAll"), 1.1),
];
