/** Looks at the actors of a system, and changes nothing. */
import { TARGET } from "../address/target.ts";
import { strongAddresses } from "../address/walk.ts";
import { Cell } from "../cell/cell.ts";
import type { Phase } from "../cell/state.ts";
import { AWAITING, BUSY, DOWN, DUE, ENDING, FINISHING, NEW, QUEUED, READY, STARTING, STOPPED } from "../cell/state.ts";
import { messageOf } from "../reply/ask.ts";
import { ThreadCode } from "../threads/parent/thread-executor.ts";
import { typeOf } from "../wording.ts";
import { withDescendants } from "./actor-tree.ts";
import { cyclesOf } from "./cycles.ts";
import type { ActorInspection, ActorState } from "./inspection.ts";

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

/** The first sight of a message in flight: its time, and the number of messages that the actor had done by then. */
interface Sighting {
  readonly done: number;
  readonly at: number;
}

/** Describes the actors of one system. */
export class Inspector {
  /** The runtime notes no time for each message, so the inspector notes when it sees one. */
  readonly #sightings = new WeakMap<Cell, Sighting>();

  /** Describes actors and those below them, the last one first, so that children are there when their parent is described. */
  actors(roots: readonly Cell[]): ActorInspection[] {
    const described = new Map<Cell, ActorInspection>();
    const all = (cells: readonly Cell[]): ActorInspection[] => cells.flatMap((cell) => described.get(cell) ?? []);
    for (const cell of withDescendants(roots).reverse()) described.set(cell, this.#describe(cell, all(cell.children)));
    return all(roots);
  }

  #describe(cell: Cell, children: readonly ActorInspection[]): ActorInspection {
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
      children,
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
    return { type: typeOf(messageOf(item)), seenForMs: elapsed(sighting.at, now) };
  }
}

/** Returns the age of the oldest message. An actor woken by it has waited for its turn for as long as that message. */
function oldestMessageMs({ mailbox, phase, runtime, turn, clock }: Cell): number {
  if (mailbox.queued === 0) return 0;
  const since = mailbox.oldestSince ?? (phase === QUEUED ? runtime.dispatcher.waitingSince(turn) : undefined);
  return elapsed(since, clock.now());
}

function elapsed(since: number | undefined, now: number): number {
  return since === undefined ? 0 : Math.max(0, Math.floor(now - since));
}

/** Returns the paths of actors among `roots` and below that keep each other alive. */
export function ownershipCycles(roots: readonly Cell[]): string[][] {
  const owned = (cell: Cell): Cell[] =>
    strongAddresses([cell.args, [...(cell.incarnation?.owned ?? [])]])
      .map((address) => address[TARGET])
      .filter((target) => target instanceof Cell);
  return cyclesOf(withDescendants(roots), owned).map((cycle) => cycle.map(({ path }) => path));
}
