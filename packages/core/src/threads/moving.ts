/**
 * What becomes of an end that moves to another thread. The home of a channel is the thread of its receiver: so a sender that
 * moves leaves an inlet here and becomes an outlet there; a receiver that moves becomes a channel with an inlet there, and
 * the channel here gets an outlet.
 *
 * An end moves in two steps, since the message that it is in may turn out not to be sent: `plan` says what goes instead of it,
 * and `move` uses it up. Opposite, `revive` makes it again.
 */
import { OverlappingRecvError, UseAfterDropError } from "../errors.ts";
import { Channel } from "../internal/channel.ts";
import { Handle } from "../internal/handle.ts";
import { Queue } from "../internal/queue.ts";
import { ChannelReceiver } from "../internal/receiver.ts";
import { boundedSender, unboundedSender } from "../internal/senders.ts";
import { NOTHING, OPEN } from "../internal/source.ts";
import type { Moving } from "./cargo.ts";
import { checkCloneable } from "./codec/cloneable.ts";
import { Crossing } from "./crossing.ts";
import { EndNotMovableError } from "./errors.ts";
import { Inlet } from "./inlet.ts";
import type { Link } from "./link.ts";
import { Outlet } from "./outlet.ts";
import type { Portable } from "./records.ts";
import { DISCONNECTED, GONE } from "./records.ts";
import { isMarked } from "./transfer.ts";

export type Movable = Handle<unknown> | ChannelReceiver<unknown>;

export function isEnd(value: unknown): value is Movable {
  return value instanceof Handle || value instanceof ChannelReceiver;
}

/** Throws unless `end` can be moved. */
export function checkMovable(end: Movable): void {
  const { channel } = end;
  const kind = end[Symbol.toStringTag];
  if (channel === undefined) throw new UseAfterDropError(kind, "move to another thread");
  const reason = hindrance(end, channel);
  if (reason !== undefined) throw new EndNotMovableError(kind, reason);
  if (!(end instanceof ChannelReceiver)) return;
  if (end.waiting !== undefined) throw new OverlappingRecvError();
  checkQueued(channel as Channel<unknown>);
}

function hindrance(end: Movable, channel: object): string | undefined {
  if (!(channel instanceof Channel)) return "it is a timer, which each thread makes for itself";
  if (channel.capacity === 0) return "a rendezvous works within one thread only";
  if (channel.waker !== undefined && Crossing.find(channel) === undefined) return "its messages go to an actor";
  if (end instanceof ChannelReceiver) return "clone" in end ? "other receivers may share its queue" : undefined;
  const kind = end[Symbol.toStringTag];
  return kind === "Sender" || kind === "SyncSender" ? undefined : "only senders of channel and syncChannel can go";
}

/** Throws unless all that is queued in `channel`, or waits for room, can be cloned. */
function checkQueued(channel: Channel<unknown>): void {
  const values: unknown[] = [];
  const queue = channel.exchange(new Queue());
  while (queue.length > 0) values.push(queue.shift());
  for (const value of values) queue.push(value);
  channel.exchange(queue);
  for (let send = channel.next; send !== undefined; send = send.next as typeof send) values.push(send.value);
  for (const value of values) {
    if (value !== NOTHING && !isMarked(value)) checkCloneable(value, { portable: (part) => isEnd(part) || undefined });
  }
}

export const movingEnds: Moving<Link> = {
  /** Throws for an end that cannot be moved, unless that was checked when its message was sent. */
  plan(value: object, link: Link, isChecked: boolean): Portable | undefined {
    if (!isEnd(value)) return undefined;
    const is = value instanceof ChannelReceiver ? "receiver" : "sender";
    const { channel } = value;
    if (channel === undefined) return gone(value, is);
    if (!isChecked) checkMovable(value);
    const { capacity, cooperative, state } = channel as Channel<unknown>;
    const id = is === "sender" && state !== OPEN ? DISCONNECTED : link.newId() ^ 1;
    return { is, id, capacity, cooperative, room: is === "receiver" ? capacity : 0 };
  },

  /** Returns how many slots the senders' side may use. */
  move(end: object, { is, id, room }: Portable, link: Link): number {
    if (id === GONE) return 0;
    if (is === "receiver") {
      moveReceiver(end as ChannelReceiver<unknown>, new Outlet(link, id ^ 1));
      return room;
    }
    const { channel } = end as Handle<unknown>;
    const inlet = id === DISCONNECTED ? undefined : new Inlet(link, channel as Channel<unknown>, id ^ 1);
    (end as Handle<unknown>).drop();
    return inlet?.lendShare() ?? 0;
  },

  revive(portable: Portable, link: Link): Movable {
    const end = portable.is === "sender" ? revivedSender(portable, link) : revivedReceiver(portable, link);
    if (portable.id === GONE) end.drop();
    return end;
  },
};

/** A dropped end arrives dropped; it has no channel any more, but is of its class. */
function gone(end: Movable, is: Portable["is"]): Portable {
  const capacity = end[Symbol.toStringTag] === "SyncSender" ? 1 : Number.POSITIVE_INFINITY;
  return { is, id: GONE, capacity, cooperative: true, room: 0 };
}

function moveReceiver(end: ChannelReceiver<unknown>, outlet: Outlet): void {
  const channel = end.channel as Channel<unknown>;
  outlet.serve(channel);
  channel.addReceiver();
  end.drop();
  const queued = channel.exchange(outlet);
  while (queued.length > 0) outlet.push(queued.shift());
  for (let send = channel.next; send !== undefined; send = send.next as typeof send) outlet.wake(send as never);
  channel.roomMade();
}

function revivedSender({ id, capacity, cooperative, room }: Portable, link: Link): Handle<unknown> {
  const isBounded = capacity !== Number.POSITIVE_INFINITY;
  let channel: Channel<unknown>;
  if (id < 0) {
    channel = new Channel(capacity, cooperative);
    channel.removeReceiver();
  } else {
    const outlet = new Outlet(link, id);
    channel = new Channel(capacity, cooperative, outlet);
    outlet.serve(channel);
    if (isBounded) channel.room = room;
  }
  const sender: object = isBounded ? boundedSender(channel) : unboundedSender(channel);
  return sender as Handle<unknown>;
}

function revivedReceiver({ id, capacity, cooperative, room }: Portable, link: Link): ChannelReceiver<unknown> {
  const channel = new Channel<unknown>(capacity, cooperative);
  if (id >= 0) {
    const inlet = new Inlet(link, channel, id);
    if (capacity !== Number.POSITIVE_INFINITY) inlet.lend(room);
  }
  channel.removeSender();
  return new ChannelReceiver(channel);
}
