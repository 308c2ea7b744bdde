/**
 * The sending side of a channel whose receiver is in another thread. Here the channel is an ordinary one whose queue is the
 * way to the other thread: what is pushed is encoded and gone. Opposite is an inlet.
 *
 * Of a channel with a capacity this side may use `channel.room` slots; more must be granted by the other side. So a send
 * finds the channel full when this thread has no slot left, asks for one, and waits in line as in any channel.
 *
 * Invariants
 * 1. `channel.room` is what was granted, less what was sent and what was returned.
 * 2. One question is open at a time (`#isAsking`), and while it is, this side holds the event loop.
 * 3. It leaves, once, when the channel is CLOSED on this side: nobody can send any more, and nothing waits.
 */
import type { Channel, ParkedSend } from "../internal/channel.ts";
import type { Fifo } from "../internal/queue.ts";
import { CLOSED, NOTHING } from "../internal/source.ts";
import { Crossing } from "./crossing.ts";
import type { Link } from "./link.ts";
import type { Endpoint } from "./records.ts";
import * as record from "./records.ts";
import { isMarked } from "./transfer.ts";

export class Outlet implements Fifo<unknown>, Endpoint {
  readonly length = 0;
  readonly id: number;
  readonly #link: Link;
  #channel: Channel<unknown> | undefined = undefined;
  #isBounded = false;
  #isAsking = false;
  #hasLeft = false;
  /** What those parked have sent, as it was when they did. */
  readonly #copies = new WeakMap<ParkedSend<never>, unknown>();
  /** The last message that was refused, which may be about to be parked, and its copy. */
  #refused: unknown = undefined;
  #copy: unknown = undefined;

  constructor(link: Link, id: number) {
    this.#link = link;
    this.id = id;
    link.add(this, id);
  }

  /** Makes this the way to the receiver of `channel`. */
  serve(channel: Channel<unknown>): void {
    this.#channel = channel;
    this.#isBounded = channel.capacity !== Number.POSITIVE_INFINITY;
    Crossing.of(channel).outlet = this;
  }

  push(value: unknown, parked?: object): void {
    const copy = parked === undefined ? undefined : this.#copies.get(parked as ParkedSend<never>);
    this.#link.message(this.id, copy === undefined ? value : copy, parked !== undefined);
    if (this.#isBounded) this.#served.room--;
  }

  /** Nothing is ever in here. */
  shift(): never {
    throw new Error("An outlet holds no message");
  }

  clear(): void {}

  /** A send was parked, or the channel is closed on this side. */
  wake(parked?: ParkedSend<never>): void {
    if (this.#served.state === CLOSED) this.#leave();
    if (parked === undefined) return;
    this.#ask();
    const value: unknown = parked.value;
    if (value === NOTHING || Object(value) !== value || isMarked(value)) return;
    this.#copies.set(parked, this.#refused === value ? this.#copy : this.#link.copy(value));
    this.#refused = this.#copy = undefined;
  }

  /** A message found no room. What cannot be cloned is refused here, before it waits. */
  refused(value: unknown): void {
    if (!isMarked(value)) this.#copy = this.#link.copy(value);
    this.#refused = value;
    this.#ask();
  }

  message(): void {}

  control(kind: number, n: number): void {
    const channel = this.#served;
    switch (kind) {
      case record.GRANT:
        this.#answered();
        channel.room += n;
        channel.roomMade();
        if (channel.next !== undefined) this.#ask();
        break;
      case record.RECALL:
        this.#returnUnused(channel);
        break;
      case record.CLOSED:
        channel.close();
        break;
      case record.DROPPED:
        this.lost();
        this.#leave();
        break;
    }
  }

  /** Nobody will receive: what waits fails, with its message. */
  lost(): void {
    this.#served.removeReceiver();
  }

  get #served(): Channel<unknown> {
    return this.#channel as Channel<unknown>;
  }

  /** Asks for what the first in line still lacks, or for one slot if nobody waits yet. */
  #ask(): void {
    if (this.#isAsking || this.#hasLeft) return;
    this.#isAsking = true;
    const { next, available } = this.#served;
    const slots = next === undefined ? 1 : next.slots - available;
    this.#link.hold();
    this.#link.control(record.WANT, this.id, slots);
  }

  #answered(): void {
    if (!this.#isAsking) return;
    this.#isAsking = false;
    this.#link.unhold();
  }

  #returnUnused(channel: Channel<unknown>): void {
    const unused = channel.available;
    channel.room -= unused;
    this.#link.control(record.RETURN, this.id, unused);
  }

  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#answered();
    this.#link.control(record.LEFT, this.id);
    this.#link.remove(this.id);
  }
}
