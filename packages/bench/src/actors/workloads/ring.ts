/** One message that goes round a thousand actors. */
import { actorWorkload } from "../actor-workload.ts";
import { inOrder, nothing } from "../check.ts";

export const ring = actorWorkload({
  name: "ring",
  title: "ring of 1000, hops",
  way: "ring",
  width: 1000,
  total: 1_000_000,
  peers: ["nact", "effect takeAll"],
  targets: { actorLibrary: 8, erlang: 4 },
  checks: (total) => ({ handled: inOrder("handled", total), replied: nothing("replied") }),
});
