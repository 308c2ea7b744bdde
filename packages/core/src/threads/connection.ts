/**
 * A link with one endpoint at either side, for who takes what comes by a call and needs no channel: the host of actors on a
 * thread and its parent. What is sent is published at once, so that it arrives whatever becomes of this thread then.
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

/** How long a thread sleeps that waits for room in its ring, before it looks again by itself. */
const FLUSH_POLL_MS = 1;

export class Connection {
  readonly #link: Link;
  readonly #id: number;
  #isRef = true;

  /** `take` is called with each message, in the order they were sent; `ended`, when the other thread has. */
  constructor(link: Link, id: number, take: (message: unknown) => void, ended: () => void) {
    this.#link = link;
    this.#id = id;
    const endpoint: Endpoint = {
      message(message) {
        try {
          take(message);
        } catch (error) {
          queueMicrotask(() => {
            throw error; // it is not the link that is broken
          });
        }
      },
      control() {},
      lost: ended,
    };
    link.add(endpoint, id);
    link.ref();
  }

  /** Sends a message. Throws MessageNotCloneableError, and has sent nothing then. */
  send(message: object, transferList: TransferList = []): void {
    if (transferList.length > 0) mark(message, transferList);
    this.#link.message(this.#id, message);
    this.#link.publish();
  }

  /** Takes what has come by now. */
  receive(): void {
    do this.#link.pull();
    while (this.#link.drain());
  }

  /** Blocks until all that was sent can be read, also when this thread has ended: it may wait for room. */
  flushSync(): void {
    if (this.#link.isFlushed) return;
    const sleep = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    while (!this.#link.flush()) Atomics.wait(sleep, 0, 0, FLUSH_POLL_MS);
    this.#link.publish();
  }

  /** Keeps the event loop no longer. */
  unref(): void {
    if (!this.#isRef) return;
    this.#isRef = false;
    this.#link.unref();
  }

  /** Nothing more is sent or taken. */
  close(): void {
    this.unref();
    this.#link.remove(this.#id);
  }
}

/** A line to another thread, and the port to be sent there for `joinLine`. */
export function startConnection(take: (message: unknown) => void, ended: () => void): [Connection, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  const link = new Link(port1, transferEnds);
  const line = new Connection(link, link.newId(), take, ended);
  link.introduce({ wake: wakeMemory() });
  return [line, port2];
}

/** The other end of the line that `port` comes from. */
export function joinConnection(port: MessagePort, take: (message: unknown) => void, ended: () => void): Connection {
  const introduction = receiveMessageOnPort(port)?.message as Hello;
  const link = new Link(port, transferEnds);
  const line = new Connection(link, 1, take, ended); // opposite to the first number there
  link.acceptIntroduction(introduction, []);
  return line;
}
