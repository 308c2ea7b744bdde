/** A channel per value: made, sent to, awaited, given up. */
import { channelWorkload, oursOnce, peers, references } from "../channel-workload.ts";

export const oneshot = channelWorkload({
  name: "oneshot",
  title: "a channel per value",
  capacity: 1,
  total: 500_000,
  contenders: [
    ...oursOnce("once"),
    ...peers("once", "deno std", "jsext", "async-channel", "thi.ng/csp", "nodeguy"),
    ...references("once", "promise"),
  ],
});
