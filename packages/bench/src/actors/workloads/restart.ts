/** An actor that panics on every other message, and is restarted. Counts the restarts. */
import { actorWorkload } from "../actor-workload.ts";
import { always, inOrder } from "../check.ts";

export const restart = actorWorkload({
  name: "restart",
  title: "restart after a panic",
  way: "restart",
  width: 100,
  total: 100_000,
  peers: ["nact"],
  targets: { actorLibrary: 1.5, erlang: 0.4 },
  checks: (total) => ({
    handled: inOrder("handled", total),
    replied: always("replied a count of", 1, total),
  }),
});
