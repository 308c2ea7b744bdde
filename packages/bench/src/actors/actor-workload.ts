/** Makes a workload of a way, of who does it, and of what ours is held to. */
import { now } from "../runner/clock.ts";
import type { Contender, Measured, RatioTarget, Role, Workload } from "../runner/suite.ts";
import { NotAvailableError } from "../runner/suite.ts";
import { erlang } from "./anchors.ts";
import type { Library } from "./catalogue.ts";
import { isLibrary, load } from "./catalogue.ts";
import type { Check } from "./check.ts";
import type { Peer, Plan, Run, Way } from "./plan.ts";
import { MESSAGES_PER_FORK } from "./plan.ts";

const ACTOR_LIBRARIES: readonly Library[] = ["nact", "comedy", "tarant"];

/**
 * How many times the best actor library that does the work right, and Erlang. An `effect` fiber is no such library (no
 * deadlines, no supervision, no address): it is shown as a peer, without a target.
 */
export interface ActorTargets {
  readonly actorLibrary: number;
  readonly erlang?: number;
}

/** Who does it beside ours. */
export interface Others {
  readonly peers: readonly Library[];
  /** What works synchronously, in the caller's turn: a floor, not a rival. */
  readonly references?: readonly Library[];
}

export interface ActorWorkload extends Others {
  readonly name: string;
  readonly title: string;
  readonly way: Way;
  readonly width: number;
  readonly total: number;
  readonly targets: ActorTargets;
  /** What the handlers and the askers must see. */
  checks(total: number): { readonly handled: Check; readonly replied: Check };
}

export function actorWorkload(workload: ActorWorkload): Workload {
  const contenders = [
    ...contendersOf(workload),
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
      const run = (await peerOf(contenders, contender))[workload.way];
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

/** Ours and the others. */
export function contendersOf({ peers, references = [] }: Others): Contender[] {
  return [...entries("ours", ["pneumatic"]), ...entries("peer", peers), ...entries("reference", references)];
}

/** The adapter of a contender. */
export function peerOf(contenders: readonly Contender[], name: string): Promise<Peer> {
  const contender = contenders.find((candidate) => candidate.name === name);
  if (contender === undefined || !isLibrary(name)) throw new Error(`No contender "${name}"`);
  return load(name);
}

function entries(role: Role, libraries: readonly Library[]): Contender[] {
  return libraries.map((name) => ({ name, role }));
}

function ratio(against: RatioTarget["against"], atLeast: number): RatioTarget {
  return { kind: "ratio", against, atLeast };
}
