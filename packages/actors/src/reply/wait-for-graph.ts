/**
 * Finds actors that wait for each other. An edge stands for work of `waiter` that has yet to settle, and that waits for
 * `target`. What is asked for, sent or stopped in the turn of an actor is a certain edge of it, until it settles; so is the
 * wait of an actor that ends for its children. An ask after an await, through an address that knows its owner, is a likely
 * edge of the owner. A cycle of certain edges is a deadlock, and rejects its youngest wait; one with a likely edge is reported
 * once, and time-outs decide.
 *
 * An edge is looked at once, when it is 500 ms old. The youngest edge of a cycle is the last to get that old, and the
 * others are on record by then; so it is the one that finds the cycle, and no search ever runs for asks that are
 * answered sooner.
 */
import type { Clock, WaitNode } from "@pneumatic/core/internal";
import { ignore, UnrefTimer } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { DeadlockError } from "../errors.ts";
import { report } from "../report.ts";
import type { Expiring } from "./deadlines.ts";
import { Deadlines } from "./deadlines.ts";

/** The time that a cycle must last, in milliseconds. */
const PATIENCE_MS = 500;
/** The most microtasks until an async handler settles that awaits nothing but async functions. */
const STEPS_TO_SETTLE = 16;

/** An actor that can wait, and be waited for. */
export interface Waiter {
  readonly path: string;
  /** The message that it handles and has yet to settle; undefined if it could take a message. */
  readonly work: unknown;
  /** The incarnation that works; left out if the actor is in another thread, where only `work` is known. */
  readonly incarnation?: object | undefined;
  /** The number of messages that it has handled or stashed; left out likewise. */
  readonly progress?: number;
  readonly waitForGraph: WaitForGraph;
  /** The edges on record in which it is the waiter. */
  longWaits: Set<Edge> | undefined;
  /** The number of edges to it that are on record. */
  longAwaited: number;
}

/** A pending ask or send that is given up to end a deadlock. */
export interface DeadlockVictim {
  deadlocked(error: DeadlockError): void;
}

export class Edge implements Expiring {
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  deadline: number = Number.POSITIVE_INFINITY;
  readonly timeoutMs: number = PATIENCE_MS;
  readonly waiter: Waiter;
  readonly target: Waiter;
  /** Undefined for a wait of the runtime, which cannot be given up. */
  readonly victim: DeadlockVictim | undefined;
  readonly promise: Promise<unknown>;
  readonly isCertain: boolean;
  readonly #work: unknown;
  readonly #incarnation: object | undefined;
  readonly #progress: number | undefined;

  constructor(
    waiter: Waiter,
    target: Waiter,
    victim: DeadlockVictim | undefined,
    promise: Promise<unknown>,
    isCertain: boolean,
  ) {
    this.waiter = waiter;
    this.target = target;
    this.victim = victim;
    this.promise = promise;
    this.isCertain = isCertain;
    this.#work = waiter.work;
    this.#incarnation = waiter.incarnation;
    this.#progress = waiter.progress;
  }

  /** True if the handler that made it has yet to settle. */
  get isActive(): boolean {
    const { waiter } = this;
    return waiter.work === this.#work && waiter.incarnation === this.#incarnation && waiter.progress === this.#progress;
  }

  expired(): void {
    this.waiter.waitForGraph.examine(this);
  }
}

export class WaitForGraph {
  readonly #clock: Clock;
  readonly #young: Deadlines;
  readonly #found: (error: DeadlockError, isCertain: boolean) => void;
  readonly #rejects: boolean;
  readonly #turns: { readonly running: unknown };

  /**
   * Calls `found` with each deadlock, and with each cycle that is likely one; with `rejects`, it also rejects one of the
   * waits of a deadlock. `turns` has the actor whose turn or hook is on the stack.
   */
  constructor(
    clock: Clock,
    turns: { readonly running: unknown },
    rejects: boolean,
    found: (error: DeadlockError, isCertain: boolean) => void,
  ) {
    this.#turns = turns;
    this.#clock = clock;
    this.#young = new Deadlines(clock, undefined);
    this.#rejects = rejects;
    this.#found = found;
  }

  /**
   * Adds the edge of an ask or a send to `target`: a certain one of the actor whose turn it is, otherwise a likely one of the
   * `owner` of the address. Returns undefined if nobody is known to wait. `now` is the time, if it is known.
   */
  add(
    owner: Waiter | undefined,
    target: Waiter,
    victim: DeadlockVictim,
    promise: Promise<unknown>,
    now?: number,
  ): Edge | undefined {
    const running = this.#turns.running as Waiter | undefined;
    const waiter = running ?? owner;
    if (waiter?.work === undefined) return undefined;
    const edge = new Edge(waiter, target, victim, promise, running !== undefined);
    if (waiter === target && running !== undefined) void this.#examineSelf(edge);
    this.#young.add(edge, now);
    return edge;
  }

