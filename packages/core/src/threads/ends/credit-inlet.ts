/**
 * The inlet of a channel that queues. It puts what comes into the channel, and lends the other thread slots of a capacity: a
 * slot that is lent is held in the channel as a permit would hold it, so those who send here and those who send there
 * wait in one line. Opposite is a slot outlet.
 *
 * Invariant: `held` slots are reserved in the channel for that thread: lent, and neither used nor returned yet. Of a channel
 * without a capacity it is one, which keeps the channel open, also after `close()`, for what is on the way. When the
 * thread has left or is lost, everything that it holds is given back.
 */
import type { Channel, WaitingSender } from "../../internal/channel.ts";
import { PUSHED } from "../../internal/channel.ts";
import { CLOSED, NOTHING, OPEN } from "../../internal/source.ts";
import type { WaitNode } from "../../internal/wait-list.ts";
import type { Link } from "../link/link.ts";
import * as record from "../link/records.ts";
import { Inlet } from "./inlet.ts";

/** A question for slots that waits in the line of the channel. */
class CreditRequest implements WaitingSender<unknown> {
  readonly value: typeof NOTHING = NOTHING;
  readonly #granted: (slots: number) => void;
  slots = 0;
  isWaiting = false;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(granted: (slots: number) => void) {
    this.#granted = granted;
  }

  accepted(): void {
    this.isWaiting = false;
    this.#granted(this.slots);
  }

  /** The other thread learns of it by a record of its own. */
  disconnected(): void {
    this.isWaiting = false;
  }
}

export class CreditInlet extends Inlet {
  unusedCredit = 0;
  readonly #isBounded: boolean;
  readonly #waitingRequest = new CreditRequest((slots) => this.#granted(slots));
  #isRevoking = false;

  /** The channel is open, and has one sender more from now on. */
  constructor(link: Link, channel: Channel<unknown>, id: number) {
    super(link, channel, id);
    this.#isBounded = channel.capacity !== Number.POSITIVE_INFINITY;
    if (this.#isBounded) channel.addSender();
    else this.grant(1);
    this.begin();
  }

  message(value: unknown): void {
    const { channel } = this;
    if (this.#isBounded) {
      record.must(this.unusedCredit > 0, "a message without a slot");
      this.unusedCredit--;
      channel.fulfill(value);
    } else if (channel.state !== CLOSED) channel.deliver(value);
  }

  control(kind: number, n: number): void {
    switch (kind) {
      case record.REQUEST:
        this.#requested(n);
        break;
      case record.RETURN:
        record.must(n >= 0 && n <= this.unusedCredit, "slots given back that were not lent");
        this.#isRevoking = false;
        this.#freeSlots(n);
        break;
      case record.SENDERS_GONE:
        this.leave();
        break;
    }
  }

  /** Lends slots that are free, without being asked, and returns how many. */
  grant(slots: number): number {
    if (slots <= 0 || this.channel.firstWaiting !== undefined || this.channel.reserve(slots) !== PUSHED) return 0;
    this.unusedCredit += slots;
    return slots;
  }

  /** Lends what is free, up to the share of this thread. */
  grantShare(): number {
    return this.#isBounded ? this.grant(Math.min(this.channel.available, this.#fairShare - this.unusedCredit)) : 0;
  }

  revokeUnused(): void {
    if (!this.#isBounded || this.unusedCredit === 0 || this.#isRevoking || this.hasLeft) return;
    this.#isRevoking = true;
    this.link.control(record.REVOKE, this.id);
  }

  #requested(slots: number): void {
    const { channel } = this;
    record.must(slots > 0 && slots <= channel.capacity, "a wish for slots that there are not");
    if (channel.state !== OPEN || this.#waitingRequest.isWaiting) return;
    if (channel.reserve(slots) === PUSHED) {
      this.#granted(slots);
      return;
    }
    this.#waitingRequest.slots = slots;
    this.#waitingRequest.isWaiting = true;
    channel.waitForRoom(this.#waitingRequest);
  }

  /** The slots are reserved; more are lent with them if they are free, so that not every message must be asked for. */
  #granted(slots: number): void {
    this.unusedCredit += slots;
    this.link.control(record.GRANT, this.id, slots + this.grantShare());
  }

  /** How many slots this thread can have without being asked: an equal part, if others send too. */
  get #fairShare(): number {
    const { inlets } = this.bridge;
    let others = this.channel.senders;
    for (const inlet of inlets) others -= 1 + inlet.unusedCredit;
    return Math.max(1, Math.floor(this.channel.capacity / (inlets.size + (others > 0 ? 1 : 0))));
  }

  #freeSlots(slots: number): void {
    this.unusedCredit -= slots;
    for (let n = 0; n < slots; n++) this.channel.release();
  }

  protected release(): void {
    if (this.#waitingRequest.isWaiting) this.channel.cancelWait(this.#waitingRequest);
    this.#freeSlots(this.unusedCredit);
    if (this.#isBounded) this.channel.removeSender();
  }
}
