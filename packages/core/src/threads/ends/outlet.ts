/**
 * The sending side of a channel whose receiver is in another thread: the part that all outlets share. Here the channel is an
 * ordinary one, whose queue is the way to the other thread: `push` encodes a value and sends it. The other side is an inlet.
 *
 * Invariants
 * 1. A send that has to wait goes as its message was at the call. One that cannot be cloned never waits.
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
  /** The messages of waiting senders, as they were at their calls. */
  readonly #copies = new WeakMap<WaitingSender<never>, unknown>();
  /** The last message that found no room, which may be about to wait, and its copy. */
  #refused: unknown = undefined;
  #copy: unknown = undefined;

  constructor(link: Link, id: number) {
    this.link = link;
    this.id = id;
    link.add(this, id);
  }

  abstract push(value: unknown, sender?: object): void;
  abstract control(kind: number, n: number): void;
  /** Asks the other side for room. */
  protected abstract askForRoom(): void;
  /** Releases all that it has of the link. */
  protected abstract release(): void;

  /** Makes this the way to the receiver of `channel`. `_table` is that of a rendezvous, if it has come from elsewhere. */
  serve(channel: Channel<unknown>, _table?: SharedArrayBuffer): void {
    this.#channel = channel;
    Bridge.of(channel).leadTo(this);
  }

  /** Throws: an outlet never has a value queued. */
  shift(): never {
    throw new Error("An outlet holds no message");
  }

  clear(): void {}

  /** Leaves if the channel is closed on this side; else keeps a copy of the message of `sender`, and asks for room. */
  wake(sender?: WaitingSender<never>): void {
    if (this.channel.state === CLOSED) this.leave();
    if (sender === undefined) return;
    const value: unknown = sender.value;
    const isOwn = value !== NOTHING && sender.claim === undefined; // nobody in this thread can change an offer
    if (isOwn && Object(value) === value && !isMarked(value)) {
      this.#copies.set(sender, this.#refused === value ? this.#copy : this.link.copy(value));
    }
    this.#refused = this.#copy = undefined;
    this.askForRoom();
  }

  /** Copies a message that found no room, and asks for some. Throws for one that cannot be cloned, before it waits. */
  refused(value: unknown): void {
    if (!isMarked(value)) this.#copy = this.link.copy(value);
    this.#refused = value;
    this.askForRoom();
  }

  message(): void {}

  /** Fails all sends that wait, with their messages: nobody will receive them. */
  lost(): void {
    this.channel.removeReceiver();
  }

  /** Sends `value`, as it was when `sender` began to wait. If it throws MessageNotCloneableError, it has done nothing. */
  protected sendMessage(value: unknown, sender: object | undefined): void {
    const copy = sender === undefined ? undefined : this.#copies.get(sender as WaitingSender<never>);
    this.link.message(this.id, copy === undefined ? value : copy, sender !== undefined);
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
