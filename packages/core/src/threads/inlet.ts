/**
 * The receiving side of a channel for one thread that has senders of it. It puts what comes from there into the channel, and
 * lends that thread slots of a capacity: a slot that is lent is held in the channel as a permit would hold it, so those
 * who send here and those who send there wait in one line. Opposite is an outlet.
 *
 * Invariants
 * 1. `held` slots are reserved in the channel for that thread: lent, and neither used nor returned yet. Of a channel without
 *    a capacity it is one, which keeps the channel open, also after `close()`, for what is on the way.
 * 2. That thread counts as one sender, until it has left or is lost. Then everything that it holds is given back.
 * 3. It holds the event loop while the receiver can still get something from it, unless the user says otherwise.
 */
import type { Channel, ClosedWatch, ParkedSend } from "../internal/channel.ts";
import { PUSHED } from "../internal/channel.ts";
import { CLOSED, NOTHING, OPEN } from "../internal/source.ts";
import type { WaitNode } from "../internal/wait-list.ts";
import type { Borrower } from "./crossing.ts";
import { Crossing } from "./crossing.ts";
import type { Link } from "./link.ts";
import type { Endpoint } from "./records.ts";
import * as record from "./records.ts";

/** A question for slots that waits in the line of the channel. */
class Demand implements ParkedSend<unknown> {
  readonly value: typeof NOTHING = NOTHING;
  readonly #granted: (slots: number) => void;
  slots = 0;
  isWaiting = false;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(granted: (slots: number) => void) {
    this.#granted = granted;
  }

  admitted(): void {
    this.isWaiting = false;
    this.#granted(this.slots);
  }

  /** The other thread learns of it by a record of its own. */
  disconnected(): void {
    this.isWaiting = false;
  }
}

export class Inlet implements Endpoint, Borrower, ClosedWatch {
  readonly id: number;
  held = 0;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  readonly #link: Link;
  readonly #channel: Channel<unknown>;
  readonly #crossing: Crossing;
  readonly #isBounded: boolean;
  readonly #demand = new Demand((slots) => this.#grant(slots));
  #isRecalled = false;
  #isWatching = false;
  #isHolding = false;
  #hasLeft = false;

  /** The channel is open, and has one sender more from now on. */
  constructor(link: Link, channel: Channel<unknown>, id: number) {
    this.#link = link;
    this.#channel = channel;
    this.#crossing = Crossing.of(channel);
    this.#isBounded = channel.capacity !== Number.POSITIVE_INFINITY;
    this.id = id;
    link.add(this, id);
    if (this.#isBounded) channel.addSender();
    else this.lend(1);
    this.#crossing.inlets.add(this);
    this.#watch();
    this.setHold(this.#crossing.isHolding);
  }

  message(value: unknown): void {
    const channel = this.#channel;
    if (this.#isBounded) {
      this.held--;
      channel.fulfill(value);
    } else if (channel.state !== CLOSED) channel.deliver(value);
  }

  control(kind: number, n: number): void {
    switch (kind) {
      case record.WANT:
        this.#want(n);
        break;
      case record.RETURN:
        this.#isRecalled = false;
        this.#giveBack(n);
        break;
      case record.LEFT:
        this.#leave();
        break;
    }
  }

  lost(): void {
    this.#leave();
  }

  /** Lends slots that are free, without being asked, and returns how many. */
  lend(slots: number): number {
    if (slots <= 0 || this.#channel.next !== undefined || this.#channel.reserve(slots) !== PUSHED) return 0;
    this.held += slots;
    return slots;
  }

  /** Lends what is free, up to the share of this thread, without being asked, and returns how many. */
  lendShare(): number {
    return this.#isBounded ? this.lend(Math.min(this.#channel.available, this.#share - this.held)) : 0;
  }

  recall(): void {
    if (!this.#isBounded || this.held === 0 || this.#isRecalled || this.#hasLeft) return;
    this.#isRecalled = true;
    this.#link.control(record.RECALL, this.id);
  }

  setHold(isHolding: boolean): void {
    if (isHolding === this.#isHolding) return;
    this.#isHolding = isHolding;
    if (isHolding) this.#link.hold();
    else this.#link.unhold();
  }

  /** The receiver was closed or dropped. */
  closed(): void {
    this.#isWatching = false;
    if (this.#channel.isAbandoned) {
      this.setHold(false);
      this.#link.control(record.DROPPED, this.id);
    } else {
      this.#link.control(record.CLOSED, this.id);
      queueMicrotask(() => this.#watchClosed());
    }
  }

  /** A closed receiver can still be dropped. */
  #watchClosed(): void {
    if (this.#hasLeft) return;
    if (this.#channel.isAbandoned) this.closed();
    else this.#watch();
  }

  #watch(): void {
    this.#isWatching = true;
    this.#channel.watches.push(this);
  }

  #want(slots: number): void {
    const channel = this.#channel;
    if (channel.state !== OPEN || this.#demand.isWaiting) return;
    if (channel.reserve(slots) === PUSHED) {
      this.#grant(slots);
      return;
    }
    this.#demand.slots = slots;
    this.#demand.isWaiting = true;
    channel.park(this.#demand);
  }

  /** The slots are reserved; more are lent with them if they are free, so that not every message must be asked for. */
  #grant(slots: number): void {
    this.held += slots;
    this.#link.control(record.GRANT, this.id, slots + this.lendShare());
  }

  /** How many slots this thread can have without being asked: an equal part, if others send too. */
  get #share(): number {
    const { inlets } = this.#crossing;
    let others = this.#channel.senders;
    for (const inlet of inlets) others -= 1 + inlet.held;
    return Math.max(1, Math.floor(this.#channel.capacity / (inlets.size + (others > 0 ? 1 : 0))));
  }

  #giveBack(slots: number): void {
    this.held -= slots;
    for (let n = 0; n < slots; n++) this.#channel.release();
  }

  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    const channel = this.#channel;
    this.#crossing.inlets.delete(this);
    this.setHold(false);
    if (this.#isWatching) channel.watches.remove(this);
    if (this.#demand.isWaiting) channel.unpark(this.#demand);
    this.#giveBack(this.held);
    if (this.#isBounded) channel.removeSender();
    this.#link.remove(this.id);
  }
}
