/**
 * Eight actors that always have a message, for a second: how much they do, and what is left of the event loop meanwhile. A
 * timer of that loop ends it, so what starves timers is killed.
 */
import { after, now } from "../../runner/clock.ts";
import type { Work } from "../../runner/event-loop-watch.ts";
import { eventLoopTargets, watchEventLoop } from "../../runner/event-loop-watch.ts";
import type { Workload } from "../../runner/suite.ts";
import { NotAvailableError, WrongResultError } from "../../runner/suite.ts";
import { contendersOf, peerOf } from "../actor-workload.ts";
import type { Flood, Peer } from "../plan.ts";

const WARM_UP_MS = 300;
const DURATION_MS = 1000;
const ACTORS = 8;

function beside(isAsync: boolean): Workload {
  const contenders = contendersOf({ peers: ["nact", "effect takeAll"] });
  const handlers = isAsync ? "async" : "sync";
  return {
    name: `event-loop-${handlers}`,
    title: `the event loop beside ${ACTORS} saturated actors with ${handlers} handlers, 1 s`,
    contenders,
    targets: eventLoopTargets(3, 80),
    prepare: async (contender) => {
      const { flood } = await peerOf(contenders, contender);
      if (flood === undefined) throw new NotAvailableError("has no flood");
      await saturate(flood, isAsync, WARM_UP_MS);
      return {
        size: DURATION_MS,
        repeat: "once",
        run: (duration) => watchEventLoop(() => saturate(flood, isAsync, duration)),
      };
    },
  };
}

async function saturate(flood: NonNullable<Peer["flood"]>, isAsync: boolean, duration: number): Promise<Work> {
  const handled = new Array<number>(ACTORS).fill(0);
  let wrong = "";
  let isOver = false;
  const handle: Flood["handle"] = (actor, value) => {
    if (value !== handled[actor]) wrong = `actor ${actor} handled ${String(value)} instead of ${handled[actor]}`;
    handled[actor]!++;
    return !isOver;
  };
  const begin = now();
  const cancel = after(duration, () => {
    isOver = true;
  });
  await flood({ actors: ACTORS, isAsync, handle });
  const milliseconds = now() - begin;
  cancel();
  if (wrong !== "") throw new WrongResultError(wrong);
  if (!isOver) throw new WrongResultError("ended before its time");
  const idle = handled.findIndex((count) => count < 2);
  if (idle !== -1) throw new WrongResultError(`actor ${idle} handled ${handled[idle]} messages`);
  return { operations: handled.reduce((sum, count) => sum + count), milliseconds };
}

export const eventLoops: readonly Workload[] = [beside(false), beside(true)];
