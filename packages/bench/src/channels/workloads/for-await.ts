/** An awaiting sender, and a receiver that is `for await`, capacity 64. */
import { against, channelWorkload, ours, peers, references } from "../channel-workload.ts";

export const forAwait = channelWorkload({
  name: "for-await",
  title: "for await, capacity 64",
  capacity: 64,
  total: 1_000_000,
  contenders: [
    ...ours("iterate"),
    ...peers("iterate", "deno std", "thi.ng/csp", "jsext", "async-channel", "node PassThrough", "node TransformStream"),
    ...references("iterate", "node events"),
  ],
  targets: [against("deno std", 2.5)],
});
