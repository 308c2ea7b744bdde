/** A million values sent at once, then received with an await each. */
import { bestPeer, channelWorkload, ours, peers } from "../channel-workload.ts";

const TOTAL = 1_000_000;

export const burstAwait = channelWorkload({
  name: "burst-await",
  title: "burst of 1M, drained with an await each",
  capacity: TOTAL,
  total: TOTAL,
  fixed: true,
  contenders: [
    ...ours("burstAwait"),
    ...peers("burstAwait", "deno std", "jsext", "async-channel", "thi.ng/csp", "nodeguy", "effect take"),
  ],
  targets: [bestPeer(1.3)],
});
