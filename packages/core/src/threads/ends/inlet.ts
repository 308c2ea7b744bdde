/**
 * The receiving side of a channel for one thread that has senders of it: what all have in common. That thread counts as one
 * sender, and is told when the receiver goes. Opposite is an outlet.
 *
 * Invariants
 * 1. It leaves, once, when that thread has no sender left, or is lost.
 * 2. It holds the event loop while the receiver can still get something from it, unless the user says otherwise.
 */
import type { Channel, ClosedWatch } from "../../internal/channel.ts";
import type { WaitNode } from "../../internal/wait-list.ts";
import { addKeepAlive, callers, indented, isTracing } from "../link/keep-alive-report.ts";
import type { Link } from "../link/link.ts";
import type { Endpoint } from "../link/records.ts";
import * as record from "../link/records.ts";
import type { CreditHolder } from "./bridge.ts";
import { Bridge } from "./bridge.ts";

export abstract class Inlet implements Endpoint, CreditHolder, ClosedWatch {
  readonly id: number;
  readonly link: Link;
  protected readonly channel: Channel<unknown>;
  protected readonly bridge: Bridge;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  #isWatching = false;
  /** Undefined while it does not hold the event loop. */
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
  /** Lends what the other side may use at once, and returns how much. */
  abstract grantShare(): number;
  /** Gives up what the other side had here. */
  protected abstract release(): void;

  /** From now on it is one of those that the channel knows. */
  protected begin(): void {
    this.bridge.inlets.add(this);
    this.#watch();
    this.setRef(this.bridge.isRef);
  }

  lost(): void {
    this.leave();
  }

  setRef(isHolding: boolean): void {
    if (isHolding === (this.#endReport !== undefined)) return;
    if (isHolding) {
      this.link.ref();
      this.#endReport = addKeepAlive(describeRef());
    } else {
      this.link.unref();
      this.#endReport?.();
      this.#endReport = undefined;
    }
  }

  /** The receiver was closed or dropped. */
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

  /** A closed receiver can still be dropped. */
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

/** What is said of a receiver that holds the event loop. */
function describeRef(): () => string {
  const place = isTracing ? callers() : "";
  return () =>
    `A receiver: another thread can send to it. ${UNREF_REMEDY} The ends were moved\n${indented(place || "inside a message")}`;
}
