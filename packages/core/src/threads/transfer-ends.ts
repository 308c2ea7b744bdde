/**
 * The move of an end to another thread. A channel lives in the thread of its receiver. So a sender that moves leaves an inlet
 * here and becomes an outlet there; a receiver that moves becomes a channel with an inlet there, and the channel here gets an
 * outlet.
 *
 * An end moves in two steps, since its message may turn out not to be sent: `plan` makes the descriptor that goes instead of
 * it, and `move` uses it up. On the other side `revive` makes it again. The links call these three (link/ends-in-message.ts).
 *
 * Above the limits: it is the one place that knows every kind of end, and how each is moved and made again.
 */
import { OverlappingRecvError, UseAfterDropError } from "../errors.ts";
import { Channel } from "../internal/channel.ts";
import { oneshotSender } from "../internal/oneshot-sender.ts";
import { Queue } from "../internal/queue.ts";
import { ChannelReceiver } from "../internal/receiver.ts";
import { boundedSender, unboundedSender } from "../internal/senders.ts";
import { SendingEnd, WeakSendingEnd } from "../internal/sending-end.ts";
import { CLOSED, NOTHING, OPEN } from "../internal/source.ts";
import { checkCloneable } from "./codec/cloneable.ts";
import { Bridge } from "./ends/bridge.ts";
import { CreditInlet } from "./ends/credit-inlet.ts";
import { CreditOutlet } from "./ends/credit-outlet.ts";
import { EndNotMovableError } from "./ends/errors.ts";
import type { Inlet } from "./ends/inlet.ts";
import type { Outlet } from "./ends/outlet.ts";
import type { EndTransfer } from "./link/ends-in-message.ts";
import type { Link } from "./link/link.ts";
import { isMarked } from "./link/marks.ts";
import type { Descriptor } from "./link/records.ts";
import { DROPPED_END, NO_RECEIVER } from "./link/records.ts";
import { RendezvousBridge } from "./rendezvous/bridge.ts";
import { RendezvousInlet } from "./rendezvous/inlet.ts";
import { RendezvousOutlet } from "./rendezvous/outlet.ts";

/** A sender, permit or receiver of this package. */
export type ChannelEnd = SendingEnd<unknown> | ChannelReceiver<unknown>;

export function isEnd(value: unknown): value is ChannelEnd {
  return value instanceof SendingEnd || value instanceof ChannelReceiver;
}

/** Throws for a weak sender. */
export function checkStrong(value: unknown): void {
  if (!(value instanceof WeakSendingEnd)) return;
  throw new EndNotMovableError("WeakSender", "it owns nothing that could move. Move what its upgrade() gives");
}

/** Throws unless `end` can be moved. */
export function checkMovable(end: ChannelEnd): void {
  const { channel } = end;
  const kind = end[Symbol.toStringTag];
  if (channel === undefined) throw new UseAfterDropError(kind, "move to another thread");
  const reason = whyNotMovable(end, channel);
  if (reason !== undefined) throw new EndNotMovableError(kind, reason);
  if (!(end instanceof ChannelReceiver)) return;
  if (end.waiting !== undefined) throw new OverlappingRecvError();
  checkQueued(channel as Channel<unknown>);
}

function whyNotMovable(end: ChannelEnd, channel: object): string | undefined {
  if (!(channel instanceof Channel)) return "it is a timer, which each thread makes for itself";
  const bridge = Bridge.find(channel);
  if (channel.waker !== undefined && bridge === undefined) return "its messages go to an actor";
  if (bridge instanceof RendezvousBridge && !bridge.table.hasFreeRow)
    return "too many threads have senders of this rendezvous";
  if (end instanceof ChannelReceiver) return "clone" in end ? "other receivers may share its queue" : undefined;
  const kind = end[Symbol.toStringTag];
  return kind in KINDS ? undefined : "it has a slot for its own thread. Send by it, or drop it";
}

/** The kinds of the senders that can move, by their names. */
const KINDS: Readonly<Record<string, Descriptor["is"]>> = {
  Sender: "sender",
  SyncSender: "sender",
  OneshotSender: "oneshot",
};

/** Throws unless all values that are queued in `channel`, or wait for room, can be cloned. */
function checkQueued(channel: Channel<unknown>): void {
  const values: unknown[] = [];
  const queue = channel.replaceQueue(new Queue());
  while (queue.length > 0) values.push(queue.shift());
  for (const value of values) queue.push(value);
  channel.replaceQueue(queue);
  for (let sender = channel.firstWaiting; sender !== undefined; sender = sender.next as typeof sender) {
    values.push(sender.value);
  }
  for (const value of values) {
    if (value !== NOTHING && !isMarked(value)) checkCloneable(value, { describe: (part) => isEnd(part) || undefined });
  }
}

