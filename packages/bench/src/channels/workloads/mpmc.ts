/** Four senders and four receivers on one channel of capacity 64, all awaiting. */
import { channelWorkload, ours, peers } from "../channel-workload.ts";

export const mpmc = channelWorkload({
  name: "mpmc",
  title: "4 senders to 4 receivers, capacity 64",
  capacity: 64,
  senders: 4,
  receivers: 4,
  total: 1_000_000,
  contenders: [
    ...ours("share"),
    ...peers("share", "deno std", "jsext", "async-channel", "thi.ng/csp", "effect take", "nodeguy"),
  ],
});
