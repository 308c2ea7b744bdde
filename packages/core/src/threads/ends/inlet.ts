/**
 * The receiving side of a channel for one thread that has senders of it: the part that all inlets share. That thread counts as
 * one sender, and learns from the inlet when the receiver goes. The other side is an outlet.
 *
 * Invariants
 * 1. It leaves, once, when that thread has no sender left, or is lost.
 * 2. It keeps the event loop alive while the receiver can still get something from it, unless the user says otherwise.
 */

import { isTracing } from "../../internal/backstop.ts";
import type { Channel, ClosedWatch } from "../../internal/channel.ts";
import type { WaitNode } from "../../internal/wait-list.ts";
import { addKeepAlive, callers, indented } from "../link/keep-alive-report.ts";
import type { Link } from "../link/link.ts";
import type { Endpoint } from "../link/records.ts";
import * as record from "../link/records.ts";
import type { CreditHolder } from "./bridge.ts";
import { Bridge } from "./bridge.ts";

/** `begin`, `closed` and `leave` change its fields, in this order; `closed` comes twice if a closed receiver is dropped. */
export abstract class Inlet implements Endpoint, CreditHolder, ClosedWatch {
  readonly id: number;
  readonly link: Link;
  protected readonly channel: Channel<unknown>;
  protected readonly bridge: Bridge;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  /** True while it is on the channel's list of those who wait for the receiver to go. */
  #isWatching = false;
  /** Ends its entry in the report; undefined while it does not keep the event loop alive. */
  #endReport: (() => void) | undefined = undefined;
  #hasLeft = false;

  constructor(link: Link, channel: Channel<unknown>, id: number) {
    this.link = link;
    this.channel = channel;
    this.bridge = Bridge.of(channel);
    this.id = id;
    link.add(this, id);
  }

  abstract readonly unusedCredit: number;
  abstract message(value: unknown): void;
  abstract control(kind: number, n: number): void;
  abstract revokeUnused(): void;
  /** Grants the slots that the other side may use at once, and returns their number. */
  abstract grantShare(): number;
  /** Releases all that the other side had here. */
  protected abstract release(): void;

  /** Joins the inlets of the channel. */
  protected begin(): void {
    this.bridge.inlets.add(this);
    this.#watch();
    this.setRef(this.bridge.isRef);
  }

  lost(): void {
    this.leave();
  }

  setRef(isRef: boolean): void {
    if (isRef === (this.#endReport !== undefined)) return;
    if (isRef) {
      this.link.ref();
      this.#endReport = addKeepAlive(describeRef());
    } else {
      this.link.unref();
      this.#endReport?.();
      this.#endReport = undefined;
    }
  }

  /** Tells the other side that the receiver was closed or dropped. */
  closed(): void {
    this.#isWatching = false;
    if (this.channel.isAbandoned) {
      this.setRef(false);
      this.link.control(record.RECEIVER_DROPPED, this.id);
    } else {
      this.link.control(record.RECEIVER_CLOSED, this.id);
      queueMicrotask(() => this.#watchClosed());
    }
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  protected leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.setRef(false);
    if (this.#isWatching) this.channel.watches.remove(this);
    this.release();
    this.bridge.inletLeft(this);
    this.link.remove(this.id);
  }

  /** Watches on: a closed receiver can still be dropped. */
  #watchClosed(): void {
    if (this.#hasLeft) return;
    if (this.channel.isAbandoned) this.closed();
    else this.#watch();
  }

  #watch(): void {
    this.#isWatching = true;
    this.channel.watches.push(this);
  }
}

const UNREF_REMEDY = "It ends when they are dropped or that thread ends, and does not count after unref(receiver).";

/** Returns a function that describes, in the report, a receiver that keeps the event loop alive. */
function describeRef(): () => string {
  const place = isTracing ? callers() : "";
  return () =>
    `A receiver: another thread can send to it. ${UNREF_REMEDY} The ends were moved\n${indented(place || "inside a message")}`;
}