  /** Adds the certain edge of a wait of the runtime: `waiter` goes on when `promise` settles, which `target` decides. */
  async awaiting<T>(waiter: Waiter, target: Waiter, promise: Promise<T>): Promise<T> {
    if (waiter.work === undefined) return promise;
    const edge = new Edge(waiter, target, undefined, promise, true);
    const timer = new UnrefTimer(PATIENCE_MS, () => this.examine(edge), this.#clock); // of its own: such waits are rare
    try {
      return await promise;
    } finally {
      timer.stop();
      this.#forget(edge);
    }
  }

  /**
   * Returns what the actor whose turn it is, if there is one, awaits of `target`: the wait may be given up. A rejection that
   * nobody observes ends no process.
   */
  awaited<T>(target: Waiter, promise: Promise<T>): Promise<T> {
    if (this.#turns.running === undefined) return promise;
    const awaited = new Promise<T>((resolve, reject) => {
      const edge = this.add(undefined, target, { deadlocked: reject }, promise);
      const settled = (settle: (outcome: never) => void) => (outcome: T) => {
        if (edge !== undefined) this.remove(edge);
        settle(outcome as never);
      };
      promise.then(settled(resolve), settled(reject));
    });
    awaited.catch(ignore);
    return awaited;
  }

  /**
   * Notes that `waiter` may await `promise`, its own end, if it is its turn: a likely edge. It lasts as long as that work, since
   * nothing is attached to a promise that may be read with each message.
   */
  mayAwaitItself(waiter: Waiter, promise: Promise<unknown>): void {
    if (this.#turns.running !== waiter || waiter.work === undefined) return;
    this.#young.add(new Edge(waiter, waiter, undefined, promise, false));
  }

  /** Removes an edge: the wait is over, or does not keep the handler from settling. */
  remove(edge: Edge): void {
    this.#young.remove(edge);
    this.#forget(edge);
  }

  #forget(edge: Edge): void {
    if (edge.waiter.longWaits?.delete(edge)) edge.target.longAwaited--;
  }

  /** Removes the edge of `waiter` to which `promise` belongs. */
  background(waiter: Waiter, promise: unknown): void {
    for (const edge of waiter.longWaits ?? []) if (edge.promise === promise) this.remove(edge);
    let node: WaitNode | undefined = this.#young.newest(PATIENCE_MS);
    while (node !== undefined && (node as Edge).promise !== promise) node = node.previous;
    if (node !== undefined && (node as Edge).waiter === waiter) this.remove(node as Edge);
  }

  /** Stops the timers: the actors have ended, or have nothing to do. */
  end(): void {
    for (let edge = this.#young.newest(PATIENCE_MS); edge !== undefined; edge = this.#young.newest(PATIENCE_MS)) {
      if ((edge as Edge).isActive) break;
      this.#young.remove(edge);
    }
    this.#young.end();
  }

  /** Searches for a cycle that `edge` closes. */
  examine(edge: Edge): void {
    if (!edge.isActive) return;
    edge.waiter.longWaits ??= new Set();
    for (const older of edge.waiter.longWaits) {
      if (older.isActive) break;
      this.#forget(older);
    }
    edge.waiter.longWaits.add(edge);
    edge.target.longAwaited++;
    if (edge.waiter.longAwaited === 0) return; // so that waits for a long chain do not follow it each time
    const certain = edge.isCertain ? cycleOf(edge, true) : undefined;
    if (certain !== undefined) this.#resolve(certain);
    else this.#report(cycleOf(edge, false));
  }

  /** Finds an actor that waits for itself, and so for ever. It waits until the handler has had the chance to settle without it. */
  async #examineSelf(edge: Edge): Promise<void> {
    for (let step = 0; step < STEPS_TO_SETTLE; step++) await undefined;
    const isUnderWay = edge.deadline !== Number.POSITIVE_INFINITY;
    if (isUnderWay && edge.isActive) this.#resolve([edge]);
  }

  /** Ends a deadlock: `cycle` has its edges, the youngest first. */
  #resolve(cycle: readonly Edge[]): void {
    const victim = cycle.find((edge) => edge.victim !== undefined);
    if (victim === undefined) return;
    const error = new DeadlockError(pathOf(cycle));
    if (this.#rejects) this.remove(victim);
    else this.#young.remove(victim); // the wait goes on, and may be part of another cycle
    this.#found(error, true);
    if (this.#rejects) victim.victim?.deadlocked(error);
  }

  #report(cycle: readonly Edge[] | undefined): void {
    if (cycle !== undefined) this.#found(new DeadlockError(pathOf(cycle)), false);
  }
}

/**
 * Returns the edges of the shortest cycle that `first` closes, itself first, each from the target of the one before;
 * undefined if there is none.
 */
function cycleOf(first: Edge, isCertain: boolean): Edge[] | undefined {
  const reachedBy = new Map<Waiter, Edge>([[first.target, first]]);
  for (const waiter of reachedBy.keys()) {
    if (waiter === first.waiter) return trail(reachedBy, first);
    for (const edge of waiter.longWaits ?? []) {
      const counts = edge.isActive && (edge.isCertain || !isCertain);
      if (counts && !reachedBy.has(edge.target)) reachedBy.set(edge.target, edge);
    }
  }
  return undefined;
}

/** Writes a line about a deadlock, or about a cycle that is likely one. */
export function reportDeadlock(log: Logger, error: DeadlockError, isCertain: boolean): void {
  const entry = { err: error, path: error.path };
  if (isCertain) report(log, "error", entry, "actors wait for each other");
  else report(log, "warn", entry, "actors may wait for each other: time-outs decide");
}

function trail(reachedBy: Map<Waiter, Edge>, first: Edge): Edge[] {
  const edges: Edge[] = [];
  for (let at = reachedBy.get(first.waiter) as Edge; at !== first; at = reachedBy.get(at.waiter) as Edge)
    edges.push(at);
  return [first, ...edges.reverse()];
}

function pathOf(cycle: readonly Edge[]): string[] {
  return [...cycle.map(({ waiter }) => waiter.path), (cycle.at(-1) as Edge).target.path];
}
