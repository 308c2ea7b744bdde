/**
 * How ends get to another thread: `toPort` makes a port of them, which goes there as any MessagePort does, and `fromPort`
 * makes ends of the port. The port is the link between the two threads from then on.
 *
 * The home of a channel is the thread of its receiver. So a sender that moves leaves an inlet here and becomes an outlet
 * there; a receiver that moves becomes a channel with an inlet there, and the channel here gets an outlet.
 */
import { MessageChannel, MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { InvalidArgumentError, OverlappingRecvError, UseAfterDropError } from "../errors.ts";
import { Channel } from "../internal/channel.ts";
import { Handle } from "../internal/handle.ts";
import { Queue } from "../internal/queue.ts";
import { ChannelReceiver } from "../internal/receiver.ts";
import { boundedSender, unboundedSender } from "../internal/senders.ts";
import { NOTHING, OPEN } from "../internal/source.ts";
import type { Receiver } from "../receiver.ts";
import type { Sender, SyncSender } from "../sender.ts";
import { cloned } from "./cloned.ts";
import { Crossing } from "./crossing.ts";
import { EndNotMovableError } from "./errors.ts";
import { Inlet } from "./inlet.ts";
import type { Hello } from "./link.ts";
import { Link } from "./link.ts";
import { Outlet } from "./outlet.ts";
import { isMarked } from "./transfer.ts";
import { wakeMemory } from "./wake.ts";

/** An end that can go to another thread. */
export type MovableEnd = Sender<never> | SyncSender<never> | Receiver<unknown>;
/** What goes through one port: an end, or several by name. */
export type MovableEnds = MovableEnd | { readonly [name: string]: MovableEnd };

declare const ends: unique symbol;
/** A port that carries ends of these types. To be listed in the `transferList` of what it is sent with. */
export type EndsPort<Ends> = MessagePort & { readonly [ends]?: Ends };

type MovedSender = Handle<unknown>;
type MovedReceiver = ChannelReceiver<unknown>;

/** An end on its way. */
interface Portable {
  readonly is: "sender" | "receiver";
  /** The endpoint here; undefined where nobody can send any more, or nobody will receive. */
  readonly id: number | undefined;
  readonly capacity: number;
  readonly cooperative: boolean;
  /** How many slots of the capacity the sender's side may use. */
  readonly room: number;
}

/** The first message of a port. */
interface Introduction extends Hello {
  readonly pneumatic: "ends";
  readonly one: Portable | undefined;
  readonly named: readonly (readonly [name: string, end: Portable])[];
}

/**
 * Moves ends of channels to another thread: gives a port that becomes those ends again by {@link fromPort}, there.
 *
 * They are used up here, whatever becomes of the port: use throws {@link UseAfterDropError}. What a moved receiver had not
 * received goes with it, in order, and senders that stay here send there. The channel lives on as in one thread: it
 * disconnects when the last sender of all threads is dropped, and when the thread that has them ends; what that thread has
 * sent by then is received before. A capacity holds over all threads together.
 *
 * A port is a link between two threads that all its ends share, so move what a thread needs in one call; ends that are moved
 * on from there pass their messages through that thread.
 *
 * Throws {@link EndNotMovableError} for an end that cannot go: one of a rendezvous, an mpmc receiver, a timer, a permit; and
 * MessageNotCloneableError for a receiver whose queue holds what cannot be cloned. Then nothing was moved.
 *
 * @example
 * ```ts
 * import { Worker } from "node:worker_threads";
 * import { channel } from "@pneumatic/core";
 * import { toPort } from "@pneumatic/core/threads";
 *
 * const [jobs, jobReceiver] = channel<number>();
 * const [results, resultReceiver] = channel<number>();
 * const ends = toPort({ jobs: jobReceiver, results });
 * const code = `
 *   const { workerData } = require("node:worker_threads");
 *   import("@pneumatic/core/threads").then(async ({ fromPort }) => {
 *     const { jobs, results } = fromPort(workerData);
 *     for await (const job of jobs) results.send(job * 2);
 *     results.drop();
 *   });
 * `;
 * new Worker(code, { eval: true, workerData: ends, transferList: [ends] });
 * for (const job of [1, 2, 3]) jobs.send(job);
 * jobs.drop();
 * for await (const result of resultReceiver) console.log(result); // 2, 4, 6
 * ```
 */
export function toPort<const Ends extends MovableEnds>(ends: Ends): EndsPort<Ends> {
  const isOne = isEnd(ends);
  const listed: [string, unknown][] = isOne ? [["", ends]] : Object.entries(namedEnds(ends));
  for (const [name, end] of listed) check(end, name);
  const { port1, port2 } = new MessageChannel();
  const link = new Link(port1);
  const named = listed.map(([name, end]) => [name, pack(end as MovedSender | MovedReceiver, link)] as const);
  const introduction: Introduction = {
    pneumatic: "ends",
    wake: wakeMemory(),
    one: isOne ? named[0]?.[1] : undefined,
    named,
  };
  link.introduce(introduction);
  return port2;
}

/**
 * Makes ends of a port that {@link toPort} has made in another thread. They belong to this thread from then on.
 *
 * A receiver keeps the event loop of this thread while something can come from another one (see `unref`).
 *
 * Throws {@link InvalidArgumentError} for anything else, and for a port whose ends were taken already.
 *
 * @example
 * ```ts
 * import { channel } from "@pneumatic/core";
 * import { fromPort, toPort } from "@pneumatic/core/threads";
 *
 * const [tx, rx] = channel<string>();
 * const port = toPort(tx); // to be posted to another thread; here it stays in this one
 * const sender = fromPort(port);
 * sender.send("through the port");
 * sender.drop();
 * for await (const value of rx) console.log(value); // through the port
 * ```
 */
export function fromPort<Ends extends MovableEnds>(port: EndsPort<Ends>): Ends {
  const earlier: unknown[] = [];
  const introduction = introductionOf(port, earlier);
  if (introduction === undefined) {
    throw new InvalidArgumentError("The port of fromPort", "one that toPort has made, whose ends were not taken", port);
  }
  const link = new Link(port);
  const { one, named } = introduction;
  const unpacked: unknown =
    one === undefined
      ? Object.fromEntries(named.map(([name, end]) => [name, unpack(end, link)] as const))
      : unpack(one, link);
  link.meet(introduction, earlier);
  return unpacked as Ends;
}

/** Takes messages from the port up to its introduction; what a moved receiver brings comes before that. */
function introductionOf(port: unknown, earlier: unknown[]): Introduction | undefined {
  if (!(port instanceof MessagePort)) return undefined;
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
    const { message } = got as { readonly message: Introduction | undefined };
    if (message?.pneumatic === "ends") return message;
    earlier.push(message);
  }
  return undefined;
}

