/**
 * The inlet of a channel that queues. It puts each message into the channel, and grants the other thread slots of a capacity as
 * credit. A granted slot is reserved in the channel, as by a permit, so the senders of both threads wait in one list. The other
 * side is a credit outlet.
 *
 * Invariant: `unusedCredit` slots are reserved in the channel for that thread: granted, and neither used nor returned yet. In a
 * channel without a capacity that is one slot, which keeps the channel open, also after `close()`, for messages on the way.
 * When the thread has left or is lost, all its credit is freed.
 */
import type { Channel, WaitingSender } from "../../internal/channel.ts";
import { PUSHED } from "../../internal/channel.ts";
import { CLOSED, NOTHING, OPEN } from "../../internal/source.ts";
import type { WaitNode } from "../../internal/wait-list.ts";
import type { Link } from "../link/link.ts";
import * as record from "../link/records.ts";
import { Inlet } from "./inlet.ts";

/** A request for credit that waits for room among the senders of the channel. */
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

  /** Waits no more. The other thread learns of the end by a record of its own. */
  disconnected(): void {
    this.isWaiting = false;
  }
}

export class CreditInlet extends Inlet {
  unusedCredit = 0;
  readonly #isBounded: boolean;
  readonly #waitingRequest = new CreditRequest((slots) => this.#granted(slots));
  #isRevoking = false;

  /** Counts as one sender more of the channel, which is open. */
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
        record.must(n >= 0 && n <= this.unusedCredit, "more slots returned than were granted");
        this.#isRevoking = false;
        this.#freeSlots(n);
        break;
      case record.SENDERS_GONE:
        this.leave();
        break;
    }
  }

  /** Grants slots if they are free, and returns how many. */
  grant(slots: number): number {
    if (slots <= 0 || this.channel.firstWaiting !== undefined || this.channel.reserve(slots) !== PUSHED) return 0;
    this.unusedCredit += slots;
    return slots;
  }

  /** Grants the free slots, up to the share of this thread. */
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
    record.must(slots > 0 && slots <= channel.capacity, "a request for more slots than there are");
    if (channel.state !== OPEN || this.#waitingRequest.isWaiting) return;
    if (channel.reserve(slots) === PUSHED) {
      this.#granted(slots);
      return;
    }
    this.#waitingRequest.slots = slots;
    this.#waitingRequest.isWaiting = true;
    channel.waitForRoom(this.#waitingRequest);
  }

  /** Sends credit for reserved slots. Grants free ones with them, so that not every message needs a request. */
  #granted(slots: number): void {
    this.unusedCredit += slots;
    this.link.control(record.GRANT, this.id, slots + this.grantShare());
  }

  /** The number of slots that this thread can have without a request: an equal part, if others send too. */
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
