/** Makes a workload of a way, of who does it, and of what ours is held to. */
import { now } from "../runner/clock.ts";
import type { Contender, Measured, RatioTarget, Role, Workload } from "../runner/suite.ts";
import { NotAvailableError } from "../runner/suite.ts";
import { erlang } from "./anchors.ts";
import type { Library } from "./catalogue.ts";
import { load } from "./catalogue.ts";
import type { Check } from "./check.ts";
import type { Peer, Plan, Run, Way } from "./plan.ts";
import { MESSAGES_PER_FORK } from "./plan.ts";

const ACTOR_LIBRARIES: readonly Library[] = ["nact", "comedy"];

/**
 * How many times the best actor library that does the work right, and Erlang. An `effect` fiber is no such library (no
 * deadlines, no supervision, no address): it is shown as a peer, without a target.
 */
export interface ActorTargets {
  readonly actorLibrary: number;
  readonly erlang?: number;
}

export interface ActorWorkload {
  readonly name: string;
  readonly title: string;
  readonly way: Way;
  readonly width: number;
  readonly total: number;
  readonly peers: readonly Library[];
  /** What works synchronously, in the caller's turn: a floor, not a rival. */
  readonly references?: readonly Library[];
  readonly targets: ActorTargets;
  /** What the handlers and the askers must see. */
  checks(total: number): { readonly handled: Check; readonly replied: Check };
}

export function actorWorkload(workload: ActorWorkload): Workload {
  const contenders: readonly Entry[] = [
    ...entries("ours", ["pneumatic"]),
    ...entries("peer", workload.peers),
    ...entries("reference", workload.references ?? []),
    ...(workload.targets.erlang === undefined ? [] : [erlang(workload.name)]),
  ];
  return {
    name: workload.name,
    title: workload.title,
    contenders,
    targets: [
      ratio({ title: "best actor library", contenders: ACTOR_LIBRARIES }, workload.targets.actorLibrary),
      ...(workload.targets.erlang === undefined ? [] : [ratio("erlang", workload.targets.erlang)]),
    ],
    prepare: async (contender) => {
      const library = contenders.find(({ name }) => name === contender)?.library;
      if (library === undefined) throw new Error(`No contender "${contender}"`);
      const peer: Peer = await load(library);
      const run = peer[workload.way];
      if (run === undefined) throw new NotAvailableError(`has no ${workload.way}`);
      return { size: workload.total, repeat: "scaled", run: (size) => checkedRun(workload, run, size) };
    },
  };
}

async function checkedRun(workload: ActorWorkload, run: Run, size: number): Promise<Measured> {
  const { width } = workload;
  const total = Math.ceil(size / width) * width;
  const { handled, replied } = workload.checks(total);
  let begun = now();
  let ended: number | undefined;
  const begin = () => {
    begun = now();
  };
  const end = () => {
    ended = now();
  };
  const plan: Plan = { total, width, handle: handled.see, reply: replied.see, begin, end };
  await run(plan);
  const milliseconds = (ended ?? now()) - begun;
  handled.complete();
  replied.complete();
  return { operations: workload.way === "forkJoin" ? total * MESSAGES_PER_FORK : total, milliseconds };
}

interface Entry extends Contender {
  readonly library?: Library;
}

function entries(role: Role, libraries: readonly Library[]): Entry[] {
  return libraries.map((library) => ({ name: library, role, library }));
}

function ratio(against: RatioTarget["against"], atLeast: number): RatioTarget {
  return { kind: "ratio", against, atLeast };
}
