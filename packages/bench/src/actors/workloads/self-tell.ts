/** An actor that tells itself the next number. */
import { actorWorkload } from "../actor-workload.ts";
import { inOrder, nothing } from "../check.ts";

export const selfTell = actorWorkload({
  name: "self-tell",
  title: "an actor tells itself",
  way: "selfTell",
  width: 1,
  total: 1_000_000,
  peers: ["nact", "effect takeAll"],
  targets: { actorLibrary: 5, erlang: 2.5 },
  checks: (total) => ({ handled: inOrder("handled", total), replied: nothing("replied") }),
});
