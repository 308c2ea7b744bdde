/**
 * The way of ends to another thread. `toPort` makes a port of them, which goes there as any MessagePort does, and `fromPort`
 * makes ends of the port. From then on the port is the link between the two threads; its first message introduces it.
 */
import { MessageChannel, MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { InvalidArgumentError } from "../errors.ts";
import type { OneshotReceiver, Receiver } from "../receiver.ts";
import type { AnySender, OneshotSender } from "../sender.ts";
import type { Hello } from "./link/link.ts";
import { Link } from "./link/link.ts";
import type { Descriptor } from "./link/records.ts";
import { wakeMemory } from "./link/wake.ts";
import type { ChannelEnd } from "./transfer-ends.ts";
import { checkMovable, checkStrong, isEnd, transferEnds } from "./transfer-ends.ts";

/** An end that can go to another thread. */
export type MovableEnd = AnySender<never> | OneshotSender<never> | Receiver<unknown> | OneshotReceiver<unknown>;
/** The ends that go through one port: a single one, or several by name. */
export type MovableEnds = MovableEnd | { readonly [name: string]: MovableEnd };

declare const ends: unique symbol;
/** A port that carries ends of these types. List it in the `transferList` of the message that it is in. */
export type EndsPort<Ends> = MessagePort & { readonly [ends]?: Ends };

/** The first message of a port. */
interface Introduction extends Hello {
  readonly pneumatic: "ends";
  readonly one: Descriptor | undefined;
  readonly named: readonly (readonly [name: string, end: Descriptor])[];
}

/**
 * Moves ends of channels to another thread. Returns a port, which {@link fromPort} turns into those ends there.
 *
 * The ends are used up here, whatever becomes of the port: using one throws `UseAfterDropError`. The queued values of a
 * receiver go with it, in order, and senders that stay here send there. The channel lives on as in one thread: it disconnects
 * when the last sender of all threads is dropped, or when the thread that has the senders ends; the receiver gets the values
 * that this thread has sent before. A capacity holds over all threads together. At a rendezvous a `send` is complete when the
 * other thread has taken its value, and a `send` that is cancelled before has sent nothing. `trySend` succeeds while a receive
 * waits there; if that receive is cancelled in the same moment, the value waits for the next one.
 *
 * A port is a link between two threads that all its ends share, so move all that a thread needs in one call. Ends that move on
 * from there pass their messages through that thread. Ends inside messages move as well, as the message is sent.
 *
 * Throws {@link EndNotMovableError} for an end that cannot go: an mpmc receiver, a timer, a permit, a weak sender. Throws
 * MessageNotCloneableError for a receiver if a queued value cannot be cloned. Then nothing was moved.
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
  checkStrong(ends);
  const isOne = isEnd(ends);
  const listed: [string, unknown][] = isOne ? [["", ends]] : Object.entries(namedEnds(ends));
  for (const [name, end] of listed) {
    checkStrong(end);
    if (!isEnd(end)) throw new InvalidArgumentError(`The end "${name}" of toPort`, "a sender or a receiver", end);
    checkMovable(end);
  }
  const { port1, port2 } = new MessageChannel();
  const link = new Link(port1, transferEnds);
  const named = listed.map(([name, end]) => [name, moved(end as ChannelEnd, link)] as const);
  const one = isOne ? named[0]?.[1] : undefined;
  const introduction: Introduction = { pneumatic: "ends", wake: wakeMemory(), one, named };
  link.introduce(introduction);
  return port2;
}

/**
 * Makes ends of a port that {@link toPort} has made in another thread. They belong to this thread from then on.
 *
 * A receiver keeps the event loop of this thread alive while something can come from another one (see `unref`).
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
  const link = new Link(port, transferEnds);
  const { one, named } = introduction;
  const unpacked: unknown =
    one === undefined
      ? Object.fromEntries(named.map(([name, end]) => [name, transferEnds.revive(end, link)] as const))
      : transferEnds.revive(one, link);
  link.acceptIntroduction(introduction, earlier);
  return unpacked as Ends;
}

/** Takes messages from the port up to its introduction. The queued values of a moved receiver come before that. */
function introductionOf(port: unknown, earlier: unknown[]): Introduction | undefined {
  if (!(port instanceof MessagePort)) return undefined;
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
    const { message } = got as { readonly message: Introduction | undefined };
    if (message?.pneumatic === "ends") return message;
    earlier.push(message);
  }
  return undefined;
}

function moved(end: ChannelEnd, link: Link): Descriptor {
  const descriptor = transferEnds.plan(end, link, true) as Descriptor;
  return { ...descriptor, credit: transferEnds.move(end, descriptor, link) };
}

function namedEnds(value: unknown): object {
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) return value;
  throw new InvalidArgumentError("The argument of toPort", "an end of a channel, or an object of ends", value);
}
