/** Ten thousand actors with a hundred messages each, sent in rounds. Counts the messages. */
import { actorWorkload } from "../actor-workload.ts";
import { inAnyOrder, nothing } from "../check.ts";
import { MESSAGES_PER_FORK } from "../plan.ts";

export const forkJoin = actorWorkload({
  name: "fork-join",
  title: "fork-join, 10k actors with 100 messages each",
  way: "forkJoin",
  width: 10_000,
  total: 10_000,
  peers: ["nact", "effect takeAll"],
  targets: { actorLibrary: 3, erlang: 2 },
  checks: (total) => ({ handled: inAnyOrder("handled", 0, total, MESSAGES_PER_FORK), replied: nothing("replied") }),
});
