/** Round trips between two tasks over two channels of capacity 1. */
import { erlang, go, rust } from "../anchors.ts";
import { against, channelWorkload, ours, peers } from "../channel-workload.ts";

export const pingPong = channelWorkload({
  name: "ping-pong",
  title: "ping-pong, round trips",
  capacity: 1,
  total: 500_000,
  contenders: [
    ...ours("pingPong"),
    ...peers("pingPong", "deno std", "jsext", "async-channel", "thi.ng/csp", "effect take", "js-csp", "nodeguy"),
    rust("ping-pong"),
    go("ping-pong", 1),
    erlang("ping-pong"),
  ],
  targets: [against("deno std", 1.1), against("erlang", 1.5)],
});
