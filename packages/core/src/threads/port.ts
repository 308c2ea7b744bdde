/**
 * How ends get to another thread: `toPort` makes a port of them, which goes there as any MessagePort does, and `fromPort`
 * makes ends of the port. The port is the link between the two threads from then on; its first message introduces it.
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
/** What goes through one port: an end, or several by name. */
export type MovableEnds = MovableEnd | { readonly [name: string]: MovableEnd };

declare const ends: unique symbol;
/** A port that carries ends of these types. To be listed in the `transferList` of what it is sent with. */
export type EndsPort<Ends> = MessagePort & { readonly [ends]?: Ends };

/** The first message of a port. */
interface Introduction extends Hello {
  readonly pneumatic: "ends";
  readonly one: Descriptor | undefined;
  readonly named: readonly (readonly [name: string, end: Descriptor])[];
}

/**
 * Moves ends of channels to another thread: gives a port that becomes those ends again by {@link fromPort}, there.
 *
 * They are used up here, whatever becomes of the port: use throws `UseAfterDropError`. What a moved receiver had not
 * received goes with it, in order, and senders that stay here send there. The channel lives on as in one thread: it
 * disconnects when the last sender of all threads is dropped, and when the thread that has them ends; what that thread has
 * sent by then is received before. A capacity holds over all threads together. At a rendezvous a `send` is complete when its
 * value was taken in the other thread, and one that is cancelled before has sent nothing; `trySend` succeeds while a receive
 * waits there. Should that receive be cancelled in the same moment, the value waits for the next one.
 *
 * A port is a link between two threads that all its ends share, so move what a thread needs in one call; ends that are moved
 * on from there pass their messages through that thread. Ends inside messages are moved as well, as the message is sent.
 *
 * Throws {@link EndNotMovableError} for an end that cannot go: an mpmc receiver, a timer, a permit, a weak sender; and
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
  const link = new Link(port, transferEnds);
  const { one, named } = introduction;
  const unpacked: unknown =
    one === undefined
      ? Object.fromEntries(named.map(([name, end]) => [name, transferEnds.revive(end, link)] as const))
      : transferEnds.revive(one, link);
  link.acceptIntroduction(introduction, earlier);
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

function moved(end: ChannelEnd, link: Link): Descriptor {
  const portable = transferEnds.plan(end, link, true) as Descriptor;
  return { ...portable, credit: transferEnds.move(end, portable, link) };
}

function namedEnds(value: unknown): object {
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) return value;
  throw new InvalidArgumentError("What is given to toPort", "an end of a channel, or an object of ends", value);
}