function isEnd(value: unknown): value is MovedSender | MovedReceiver {
  return value instanceof Handle || value instanceof ChannelReceiver;
}

function namedEnds(value: unknown): object {
  if (typeof value === "object" && value !== null && !("then" in value) && Object.keys(value).length > 0) return value;
  throw new InvalidArgumentError("What is given to toPort", "an end of a channel, or an object of ends", value);
}

/** Throws unless `end` can be moved. */
function check(end: unknown, name: string): void {
  if (!isEnd(end)) throw new InvalidArgumentError(`The end "${name}" of toPort`, "a sender or a receiver", end);
  const { channel } = end;
  const kind = end[Symbol.toStringTag];
  if (channel === undefined) throw new UseAfterDropError(kind, "move to another thread");
  const refuse = (reason: string): never => {
    throw new EndNotMovableError(kind, reason);
  };
  if (!(channel instanceof Channel)) return refuse("it is a timer, which each thread makes for itself");
  if (channel.capacity === 0) refuse("a rendezvous works within one thread only");
  if (channel.waker !== undefined && Crossing.find(channel) === undefined) refuse("its messages go to an actor");
  if (end instanceof ChannelReceiver) {
    if ("clone" in end) refuse("other receivers may share its queue");
    if (end.waiting !== undefined) throw new OverlappingRecvError();
    checkQueued(channel);
  } else if (kind !== "Sender" && kind !== "SyncSender") refuse("only the senders of channel and syncChannel can go");
}

/** Throws unless all that is queued in `channel`, or waits for room, can be cloned. */
function checkQueued(channel: Channel<unknown>): void {
  const values: unknown[] = [];
  const queue = channel.exchange(new Queue());
  while (queue.length > 0) values.push(queue.shift());
  for (const value of values) queue.push(value);
  channel.exchange(queue);
  for (let send = channel.next; send !== undefined; send = send.next as typeof send) {
    if (send.value !== NOTHING) values.push(send.value);
  }
  for (const value of values) if (!isMarked(value)) cloned.copy(value);
}

/** Takes an end apart, which was checked. */
function pack(end: MovedSender | MovedReceiver, link: Link): Portable {
  return end instanceof ChannelReceiver ? packReceiver(end, link) : packSender(end, link);
}

function packSender(end: MovedSender, link: Link): Portable {
  const channel = end.channel as Channel<unknown>;
  const inlet = channel.state === OPEN ? new Inlet(link, channel) : undefined;
  end.drop();
  return portable("sender", inlet?.id, channel, inlet?.lendShare() ?? 0);
}

function packReceiver(end: MovedReceiver, link: Link): Portable {
  const channel = end.channel as Channel<unknown>;
  const outlet = new Outlet(link);
  outlet.serve(channel);
  channel.addReceiver();
  end.drop();
  const queued = channel.exchange(outlet);
  while (queued.length > 0) outlet.push(queued.shift());
  for (let send = channel.next; send !== undefined; send = send.next as typeof send) outlet.wake(send as never);
  channel.roomMade();
  return portable("receiver", outlet.id, channel, channel.capacity);
}

function portable(is: Portable["is"], id: number | undefined, channel: Channel<unknown>, room: number): Portable {
  const { capacity, cooperative } = channel;
  return { is, id: id === undefined ? undefined : id ^ 1, capacity, cooperative, room };
}

/** Puts an end together on this side. */
function unpack(portable: Portable, link: Link): MovedSender | MovedReceiver {
  return portable.is === "sender" ? unpackSender(portable, link) : unpackReceiver(portable, link);
}

function unpackSender({ id, capacity, cooperative, room }: Portable, link: Link): MovedSender {
  let channel: Channel<unknown>;
  if (id === undefined) {
    channel = new Channel(capacity, cooperative);
    channel.removeReceiver();
  } else {
    const outlet = new Outlet(link, id);
    channel = new Channel(capacity, cooperative, outlet);
    outlet.serve(channel);
    if (capacity !== Number.POSITIVE_INFINITY) channel.room = room;
  }
  const sender = capacity === Number.POSITIVE_INFINITY ? unboundedSender(channel) : boundedSender(channel);
  return sender as unknown as MovedSender;
}

function unpackReceiver({ id, capacity, cooperative, room }: Portable, link: Link): MovedReceiver {
  const channel = new Channel<unknown>(capacity, cooperative);
  if (id !== undefined) {
    const inlet = new Inlet(link, channel, id);
    if (capacity !== Number.POSITIVE_INFINITY) inlet.lend(room);
  }
  channel.removeSender();
  return new ChannelReceiver(channel);
}
