/**
 * A link with one endpoint at either side, for code that takes messages by a call and needs no channel: the host of actors on
 * a thread and its parent. It publishes each message at once, so that the message arrives even if this thread ends then.
 */
import type { MessagePort } from "node:worker_threads";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { Hello } from "./link/link.ts";
import { Link } from "./link/link.ts";
import { mark } from "./link/marks.ts";
import type { Endpoint } from "./link/records.ts";
import type { TransferList } from "./link/transfer-list.ts";
import { wakeMemory } from "./link/wake.ts";
import { transferEnds } from "./transfer-ends.ts";

/** The sleep of a thread that waits for room in its ring, before it looks again. */
const FLUSH_POLL_MS = 1;

export class Connection {
  readonly #link: Link;
  readonly #id: number;
  #isRef = true;

  /** Calls `take` with each message, in the order in which they were sent, and `ended` when the other thread has ended, or sends what cannot be read. */
  constructor(link: Link, id: number, take: (message: unknown) => void, ended: (error?: Error) => void) {
    this.#link = link;
    this.#id = id;
    const endpoint: Endpoint = {
      message(message) {
        take(message); // a record that makes it throw is none that the other side writes
      },
      control() {},
      reportsErrors: true,
      lost: ended,
    };
    link.add(endpoint, id);
    link.ref();
  }

  /** Sends a message. If it throws, MessageNotCloneableError or another one, it has sent nothing. */
  send(message: object, transferList: TransferList = []): void {
    if (transferList.length > 0) mark(message, transferList);
    this.#link.message(this.#id, message);
    this.#link.publish();
  }

  /** Takes the messages that have come by now. */
  receive(): void {
    do this.#link.pull();
    while (this.#link.drain());
  }

  /** Blocks until the other thread can read everything that was sent, even if this thread ends: it may wait for room. */
  flushSync(): void {
    if (this.#link.isFlushed) return;
    const sleep = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    while (!this.#link.flush()) Atomics.wait(sleep, 0, 0, FLUSH_POLL_MS);
    this.#link.publish();
  }

  /** Keeps the event loop alive no longer. */
  unref(): void {
    if (!this.#isRef) return;
    this.#isRef = false;
    this.#link.unref();
  }

  /** Ends the connection on this side: nothing more is sent or taken. */
  close(): void {
    this.unref();
    this.#link.remove(this.#id);
  }
}

/** Makes a connection to another thread. Returns it and the port, which is to be sent there for {@link joinConnection}. */
export function startConnection(
  take: (message: unknown) => void,
  ended: (error?: Error) => void,
): [Connection, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  const link = new Link(port1, transferEnds);
  const connection = new Connection(link, link.newId(), take, ended);
  link.introduce({ wake: wakeMemory() });
  return [connection, port2];
}

/** Makes the other end of the connection that `port` comes from. */
export function joinConnection(
  port: MessagePort,
  take: (message: unknown) => void,
  ended: (error?: Error) => void,
): Connection {
  const introduction = receiveMessageOnPort(port)?.message as Hello;
  const link = new Link(port, transferEnds);
  const connection = new Connection(link, 1, take, ended); // opposite to the first number there
  link.acceptIntroduction(introduction, []);
  return connection;
}
