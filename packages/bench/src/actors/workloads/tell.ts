/**
 * Bursts of messages to one actor, each burst followed by a request for the count. 100k at a time shows what queueing
 * allocates; `tarant` would need two minutes for that.
 */
import type { Workload } from "../../runner/suite.ts";
import { WrongResultError } from "../../runner/suite.ts";
import type { ActorTargets } from "../actor-workload.ts";
import { actorWorkload } from "../actor-workload.ts";
import type { Library } from "../catalogue.ts";
import type { Check } from "../check.ts";
import { inOrder } from "../check.ts";

const PEERS: readonly Library[] = ["nact", "effect takeAll", "comedy"];

/** Each burst's count: `width`, twice that, and so on. */
function counts(width: number, total: number): Check {
  let next = width;
  return {
    see: (count) => {
      if (count !== next) throw new WrongResultError(`replied ${String(count)} instead of ${next}`);
      next += width;
    },
    complete: () => {
      if (next !== total + width) throw new WrongResultError(`replied up to ${next - width} of ${total}`);
    },
  };
}

function tellAt(name: string, width: number, peers: readonly Library[], targets: ActorTargets): Workload {
  return actorWorkload({
    name,
    title: `tell, ${width} at a time`,
    way: "tell",
    width,
    total: 1_000_000,
    peers,
    references: ["xstate"],
    targets,
    checks: (total) => ({ handled: inOrder("handled", total), replied: counts(width, total) }),
  });
}

export const telling: readonly Workload[] = [
  tellAt("tell-1k", 1000, [...PEERS, "tarant"], { actorLibrary: 4, erlang: 2 }),
  tellAt("tell-100k", 100_000, PEERS, { actorLibrary: 3, erlang: 1.2 }),
];
