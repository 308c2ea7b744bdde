/**
 * Finds actors that wait for each other. An edge stands for a handler of `waiter` that has yet to settle, with an ask
 * or a send under way to `target` through an address that knows its owner. A cycle of edges is a deadlock.
 *
 * An edge is looked at once, when it is 500 ms old. The youngest edge of a cycle is the last to get that old, and the
 * others are on record by then; so it is the one that finds the cycle, and no search ever runs for asks that are
 * answered sooner.
 */
import type { Clock, WaitNode } from "@pneumatic/core/internal";
import { DeadlockError } from "../errors.ts";
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
  readonly victim: DeadlockVictim;
  readonly promise: Promise<unknown>;
  readonly #work: unknown;
  readonly #incarnation: object | undefined;
  readonly #progress: number | undefined;

  constructor(waiter: Waiter, target: Waiter, victim: DeadlockVictim, promise: Promise<unknown>) {
    this.waiter = waiter;
    this.target = target;
    this.victim = victim;
    this.promise = promise;
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
  readonly #young: Deadlines;
  readonly #found: (error: DeadlockError) => void;
  readonly #rejects: boolean;
  readonly #turns: { readonly running: unknown };

  /**
   * Calls `found` with each deadlock; with `rejects`, it also rejects one of the waits. `turns` has the actor whose
   * turn is on the stack.
   */
  constructor(
    clock: Clock,
    turns: { readonly running: unknown },
    rejects: boolean,
    found: (error: DeadlockError) => void,
  ) {
    this.#turns = turns;
    this.#young = new Deadlines(clock, undefined);
    this.#rejects = rejects;
    this.#found = found;
  }

  /** Adds an edge from `waiter` to `target`; returns undefined if no handler of `waiter` is unsettled. `now` is the time, if it is known. */
  add(
    waiter: Waiter,
    target: Waiter,
    victim: DeadlockVictim,
    promise: Promise<unknown>,
    now?: number,
  ): Edge | undefined {
    if (waiter.work === undefined) return undefined;
    const { running } = this.#turns;
    if (running !== undefined && running !== waiter) return undefined; // it got a clone, and does not own it
    const edge = new Edge(waiter, target, victim, promise);
    if (waiter === target) void this.#examineSelf(edge);
    this.#young.add(edge, now);
    return edge;
  }

  /** Removes an edge: the wait is over, or does not keep the handler from settling. */
  remove(edge: Edge): void {
    this.#young.remove(edge);
    if (edge.waiter.longWaits?.delete(edge)) edge.target.longAwaited--;
  }

  /** Removes the edge of `waiter` to which `promise` belongs. */
  background(waiter: Waiter, promise: unknown): void {
    for (const edge of waiter.longWaits ?? []) if (edge.promise === promise) this.remove(edge);
    let node: WaitNode | undefined = this.#young.newest(PATIENCE_MS);
    while (node !== undefined && (node as Edge).promise !== promise) node = node.previous;
    if (node !== undefined && (node as Edge).waiter === waiter) this.remove(node as Edge);
  }

  /** Stops the idle timers: no edge is left. */
  end(): void {
    this.#young.end();
  }

  /** Searches for a cycle that `edge` closes. */
  examine(edge: Edge): void {
    if (!edge.isActive) return;
    edge.waiter.longWaits ??= new Set();
    edge.waiter.longWaits.add(edge);
    edge.target.longAwaited++;
    if (edge.waiter.longAwaited === 0) return; // so that waits for a long chain do not follow it each time
    const path = pathBetween(edge.target, edge.waiter);
    if (path !== undefined) this.#resolve(edge, [edge.waiter.path, ...path]);
  }

  /** Finds an actor that waits for itself, and so for ever. It waits until the handler has had the chance to settle without it. */
  async #examineSelf(edge: Edge): Promise<void> {
    for (let step = 0; step < STEPS_TO_SETTLE; step++) await undefined;
    const isUnderWay = edge.deadline !== Number.POSITIVE_INFINITY;
    if (isUnderWay && edge.isActive) this.#resolve(edge, [edge.waiter.path, edge.target.path]);
  }

  #resolve(edge: Edge, path: string[]): void {
    const error = new DeadlockError(path);
    if (this.#rejects) this.remove(edge);
    else this.#young.remove(edge); // the wait goes on, and may be part of another cycle
    this.#found(error);
    if (this.#rejects) edge.victim.deadlocked(error);
  }
}

/** Returns the shortest chain of waits from one actor to another, as paths, both ends included. */
function pathBetween(from: Waiter, to: Waiter): string[] | undefined {
  const reachedFrom = new Map<Waiter, Waiter | undefined>([[from, undefined]]);
  for (const waiter of reachedFrom.keys()) {
    if (waiter === to) return trail(reachedFrom, to);
    for (const edge of waiter.longWaits ?? []) {
      if (edge.isActive && !reachedFrom.has(edge.target)) reachedFrom.set(edge.target, waiter);
    }
  }
  return undefined;
}

function trail(reachedFrom: Map<Waiter, Waiter | undefined>, to: Waiter): string[] {
  const path: string[] = [];
  for (let at: Waiter | undefined = to; at !== undefined; at = reachedFrom.get(at)) path.push(at.path);
  return path.reverse();
}
