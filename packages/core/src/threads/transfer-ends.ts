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
import { Handle, WeakHandle } from "../internal/handle.ts";
import { oneshotSender } from "../internal/oneshot-sender.ts";
import { Queue } from "../internal/queue.ts";
import { ChannelReceiver } from "../internal/receiver.ts";
import { boundedSender, unboundedSender } from "../internal/senders.ts";
import { CLOSED, NOTHING, OPEN } from "../internal/source.ts";
import { checkCloneable } from "./codec/cloneable.ts";
import { Crossing } from "./ends/bridge.ts";
import { SlotInlet } from "./ends/credit-inlet.ts";
import { SlotOutlet } from "./ends/credit-outlet.ts";
import { EndNotMovableError } from "./ends/errors.ts";
import type { Inlet } from "./ends/inlet.ts";
import type { Outlet } from "./ends/outlet.ts";
import type { Moving } from "./link/ends-in-message.ts";
import type { Link } from "./link/link.ts";
import { isMarked } from "./link/marks.ts";
import type { Portable } from "./link/records.ts";
import { DISCONNECTED, GONE } from "./link/records.ts";
import { RendezvousCrossing } from "./rendezvous/bridge.ts";
import { RendezvousInlet } from "./rendezvous/inlet.ts";
import { RendezvousOutlet } from "./rendezvous/outlet.ts";

export type Movable = Handle<unknown> | ChannelReceiver<unknown>;

export function isEnd(value: unknown): value is Movable {
  return value instanceof Handle || value instanceof ChannelReceiver;
}

/** Throws for a weak sender. */
export function checkStrong(value: unknown): void {
  if (!(value instanceof WeakHandle)) return;
  throw new EndNotMovableError("WeakSender", "it owns nothing that could move. Move what its upgrade() gives");
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
  const crossing = Crossing.find(channel);
  if (channel.waker !== undefined && crossing === undefined) return "its messages go to an actor";
  if (crossing instanceof RendezvousCrossing && !crossing.desk.hasTicket)
    return "too many threads have senders of this rendezvous";
  if (end instanceof ChannelReceiver) return "clone" in end ? "other receivers may share its queue" : undefined;
  const kind = end[Symbol.toStringTag];
  return kind in KINDS ? undefined : "it holds a slot for its own thread. Send by it, or drop it";
}

/** What the senders are, by what they are called. */
const KINDS: Readonly<Record<string, Portable["is"]>> = {
  Sender: "sender",
  SyncSender: "sender",
  OneshotSender: "oneshot",
};

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
    if (!isEnd(value)) {
      checkStrong(value);
      return undefined;
    }
    const { channel } = value;
    if (channel !== undefined && !isChecked) checkMovable(value);
    const is = value instanceof ChannelReceiver ? "receiver" : (KINDS[value[Symbol.toStringTag]] ?? "sender");
    if (channel === undefined) return gone(value, is);
    const { capacity, cooperative, state } = channel as Channel<unknown>;
    const id = is !== "receiver" && state !== OPEN ? DISCONNECTED : link.newId() ^ 1;
    const desk = capacity === 0 ? RendezvousCrossing.of(channel as Channel<unknown>).desk.memory : undefined;
    return { is, id, capacity, cooperative, room: is === "receiver" ? capacity : 0, ...(desk && { desk }) };
  },

  /** Returns how many slots the senders' side may use. */
  move(end: object, { is, id, room, capacity }: Portable, link: Link): number {
    if (id === GONE) return 0;
    if (is === "receiver") {
      moveReceiver(end as ChannelReceiver<unknown>, outletOf(link, capacity, id ^ 1));
      return room;
    }
    const { channel } = end as Handle<unknown>;
    const inlet = id === DISCONNECTED ? undefined : inletOf(link, channel as Channel<unknown>, id ^ 1);
    (end as Handle<unknown>).drop();
    return inlet?.lendShare() ?? 0;
  },

  revive(portable: Portable, link: Link): Movable {
    const end = portable.is === "receiver" ? revivedReceiver(portable, link) : revivedSender(portable, link);
    if (portable.id === GONE) end.drop();
    return end;
  },
};

function inletOf(link: Link, channel: Channel<unknown>, id: number): Inlet {
  return channel.capacity === 0 ? new RendezvousInlet(link, channel, id) : new SlotInlet(link, channel, id);
}

function outletOf(link: Link, capacity: number, id: number): Outlet {
  return capacity === 0 ? new RendezvousOutlet(link, id) : new SlotOutlet(link, id);
}

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
  if (channel.state === CLOSED) outlet.wake(); // it was already, which wakes nobody
}

function revivedSender({ is, id, capacity, cooperative, room, desk }: Portable, link: Link): Handle<unknown> {
  const isBounded = capacity !== Number.POSITIVE_INFINITY;
  let channel: Channel<unknown>;
  if (id < 0) {
    channel = new Channel(capacity, cooperative);
    channel.removeReceiver();
  } else {
    const outlet = outletOf(link, capacity, id);
    channel = new Channel(capacity, cooperative, outlet);
    outlet.serve(channel, desk);
    if (isBounded) channel.room = room;
  }
  const make = is === "oneshot" ? oneshotSender : isBounded ? boundedSender : unboundedSender;
  return make(channel) as object as Handle<unknown>;
}

function revivedReceiver({ id, capacity, cooperative, room, desk }: Portable, link: Link): ChannelReceiver<unknown> {
  const channel = new Channel<unknown>(capacity, cooperative);
  if (id >= 0) {
    if (desk !== undefined) RendezvousCrossing.of(channel, desk);
    const inlet = inletOf(link, channel, id);
    if (inlet instanceof SlotInlet && capacity !== Number.POSITIVE_INFINITY) inlet.lend(room);
  }
  channel.removeSender();
  return new ChannelReceiver(channel);
}
