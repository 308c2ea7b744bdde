/**
 * The strategies by which a router chooses one routee for a message. A strategy passes over routees that take no
 * messages any more; if none does, it returns any, whose mailbox refuses with the reason. (Broadcast chooses none: it
 * is in inbox.ts.)
 */
import type { Cell } from "../cell/cell.ts";
import { RoutingKeyError } from "../errors.ts";
import { typeOf } from "../wording.ts";
import { hashOf, mix } from "./hash.ts";

/** An actor of a router. */
export interface Routee {
  readonly id: string;
  readonly cell: Cell;
  /** The seed of consistent hashing: the same for the same id. */
  readonly seed: number;
}

/** The present routees, at least one. A change replaces the list; a list itself never changes. */
export interface Members {
  readonly members: readonly Routee[];
}

export interface Picker {
  pick(from: Members, message: unknown): Routee;
}

/** Returns the number of messages that an actor has yet to handle. */
export function loadOf({ mailbox, inFlight }: Cell): number {
  return mailbox.queued + (inFlight === undefined ? 0 : 1);
}

/** Returns the position of the first routee that takes messages, from `start` round to `start` again. */
function openFrom(start: number, members: readonly Routee[]): number {
  const count = members.length;
  for (let step = 0; step < count; step++) {
    const at = (start + step) % count;
    if (!(members[at] as Routee).cell.mailbox.isClosed) return at;
  }
  return 0;
}

/** Chooses one routee after the other. */
export class RoundRobin implements Picker {
  #next = 0;

  pick({ members }: Members): Routee {
    const at = openFrom(this.#next, members);
    this.#next = at + 1;
    return members[at] as Routee;
  }
}

/** Chooses by the random numbers of the system. */
export class Random implements Picker {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  pick(from: Members): Routee {
    const chance = this.#random(); // may be user code, so the members are read after it
    const { members } = from;
    const at = Math.min(members.length - 1, Math.max(0, Math.floor(chance * members.length) || 0));
    return members[openFrom(at, members)] as Routee;
  }
}

/** Chooses the routee with the fewest messages queued and in flight; of several, the next in turn. */
export class LeastLoaded implements Picker {
  #next = 0;

  pick({ members }: Members): Routee {
    const count = members.length;
    let best = openFrom(this.#next, members);
    let least = loadOf((members[best] as Routee).cell);
    for (let step = 0; step < count && least > 0; step++) {
      const at = (this.#next + step) % count;
      const { cell } = members[at] as Routee;
      const load = loadOf(cell);
      if (load >= least || cell.mailbox.isClosed) continue;
      best = at;
      least = load;
    }
    this.#next = best + 1;
    return members[best] as Routee;
  }
}

/**
 * Chooses the routee that draws the highest number for the key of the message. Each draws for itself, so when a routee comes or
 * goes, only the keys that it wins move: one in n. (Rendezvous hashing, after Thaler and Ravishankar 1998.)
 */
export class ConsistentHash implements Picker {
  readonly #key: (message: unknown) => unknown;
  readonly #path: string;

  constructor(key: (message: unknown) => unknown, path: string) {
    this.#key = key;
    this.#path = path;
  }

  pick(from: Members, message: unknown): Routee {
    const hash = hashOf(this.#keyOf(message));
    const { members } = from; // read after the key, which is user code
    let best = members[0] as Routee;
    let highest = -1;
    for (const routee of members) {
      const drawn = mix(hash ^ routee.seed);
      if (drawn <= highest || routee.cell.mailbox.isClosed) continue;
      best = routee;
      highest = drawn;
    }
    return best;
  }

  #keyOf(message: unknown): string {
    let key: unknown;
    try {
      key = this.#key(message);
    } catch (error) {
      throw new RoutingKeyError(this.#path, typeOf(message), "threw", error);
    }
    if (typeof key === "string") return key;
    throw new RoutingKeyError(
      this.#path,
      typeOf(message),
      `returned ${key === null ? "null" : typeof key}, not a string`,
    );
  }
}
