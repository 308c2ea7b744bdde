/** An actor that asks another one through an address it owns: what an ask costs where deadlocks are looked for. */
import { actorWorkload } from "../actor-workload.ts";
import { inAnyOrder, nothing } from "../check.ts";

export const askActor = actorWorkload({
  name: "ask-actor",
  title: "an actor asks another, one by one",
  way: "askActor",
  width: 1,
  total: 300_000,
  peers: ["nact", "effect takeAll"],
  targets: { actorLibrary: 2 },
  checks: (total) => ({ handled: nothing("handled"), replied: inAnyOrder("replied", 1, total) }),
});
