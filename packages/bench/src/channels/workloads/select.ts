/** One receiver that takes from whichever of four channels of capacity 64 is ready; each has a sender that awaits. */
import { erlang, go } from "../anchors.ts";
import { against, channelWorkload, ours, peers } from "../channel-workload.ts";

export const select = channelWorkload({
  name: "select",
  title: "select of 4, capacity 64",
  capacity: 64,
  senders: 4,
  total: 1_000_000,
  contenders: [
    ...ours("select"),
    ...ours("trySelect", "trySelect"),
    ...peers("select", "thi.ng/csp", "js-csp", "nodeguy"),
    go("select", 1),
    erlang("select"),
  ],
  targets: [against("thi.ng/csp", 6), against("go, 1 thread", 0.6)],
});
