/**
 * The inlet of a channel that queues. It puts what comes into the channel, and lends the other thread slots of a capacity: a
 * slot that is lent is held in the channel as a permit would hold it, so those who send here and those who send there
 * wait in one line. Opposite is a slot outlet.
 *
 * Invariant: `held` slots are reserved in the channel for that thread: lent, and neither used nor returned yet. Of a channel
 * without a capacity it is one, which keeps the channel open, also after `close()`, for what is on the way. When the
 * thread has left or is lost, everything that it holds is given back.
 */
import type { Channel, ParkedSend } from "../../internal/channel.ts";
import { PUSHED } from "../../internal/channel.ts";
import { CLOSED, NOTHING, OPEN } from "../../internal/source.ts";
import type { WaitNode } from "../../internal/wait-list.ts";
import type { Link } from "../link/link.ts";
import * as record from "../link/records.ts";
import { Inlet } from "./inlet.ts";

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

export class SlotInlet extends Inlet {
  held = 0;
  readonly #isBounded: boolean;
  readonly #demand = new Demand((slots) => this.#grant(slots));
  #isRecalled = false;

  /** The channel is open, and has one sender more from now on. */
  constructor(link: Link, channel: Channel<unknown>, id: number) {
    super(link, channel, id);
    this.#isBounded = channel.capacity !== Number.POSITIVE_INFINITY;
    if (this.#isBounded) channel.addSender();
    else this.lend(1);
    this.enter();
  }

  message(value: unknown): void {
    const { channel } = this;
    if (this.#isBounded) {
      record.must(this.held > 0, "a message without a slot");
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
        record.must(n >= 0 && n <= this.held, "slots given back that were not lent");
        this.#isRecalled = false;
        this.#giveBack(n);
        break;
      case record.LEFT:
        this.leave();
        break;
    }
  }

  /** Lends slots that are free, without being asked, and returns how many. */
  lend(slots: number): number {
    if (slots <= 0 || this.channel.next !== undefined || this.channel.reserve(slots) !== PUSHED) return 0;
    this.held += slots;
    return slots;
  }

  /** Lends what is free, up to the share of this thread. */
  lendShare(): number {
    return this.#isBounded ? this.lend(Math.min(this.channel.available, this.#share - this.held)) : 0;
  }

  recall(): void {
    if (!this.#isBounded || this.held === 0 || this.#isRecalled || this.hasLeft) return;
    this.#isRecalled = true;
    this.link.control(record.RECALL, this.id);
  }

  #want(slots: number): void {
    const { channel } = this;
    record.must(slots > 0 && slots <= channel.capacity, "a wish for slots that there are not");
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
    this.link.control(record.GRANT, this.id, slots + this.lendShare());
  }

  /** How many slots this thread can have without being asked: an equal part, if others send too. */
  get #share(): number {
    const { inlets } = this.crossing;
    let others = this.channel.senders;
    for (const inlet of inlets) others -= 1 + inlet.held;
    return Math.max(1, Math.floor(this.channel.capacity / (inlets.size + (others > 0 ? 1 : 0))));
  }

  #giveBack(slots: number): void {
    this.held -= slots;
    for (let n = 0; n < slots; n++) this.channel.release();
  }

  protected giveUp(): void {
    if (this.#demand.isWaiting) this.channel.unpark(this.#demand);
    this.#giveBack(this.held);
    if (this.#isBounded) this.channel.removeSender();
  }
}
