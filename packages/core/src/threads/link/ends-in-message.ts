/**
 * The ends of channels that are in the messages of one link. They move as their message is sent: what goes instead of them is
 * planned while it is written, and they are used up when it was; if it was not, nothing has happened.
 */
import { isCollection, STOP, walk } from "../../internal/walk.ts";
import { explained } from "../codec/cloneable.ts";
import type { WithPlaceholders } from "../codec/placeholders.ts";
import { fillPlaceholders, putPlaceholders } from "../codec/placeholders.ts";
import type { Descriptor } from "./records.ts";
import { GRANT } from "./records.ts";

/** How ends move (moving.ts); `L` is the link. */
export interface EndTransfer<in L> {
  /** What goes instead of `value`; undefined if it is no end. Throws for an end that cannot go, unless that was checked. */
  plan(value: object, link: L, isChecked: boolean): Descriptor | undefined;
  /** Uses up the end, and returns how many slots the senders' side may use. */
  move(end: object, portable: Descriptor, link: L): number;
  /** Makes an end that has arrived. */
  revive(portable: Descriptor, link: L): object;
}

/** The link, as far as it matters here. */
export interface RecordSender {
  control(kind: number, id: number, n: number): void;
}

const CLONED = { reach: "cloned" } as const;

export class EndsInMessage<L extends RecordSender> {
  readonly #link: L;
  readonly #transfer: EndTransfer<L>;
  readonly #plans = new Map<object, Descriptor>();
  #isChecked = false;

  constructor(link: L, moving: EndTransfer<L>) {
    this.#link = link;
    this.#transfer = moving;
  }

  /** What goes instead of an object of the message that is being written; undefined for all but ends. */
  readonly describe = (value: object): Descriptor | undefined => {
    const planned = this.#plans.get(value);
    if (planned !== undefined) return planned;
    const portable = this.#transfer.plan(value, this.#link, this.#isChecked);
    if (portable !== undefined) this.#plans.set(value, portable);
    return portable;
  };

  readonly revive = (portable: unknown): object => this.#transfer.revive(portable as Descriptor, this.#link);

  /** A message is about to be written. `isChecked`: its ends were found to be movable before. */
  begin(isChecked: boolean): void {
    this.#isChecked = isChecked;
    if (this.#plans.size > 0) this.#plans.clear();
  }

  /** The message was sent: the ends in it are used up. */
  commit(): void {
    if (this.#plans.size === 0) return;
    const plans = [...this.#plans];
    this.#plans.clear();
    for (const [end, portable] of plans) {
      const room = this.#transfer.move(end, portable, this.#link);
      if (portable.is === "sender" && room > 0) this.#link.control(GRANT, portable.id ^ 1, room);
    }
  }

  /** What to post instead of a message that the codec does not write; undefined for the message itself. */
  detach(value: unknown): WithPlaceholders | undefined {
    return hasPart(value, this.describe) ? putPlaceholders(value, this.describe) : undefined;
  }

  attach(packed: WithPlaceholders): unknown {
    return fillPlaceholders(packed, this.revive);
  }

  /** A copy of a message that cannot be sent yet, in which the ends are the same. Throws MessageNotCloneableError. */
  copy(value: unknown): unknown {
    if (Object(value) !== value && typeof value !== "symbol") return value;
    this.begin(false);
    try {
      const packed = putPlaceholders(value, (part) => this.describe(part) && part);
      if (packed === undefined) return structuredClone(value);
      const { message, standIns } = structuredClone({ message: packed.message, standIns: packed.placeholders });
      return fillPlaceholders({ message, placeholders: standIns, descriptors: packed.descriptors }, (end) => end);
    } catch (error) {
      throw this.explained(error, value);
    }
  }

  /** What `value` was refused with, and why. */
  explained(error: unknown, value: unknown, transferList?: readonly object[]): unknown {
    return explained(error, value, { describe: this.describe, transferList });
  }
}

/** Returns whether `is` says something of any object in `message`; this is much cheaper than to copy it. */
function hasPart(message: unknown, is: (value: object) => unknown): boolean {
  const visit = (value: object | symbol): typeof STOP | undefined =>
    typeof value === "object" && is(value) !== undefined ? STOP : undefined;
  return walk(message, visit, CLONED);
}

/** Returns whether a message goes through the port as it is: it arrives as what no other post is. Others go in an array. */
export function isPostedAsItIs(value: unknown): boolean {
  return typeof value === "object" && value !== null && (ArrayBuffer.isView(value) || isCollection(value));
}
