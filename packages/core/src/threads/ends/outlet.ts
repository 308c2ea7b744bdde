/**
 * The sending side of a channel whose receiver is in another thread: what all have in common. Here the channel is an
 * ordinary one whose queue is the way to the other thread: what is pushed is encoded and gone. Opposite is an inlet.
 *
 * Invariants
 * 1. A send that has to wait goes as the message was when it was made, and one that cannot be cloned never waits.
 * 2. It leaves, once, when the channel is CLOSED on this side: nobody can send any more, and nothing waits.
 */
import type { Channel, WaitingSender } from "../../internal/channel.ts";
import type { Fifo } from "../../internal/queue.ts";
import { CLOSED, NOTHING } from "../../internal/source.ts";
import type { Link } from "../link/link.ts";
import { isMarked } from "../link/marks.ts";
import type { Endpoint } from "../link/records.ts";
import * as record from "../link/records.ts";
import type { Outward } from "./bridge.ts";
import { Bridge } from "./bridge.ts";

export abstract class Outlet implements Fifo<unknown>, Endpoint, Outward {
  readonly length = 0;
  readonly id: number;
  protected readonly link: Link;
  #channel: Channel<unknown> | undefined = undefined;
  #hasLeft = false;
  /** What those parked have sent, as it was when they did. */
  readonly #copies = new WeakMap<WaitingSender<never>, unknown>();
  /** The last message that was refused, which may be about to be parked, and its copy. */
  #refused: unknown = undefined;
  #copy: unknown = undefined;

  constructor(link: Link, id: number) {
    this.link = link;
    this.id = id;
    link.add(this, id);
  }

  abstract push(value: unknown, parked?: object): void;
  abstract control(kind: number, n: number): void;
  /** Something found no room. */
  protected abstract requestCredit(): void;
  /** Gives up what it has of the link. */
  protected abstract release(): void;

  /** Makes this the way to the receiver of `channel`. `_desk` is that of a rendezvous, if it has come from elsewhere. */
  serve(channel: Channel<unknown>, _desk?: SharedArrayBuffer): void {
    this.#channel = channel;
    Bridge.of(channel).leadTo(this);
  }

  /** Nothing is ever in here. */
  shift(): never {
    throw new Error("An outlet holds no message");
  }

  clear(): void {}

  /** A send was parked, or the channel is closed on this side. */
  wake(parked?: WaitingSender<never>): void {
    if (this.channel.state === CLOSED) this.leave();
    if (parked === undefined) return;
    const value: unknown = parked.value;
    const isOwn = value !== NOTHING && parked.claim === undefined; // nobody here can change an offer
    if (isOwn && Object(value) === value && !isMarked(value)) {
      this.#copies.set(parked, this.#refused === value ? this.#copy : this.link.copy(value));
    }
    this.#refused = this.#copy = undefined;
    this.requestCredit();
  }

  /** A message found no room. What cannot be cloned is refused here, before it waits. */
  refused(value: unknown): void {
    if (!isMarked(value)) this.#copy = this.link.copy(value);
    this.#refused = value;
    this.requestCredit();
  }

  message(): void {}

  /** Nobody will receive: what waits fails, with its message. */
  lost(): void {
    this.channel.removeReceiver();
  }

  /** Sends `value`, or what it was when `parked` was. Throws MessageNotCloneableError, and has done nothing then. */
  protected sendMessage(value: unknown, parked: object | undefined): void {
    const copy = parked === undefined ? undefined : this.#copies.get(parked as WaitingSender<never>);
    this.link.message(this.id, copy === undefined ? value : copy, parked !== undefined);
  }

  protected get channel(): Channel<unknown> {
    return this.#channel as Channel<unknown>;
  }

  protected get hasLeft(): boolean {
    return this.#hasLeft;
  }

  protected leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.release();
    this.link.control(record.SENDERS_GONE, this.id);
    this.link.remove(this.id);
  }
}
