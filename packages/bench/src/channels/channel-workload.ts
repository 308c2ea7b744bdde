/** Makes a workload of a plan, of who does it in which way, and of what ours is held to. */
import type { Anchor, Contender, Measured, Role, Target, Trial, Workload } from "../runner/suite.ts";
import { BEST_PEER, NotAvailableError } from "../runner/suite.ts";
import type { Library } from "./catalogue.ts";
import { load } from "./catalogue.ts";
import { inAnyOrder, inOrder } from "./check.ts";
import type { Peer, Plan, Run, Way } from "./plan.ts";

export interface Entry extends Contender {
  readonly library?: Library;
  readonly way?: Way;
}

export interface ChannelWorkload {
  readonly name: string;
  readonly title: string;
  readonly capacity: number;
  readonly senders?: number;
  readonly receivers?: number;
  readonly stages?: number;
  /** Numbers in a full run, of all senders together. */
  readonly total: number;
  /** Whether the total is the point, so that it stays for a slow contender. */
  readonly fixed?: boolean;
  readonly contenders: readonly Entry[];
  readonly targets?: readonly Target[];
}

export function channelWorkload(workload: ChannelWorkload): Workload {
  return {
    name: workload.name,
    title: workload.title,
    contenders: workload.contenders,
    targets: workload.targets ?? [],
    prepare: async (contender) => trialOf(workload, await runOf(workload.contenders, contender)),
  };
}

/** Finds and loads what a contender does. */
export async function runOf(contenders: readonly Entry[], name: string): Promise<Run> {
  const entry = contenders.find((candidate) => candidate.name === name);
  if (entry?.library === undefined || entry.way === undefined) throw new Error(`No contender "${name}"`);
  const peer: Peer = await load(entry.library);
  const run = peer[entry.way];
  if (run === undefined) throw new NotAvailableError(`has no ${entry.way}`);
  return run;
}

function trialOf(workload: ChannelWorkload, run: Run): Trial {
  return {
    size: workload.total,
    repeat: workload.fixed === true ? "fixed" : "scaled",
    run: (size) => checkedRun(workload, run, size),
  };
}

/** One run: the plan at this size, and the check of what came of it. */
export async function checkedRun(
  {
    capacity,
    senders = 1,
    receivers = 1,
    stages = 0,
  }: Pick<ChannelWorkload, "capacity" | "senders" | "receivers" | "stages">,
  run: Run,
  size: number,
): Promise<Measured> {
  const share = senders * receivers;
  const each = (Math.ceil(size / share) * share) / senders;
  const check = receivers === 1 ? inOrder(senders, each) : inAnyOrder(senders, each);
  const plan: Plan = { capacity, senders, receivers, stages, each, receive: check.receive };
  await run(plan);
  check.complete();
  return { operations: senders * each * (stages + 1) };
}

/** Ours, with and without the cooperative budget. */
export function ours(way: Way, suffix = ""): Entry[] {
  return [...entries("ours", way, ["pneumatic", "pneumatic (no budget)"], suffix)];
}

/** Ours where nothing is awaited, so that there is no budget to leave out. */
export function oursOnce(way: Way, suffix = ""): Entry[] {
  return entries("ours", way, ["pneumatic"], suffix);
}

export function peers(way: Way, ...libraries: Library[]): Entry[] {
  return entries("peer", way, libraries, "");
}

/** Peers in a way that is not what they do elsewhere in the table: the suffix says which. */
export function peersBy(way: Way, suffix: string, ...libraries: Library[]): Entry[] {
  return entries("peer", way, libraries, suffix);
}

export function references(way: Way, ...libraries: Library[]): Entry[] {
  return entries("reference", way, libraries, "");
}

export function anchor(name: string, program: Anchor): Entry {
  return { name, role: "anchor", anchor: program };
}

function entries(role: Role, way: Way, libraries: readonly Library[], suffix: string): Entry[] {
  return libraries.map((library) => ({
    name: suffix === "" ? library : `${library} by ${suffix}`,
    role,
    way,
    library,
  }));
}

export function bestPeer(atLeast: number): Target {
  return { kind: "ratio", against: BEST_PEER, atLeast };
}

/** The best of these alone, where others in the table do something else. */
export function bestOf(title: string, contenders: readonly Entry[], atLeast: number): Target {
  return { kind: "ratio", against: { title, contenders: contenders.map(({ name }) => name) }, atLeast };
}

export function against(contender: string, atLeast: number): Target {
  return { kind: "ratio", against: contender, atLeast };
}
