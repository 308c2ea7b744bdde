/** A million values sent at once, then received at once: what a queue costs when nothing waits. */

import { erlang, go, rust } from "../anchors.ts";
import { against, bestPeer, channelWorkload, oursOnce, peers, references } from "../channel-workload.ts";

const TOTAL = 1_000_000;

export const burst = channelWorkload({
  name: "burst",
  title: "burst of 1M, drained at once",
  capacity: TOTAL,
  total: TOTAL,
  fixed: true,
  contenders: [
    ...oursOnce("burst"),
    ...oursOnce("iterateReady", "tryIter"),
    ...oursOnce("drain", "drain"),
    ...peers("burst", "deno std", "thi.ng/csp", "effect takeAll", "js-csp", "fastq"),
    ...references("burst", "node events"),
    rust("burst"),
    go("burst", 1),
    erlang("burst"),
  ],
  targets: [bestPeer(1.3), against("rust std mpsc", 2)],
});
