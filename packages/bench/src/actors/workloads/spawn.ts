/** Actors that live for one message, a thousand at once. */
import { actorWorkload } from "../actor-workload.ts";
import { inAnyOrder, nothing } from "../check.ts";

export const spawn = actorWorkload({
  name: "spawn",
  title: "spawn, one message, stop",
  way: "spawn",
  width: 1000,
  total: 100_000,
  peers: ["nact", "effect takeAll"],
  references: ["xstate"],
  targets: { actorLibrary: 8, erlang: 3 },
  checks: (total) => ({ handled: inAnyOrder("handled", 0, total), replied: nothing("replied") }),
});
