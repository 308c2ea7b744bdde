/** Values through a thousand tasks in a row, each forwarding from one channel of capacity 64 to the next. Counts the hops. */
import { erlang, go } from "../anchors.ts";
import { bestPeer, channelWorkload, ours, peers } from "../channel-workload.ts";

export const pipeline = channelWorkload({
  name: "pipeline",
  title: "pipeline of 1000 stages, hops",
  capacity: 64,
  stages: 1000,
  total: 1000,
  contenders: [
    ...ours("pipeline"),
    ...peers("pipeline", "deno std", "jsext", "async-channel", "thi.ng/csp", "effect take", "js-csp", "nodeguy"),
    go("pipeline", 1),
    erlang("pipeline"),
  ],
  targets: [bestPeer(1.1)],
});
