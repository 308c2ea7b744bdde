/**
 * The ends of channels that are in the messages of one link. Sending is two-phase: `describe` plans the move of each end while
 * its message is encoded, and `commit` uses the ends up once the message is sent. If sending fails, the ends stay usable.
 *
 * Upstream is the outgoing side of the link; the moves themselves are handed in (EndTransfer), since they stand above the links.
 */
import { isCollection, PRUNE } from "../../internal/walk.ts";
import { explained } from "../codec/cloneable.ts";
import { isDeeper, MOST_LEVELS, tooDeep } from "../codec/depth.ts";
import type { WithPlaceholders } from "../codec/placeholders.ts";
import { fillPlaceholders, putPlaceholders } from "../codec/placeholders.ts";
import type { Descriptor } from "./records.ts";
import { GRANT } from "./records.ts";

/** The moves of ends (transfer-ends.ts). `L` is the link. */
export interface EndTransfer<in L> {
  /** Returns the descriptor of an end; undefined for others. Throws for an end that cannot go, unless that was checked. */
  plan(value: object, link: L, isChecked: boolean): Descriptor | undefined;
  /** Uses the end up. Returns the number of slots that the senders' side may use. */
  move(end: object, descriptor: Descriptor, link: L): number;
  /** Makes an end of a descriptor that has arrived. */
  revive(descriptor: Descriptor, link: L): object;
}

/** The part of the link that is needed here. */
export interface RecordSender {
  control(kind: number, id: number, n: number): void;
}

/** Between `begin` and `commit` it has a plan for each end in the message that is being sent. */
export class EndsInMessage<L extends RecordSender> {
  readonly #link: L;
  readonly #transfer: EndTransfer<L>;
  readonly #plans = new Map<object, Descriptor>();
  #isChecked = false;

  constructor(link: L, transfer: EndTransfer<L>) {
    this.#link = link;
    this.#transfer = transfer;
  }

  /** Returns the descriptor of an end in the message that is being sent; undefined for other objects. */
  readonly describe = (value: object): Descriptor | undefined => {
    const planned = this.#plans.get(value);
    if (planned !== undefined) return planned;
    const descriptor = this.#transfer.plan(value, this.#link, this.#isChecked);
    if (descriptor !== undefined) this.#plans.set(value, descriptor);
    return descriptor;
  };

  readonly revive = (descriptor: unknown): object => this.#transfer.revive(descriptor as Descriptor, this.#link);

  /** Begins a message. `isChecked`: its ends were found to be movable before. */
  begin(isChecked: boolean): void {
    this.#isChecked = isChecked;
    if (this.#plans.size > 0) this.#plans.clear();
  }

  /** Uses up the ends in the message, which was sent. */
  commit(): void {
    if (this.#plans.size === 0) return;
    const plans = [...this.#plans];
    this.#plans.clear();
    for (const [end, descriptor] of plans) {
      const credit = this.#transfer.move(end, descriptor, this.#link);
      if (descriptor.is === "sender" && credit > 0) this.#link.control(GRANT, descriptor.id ^ 1, credit);
    }
  }

  /**
   * Returns a message for structured clone, with placeholders for its ends; undefined if it has none. Throws for one that is too
   * deep for the other side.
   */
  detach(value: unknown): WithPlaceholders | undefined {
    return hasEnds(value, this.describe) ? putPlaceholders(value, this.describe) : undefined;
  }

  /** Returns the message that {@link detach} was given on the other side, with ends of this side. */
  attach(message: WithPlaceholders): unknown {
    return fillPlaceholders(message, this.revive);
  }

  /** Returns a copy of a message that cannot be sent yet, with the same ends in it. Throws MessageNotCloneableError. */
  copy(value: unknown): unknown {
    if (Object(value) !== value && typeof value !== "symbol") return value;
    this.begin(false);
    if (isDeeper(value, MOST_LEVELS)) throw tooDeep(MOST_LEVELS);
    try {
      const detached = putPlaceholders(value, (part) => this.describe(part) && part);
      if (detached === undefined) return structuredClone(value);
      const { descriptors: ends, ...cloneable } = detached;
      return fillPlaceholders({ ...structuredClone(cloneable), descriptors: ends }, (end) => end);
    } catch (error) {
      throw this.explained(error, value);
    }
  }

  /** Returns the error to throw instead of `error`, with which `value` was refused. */
  explained(error: unknown, value: unknown, transferList?: readonly object[]): unknown {
    return explained(error, value, { describe: this.describe, transferList });
  }
}

/** Returns whether any object in `message` has a descriptor. This is much cheaper than copying the message. Throws if it is too deep. */
function hasEnds(message: unknown, describe: (value: object) => unknown): boolean {
  let hasFound = false;
  const visit = (value: object | symbol): typeof PRUNE | undefined => {
    if (typeof value !== "object" || describe(value) === undefined) return undefined;
    hasFound = true;
    return PRUNE;
  };
  if (isDeeper(message, MOST_LEVELS, visit)) throw tooDeep(MOST_LEVELS);
  return hasFound;
}

/** Returns whether a message goes through the port as it is: no other post looks like it. Others go in an array of one. */
export function isPostedAsItIs(value: unknown): boolean {
  return typeof value === "object" && value !== null && (ArrayBuffer.isView(value) || isCollection(value));
}