export const transferEnds: EndTransfer<Link> = {
  /** Throws for an end that cannot be moved, unless that was checked when its message was sent. */
  plan(value: object, link: Link, isChecked: boolean): Descriptor | undefined {
    if (!isEnd(value)) {
      checkStrong(value);
      return undefined;
    }
    const { channel } = value;
    if (channel !== undefined && !isChecked) checkMovable(value);
    const is = value instanceof ChannelReceiver ? "receiver" : (KINDS[value[Symbol.toStringTag]] ?? "sender");
    if (channel === undefined) return descriptorOfDropped(value, is);
    const { capacity, cooperative, state } = channel as Channel<unknown>;
    const id = is !== "receiver" && state !== OPEN ? NO_RECEIVER : link.newId() ^ 1;
    const table = capacity === 0 ? RendezvousBridge.of(channel as Channel<unknown>).table.memory : undefined;
    return { is, id, capacity, cooperative, credit: is === "receiver" ? capacity : 0, ...(table && { table }) };
  },

  /** Uses the end up. Returns the number of slots that the senders' side may use. */
  move(end: object, { is, id, credit, capacity }: Descriptor, link: Link): number {
    if (id === DROPPED_END) return 0;
    if (is === "receiver") {
      moveReceiver(end as ChannelReceiver<unknown>, outletOf(link, capacity, id ^ 1));
      return credit;
    }
    const { channel } = end as SendingEnd<unknown>;
    const inlet = id === NO_RECEIVER ? undefined : inletOf(link, channel as Channel<unknown>, id ^ 1);
    (end as SendingEnd<unknown>).drop();
    return inlet?.grantShare() ?? 0;
  },

  revive(descriptor: Descriptor, link: Link): ChannelEnd {
    const end = descriptor.is === "receiver" ? revivedReceiver(descriptor, link) : revivedSender(descriptor, link);
    if (descriptor.id === DROPPED_END) end.drop();
    return end;
  },
};

function inletOf(link: Link, channel: Channel<unknown>, id: number): Inlet {
  return channel.capacity === 0 ? new RendezvousInlet(link, channel, id) : new CreditInlet(link, channel, id);
}

function outletOf(link: Link, capacity: number, id: number): Outlet {
  return capacity === 0 ? new RendezvousOutlet(link, id) : new CreditOutlet(link, id);
}

/** Returns the descriptor of a dropped end, which arrives dropped: it has no channel any more, but its class. */
function descriptorOfDropped(end: ChannelEnd, is: Descriptor["is"]): Descriptor {
  const capacity = end[Symbol.toStringTag] === "SyncSender" ? 1 : Number.POSITIVE_INFINITY;
  return { is, id: DROPPED_END, capacity, cooperative: true, credit: 0 };
}

function moveReceiver(end: ChannelReceiver<unknown>, outlet: Outlet): void {
  const channel = end.channel as Channel<unknown>;
  outlet.serve(channel);
  channel.addReceiver();
  end.drop();
  const queued = channel.replaceQueue(outlet);
  while (queued.length > 0) outlet.push(queued.shift());
  for (let sender = channel.firstWaiting; sender !== undefined; sender = sender.next as typeof sender) {
    outlet.wake(sender as never);
  }
  channel.slotsFreed();
  if (channel.state === CLOSED) outlet.wake(); // it was closed before, which wakes nobody
}

function revivedSender({ is, id, capacity, cooperative, credit, table }: Descriptor, link: Link): SendingEnd<unknown> {
  const isBounded = capacity !== Number.POSITIVE_INFINITY;
  let channel: Channel<unknown>;
  if (id < 0) {
    channel = new Channel(capacity, cooperative);
    channel.removeReceiver();
  } else {
    const outlet = outletOf(link, capacity, id);
    channel = new Channel(capacity, cooperative, outlet);
    outlet.serve(channel, table);
    if (isBounded) channel.granted = credit;
  }
  const make = is === "oneshot" ? oneshotSender : isBounded ? boundedSender : unboundedSender;
  return make(channel) as object as SendingEnd<unknown>;
}

function revivedReceiver(
  { id, capacity, cooperative, credit, table }: Descriptor,
  link: Link,
): ChannelReceiver<unknown> {
  const channel = new Channel<unknown>(capacity, cooperative);
  if (id >= 0) {
    if (table !== undefined) RendezvousBridge.of(channel, table);
    const inlet = inletOf(link, channel, id);
    if (inlet instanceof CreditInlet && capacity !== Number.POSITIVE_INFINITY) inlet.grant(credit);
  }
  channel.removeSender();
  return new ChannelReceiver(channel);
}
