/** Eight senders and one receiver, capacity 64: awaiting, and trying first. */
import type { Workload } from "../../runner/suite.ts";
import { go } from "../anchors.ts";
import { bestOf, bestPeer, channelWorkload, ours, peers, peersBy } from "../channel-workload.ts";

const COMMON = { capacity: 64, senders: 8, total: 1_000_000 };
const PEERS = [
  ...peers("flow", "deno std", "jsext", "async-channel", "thi.ng/csp", "effect take", "effect takeAll"),
  ...peers("flow", "js-csp", "nodeguy"),
];

export const eightSenders: readonly Workload[] = [
  channelWorkload({
    ...COMMON,
    name: "senders-await",
    title: "8 senders to 1, await, capacity 64",
    contenders: [...ours("flow"), ...PEERS, go("senders", 1)],
    targets: [bestPeer(1)],
  }),
  channelWorkload({
    ...COMMON,
    name: "senders-try",
    title: "8 senders to 1, try first, capacity 64",
    contenders: [
      ...ours("tryFlow"),
      ...PEERS,
      ...peersBy("tryFlow", "trySend", "deno std"),
      ...peersBy("tryFlow", "offer", "thi.ng/csp"),
      go("senders", 1),
    ],
    targets: [bestOf("best awaiting peer", PEERS, 6)],
  }),
];
