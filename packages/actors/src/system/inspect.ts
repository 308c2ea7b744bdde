/**
 * What a system looks like at one instant: plain data, which can be printed, compared and sent as JSON. Nothing in it is the
 * content of a message, and nothing here changes the system.
 */

import { TARGET } from "../address/target.ts";
import { strongAddresses } from "../address/walk.ts";
import { Cell } from "../cell/cell.ts";
import type { Phase } from "../cell/state.ts";
import { AWAITING, BUSY, DOWN, DUE, ENDING, FINISHING, NEW, QUEUED, READY, STARTING, STOPPED } from "../cell/state.ts";
import { typeOf } from "../mailbox/dead-letters.ts";
import type { Ledger } from "../mailbox/ledger.ts";
import type { Overflow } from "../mailbox/overflow.ts";
import { Envelope } from "../reply/ask.ts";
import { ThreadCode } from "../threads/parent/thread-executor.ts";
import { cyclesOf } from "./cycles.ts";

/**
 * What an actor is doing: `new` (a child whose supervisor has yet to start it), `starting`, `ready` (nothing to do), `queued`
 * (waits for its turn), `busy` (its turn is on the stack), `awaiting` (its handler has yet to settle), `ending`, `down` (waits
 * for its restart), `stopped`.
 */
export type ActorState = "new" | "starting" | "ready" | "queued" | "busy" | "awaiting" | "ending" | "down" | "stopped";

const STATES: Readonly<Record<Phase, ActorState>> = {
  [NEW]: "new",
  [DUE]: "starting",
  [STARTING]: "starting",
  [READY]: "ready",
  [QUEUED]: "queued",
  [BUSY]: "busy",
  [AWAITING]: "awaiting",
  [DOWN]: "down",
  [ENDING]: "ending",
  [FINISHING]: "ending",
  [STOPPED]: "stopped",
};

/** An actor, as `inspect()` sees it. */
export interface ActorInspection {
  readonly path: string;
  /** As in the log: no two actors of a system have the same. */
  readonly id: number;
  /** The name of its definition. */
  readonly definition: string;
  readonly state: ActorState;
  /** How many messages are queued; the one in flight is not. */
  readonly depth: number;
  /** How many were set aside by `ctx.stash`. */
  readonly stashed: number;
  /**
   * For how many milliseconds, at least, the oldest message has been queued; 0 when none is. No time is noted for each
   * message: a message counts from when the actor was seen not to take it, which is at once while a handler or a start is
   * awaited, and after about a millisecond while the system is busy.
   */
  readonly oldestMessageMs: number;
  /** The message that is being handled, and how many milliseconds ago `inspect()` has first seen that. */
  readonly inFlight: { readonly type: string; readonly seenForMs: number } | undefined;
  /** Which start this is; 0 before the first. */
  readonly generation: number;
  readonly restarts: number;
  readonly mailbox: {
    /** Null when there is no limit. */
    readonly capacity: number | null;
    readonly overflow: Overflow;
    /** Whether it refuses new messages: the actor drains, or ends. */
    readonly isClosed: boolean;
  };
  /** How many strong addresses there are. With none, only its parent keeps the actor. */
  readonly strongAddresses: number;
  /** Undefined in process; else the `threadId` of the worker thread, which is undefined while it has none. */
  readonly thread: { readonly id: number | undefined } | undefined;
  readonly children: readonly ActorInspection[];
}

/** A system, as `inspect()` sees it. */
export interface SystemInspection {
  readonly name: string;
  /** How many actors live. */
  readonly living: number;
  readonly ledger: Ledger;
  /** How many asks were rejected since the beginning, whether somebody observed that or not. */
  readonly rejectedAsks: number;
  readonly deadLetters: {
    /** How many the store keeps. */
    readonly kept: number;
    /** How many receivers of dead letters there are. */
    readonly receivers: number;
    /** How many letters were not delivered to a receiver, because it had no room. */
    readonly undelivered: number;
  };
  /** The actors without a parent, in the order they were spawned. */
  readonly actors: readonly ActorInspection[];
  /**
   * The paths of actors that own each other's addresses in `args` or by `ctx.own`, and so keep each other alive. Addresses
   * that are elsewhere, in a state say, are not seen.
   */
  readonly cycles: readonly (readonly string[])[];
}

/** When a message was first seen in flight, and which one: how many the actor had done by then. */
interface Sighting {
  readonly done: number;
  readonly at: number;
}

/** Looks at the actors of one system. */
export class Inspector {
  /** The runtime notes no time for each message, so this notes when it sees one. */
  readonly #sightings = new WeakMap<Cell, Sighting>();

  /** One actor and those below it. */
  actor(cell: Cell): ActorInspection {
    const { mailbox, code, life } = cell;
    const { capacity } = mailbox.channel;
    return {
      path: cell.path,
      id: cell.id,
      definition: code.name,
      state: STATES[cell.phase],
      depth: mailbox.queued,
      stashed: mailbox.stashed,
      oldestMessageMs: oldestMessageMs(cell),
      inFlight: this.#inFlight(cell),
      generation: life.generation,
      restarts: life.restarts,
      mailbox: {
        capacity: Number.isFinite(capacity) ? capacity : null,
        overflow: mailbox.overflow,
        isClosed: mailbox.isClosed,
      },
      strongAddresses: mailbox.channel.senders,
      thread: code instanceof ThreadCode ? { id: code.threadId } : undefined,
      children: cell.children.map((child) => this.actor(child)),
    };
  }

  #inFlight(cell: Cell): ActorInspection["inFlight"] {
    const { inFlight: item, account, life, clock } = cell;
    if (item === undefined) return undefined;
    const done = account.handled + account.panicked + life.generation;
    const now = clock.now();
    let sighting = this.#sightings.get(cell);
    if (sighting?.done !== done) sighting = { done, at: now };
    this.#sightings.set(cell, sighting);
    return { type: typeOf(item instanceof Envelope ? item.message : item), seenForMs: elapsed(sighting.at, now) };
  }
}

/** One that was woken by its oldest message has waited for its turn for as long as that message. */
function oldestMessageMs({ mailbox, phase, runtime, turn, clock }: Cell): number {
  if (mailbox.queued === 0) return 0;
  const since = mailbox.oldestSince ?? (phase === QUEUED ? runtime.dispatcher.waitingSince(turn) : undefined);
  return elapsed(since, clock.now());
}

function elapsed(since: number | undefined, now: number): number {
  return since === undefined ? 0 : Math.max(0, Math.floor(now - since));
}

/** Paths of actors below `roots` that keep each other alive. */
export function ownershipCycles(roots: readonly Cell[]): string[][] {
  const cells: Cell[] = [];
  const collect = (cell: Cell): void => {
    cells.push(cell);
    cell.children.forEach(collect);
  };
  roots.forEach(collect);
  const owned = (cell: Cell): Cell[] =>
    strongAddresses([cell.args, [...(cell.incarnation?.owned ?? [])]])
      .map((address) => address[TARGET])
      .filter((target) => target instanceof Cell);
  return cyclesOf(cells, owned).map((cycle) => cycle.map(({ path }) => path));
}
