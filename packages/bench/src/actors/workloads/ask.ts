/** Asks with a deadline of 5 s: one after the other, and 256 in flight. */
import type { Workload } from "../../runner/suite.ts";
import type { ActorTargets } from "../actor-workload.ts";
import { actorWorkload } from "../actor-workload.ts";
import { inAnyOrder, nothing } from "../check.ts";

function askAt(width: number, targets: ActorTargets): Workload {
  return actorWorkload({
    name: `ask-${width}`,
    title: width === 1 ? "ask, one by one" : `ask, ${width} in flight`,
    way: "ask",
    width,
    total: 300_000,
    peers: ["nact", "effect takeAll", "comedy", "tarant"],
    references: ["async method"],
    targets,
    checks: (total) => ({ handled: nothing("handled"), replied: inAnyOrder("replied", 1, total) }),
  });
}

export const asking: readonly Workload[] = [
  askAt(1, { actorLibrary: 2, erlang: 3.5 }),
  askAt(256, { actorLibrary: 5 }),
];
