/**
 * The link between this thread and one other: a ring for each direction, made at its first record, and a port beside them.
 * Every channel that crosses here has an endpoint at either side, which its records name.
 *
 *     outlet ──► message, control ──► ring ──► drain ──► inlet        the records: records.ts
 *
 * The port introduces the rings, wakes the other thread, and carries messages that the codec does not write. It closes when
 * either thread ends, after its last message; by its `close` a thread learns of the death of the other.
 *
 * Invariants
 * 1. A record is released when it was taken in; a message that came through the port is taken in when its record is.
 * 2. A post or a record that cannot be read means that the other thread is lost: the endpoints end, with one report.
 * 3. The link closes when this side has no endpoint left; it keeps the event loop alive while an endpoint asks for it.
 *
 * Upstream are the endpoints (ends/, rendezvous/, connection.ts); downstream the two directions: outgoing.ts for one, the ring
 * and the decoder for the other.
 */
import type { MessagePort } from "node:worker_threads";
import { receiveMessageOnPort } from "node:worker_threads";
import { Queue } from "../../internal/queue.ts";
import { CorruptRecordError } from "../codec/corrupt-record.ts";
import { Decoder } from "../codec/decoder.ts";
import { MessageNotCloneableError } from "../codec/errors.ts";
import type { WithPlaceholders } from "../codec/placeholders.ts";
import type { EndTransfer } from "./ends-in-message.ts";
import { EndsInMessage, isPostedAsItIs } from "./ends-in-message.ts";
import type { OutgoingLink } from "./outgoing.ts";
import { Outgoing } from "./outgoing.ts";
import type { Endpoint } from "./records.ts";
import { ASIDE, CONTROL_SIZE, MESSAGE } from "./records.ts";
import { HEADER, MEMORY_SIZE, RingReader, recordKind, recordSize, SKIP } from "./ring.ts";
import type { Pumped } from "./wake.ts";
import { mustPing, pump, schedule, startPumping, stopPumping, wakeMemory } from "./wake.ts";

/**
 * The posts of the port, besides the one for `fromPort`. A record claims a post that is a message. The message is in an array of
 * one unless it is a map, a set or bytes.
 */
type Posted = typeof PING | readonly [unknown] | WithPlaceholders | { readonly ring: SharedArrayBuffer } | Hello;
/** Tells how to wake the thread that sends it. */
export interface Hello {
  readonly wake: SharedArrayBuffer;
}
const PING = 0;

/** The number of records that a link takes in before it is the turn of others. */
const RECORDS_PER_ROUND = 512;
/** The number of records after which their room is given back. */
const RELEASE_EVERY = 64;

/** The direction from the other thread. */
class Incoming {
  readonly ring: RingReader;
  readonly decoder: Decoder;
  constructor(memory: SharedArrayBuffer, ends: EndsInMessage<Link>) {
    this.ring = new RingReader(memory);
    this.decoder = new Decoder(memory, ends.revive);
  }
}

export class Link implements Pumped, OutgoingLink {
  readonly #port: MessagePort;
  readonly #ends: EndsInMessage<Link>;
  /** By their ids. */
  readonly #endpoints = new Map<number, Endpoint>();
  #nextId = 0;
  /** The word of the other thread (wake.ts); undefined until its Hello has come. */
  #peer: Int32Array | undefined = undefined;
  #outgoing: Outgoing | undefined = undefined;
  #incoming: Incoming | undefined = undefined;
  /** The messages that came through the port and whose records are still to come. */
  readonly #unclaimed = new Queue<unknown>();
  /** The number of endpoints that keep the event loop alive. */
  #refs = 0;
  #isClosed = false;

  /** `port` has its other end on the way to the other thread, or has come from there. */
  constructor(port: MessagePort, transfer: EndTransfer<Link>) {
    this.#port = port;
    this.#ends = new EndsInMessage<Link>(this, transfer);
    port.on("message", (message: Posted) => {
      if (!this.#posted(message)) pump();
    });
    port.on("messageerror", (error) => this.#lose(error));
    port.on("close", () => this.#ended());
    port.unref();
    startPumping(this);
  }

  /** Sends the introduction: how to wake this thread, and for `fromPort` the ends that are on the way. */
  introduce(introduction: Hello): void {
    this.#port.postMessage(introduction);
    this.#closeSoon();
  }

  /**
   * Answers the introduction of the other thread, and takes in all that has come. `earlier` was posted before the
   * introduction.
   */
  acceptIntroduction({ wake }: Hello, earlier: readonly unknown[]): void {
    for (const message of earlier) this.#posted(message as Posted);
    this.#peer = new Int32Array(wake);
    this.#port.postMessage({ wake: wakeMemory() } satisfies Hello);
    this.pull();
    pump();
    this.#closeSoon();
  }

  /** Adds an endpoint. */
  add(endpoint: Endpoint, id: number): void {
    this.#endpoints.set(id, endpoint);
  }

  /** Returns an id for an endpoint here. The endpoint on the other side has the same with its last bit changed. */
  newId(): number {
    return 2 * this.#nextId++;
  }

  remove(id: number): void {
    this.#endpoints.delete(id);
    this.#closeSoon();
  }

  /** Keeps the event loop of this thread alive, until `unref`. */
  ref(): void {
    if (this.#refs++ === 0) this.#port.ref();
  }

  unref(): void {
    if (--this.#refs === 0) this.#port.unref();
  }

  /**
   * Sends a message to the endpoint that is opposite to `id`. If it throws, MessageNotCloneableError or another one, it has done
   * nothing. `isChecked`: the message is a copy that was made before.
   */
  message(id: number, value: unknown, isChecked = false): void {
    this.#out.message(id ^ 1, value, isChecked);
  }

  /** Returns a copy of a message that cannot be sent yet. Throws MessageNotCloneableError. */
  copy(value: unknown): unknown {
    return this.#ends.copy(value);
  }

  /** Sends a record that is no message. */
  control(kind: number, id: number, n = 0): void {
    if (!this.#isClosed) this.#out.control(kind, id ^ 1, n);
  }

  publish(): void {
    this.#outgoing?.publish();
  }

  /** True if all that was sent is in the ring. */
  get isFlushed(): boolean {
    return this.#outgoing === undefined || this.#outgoing.isFlushed;
  }

  /** Moves the backlog into the ring as far as there is room. Returns whether it is empty then. */
  flush(): boolean {
    if (!this.isFlushed) this.#outgoing?.flush();
    return this.isFlushed;
  }

  wakePeer(): void {
    if (this.#peer !== undefined && mustPing(this.#peer)) this.#port.postMessage(PING);
  }

  flushed(): void {
    this.#closeWhenDone();
  }

  get hasNews(): boolean {
    return this.#incoming?.ring.hasRecords === true || this.#outgoing?.canFlush === true;
  }

  drain(): boolean {
    const hasFlushed = this.#outgoing?.isFlushed === false && this.#outgoing.flush();
    if (this.#incoming === undefined) return hasFlushed;
    const { ring, decoder } = this.#incoming;
    let count = 0;
    try {
      while (count < RECORDS_PER_ROUND && ring.hasRecords) {
        this.#read(ring, decoder);
        if (++count % RELEASE_EVERY === 0) this.#release(ring);
      }
    } catch (error) {
      this.#lose(error);
      return false;
    }
    if (count > 0) this.#release(ring);
    return count > 0 || hasFlushed;
  }

  /** Takes in the posts of the port, without waiting for the event loop. A ping among them has woken this thread all the same. */
  pull(): void {
    try {
      for (let got = receiveMessageOnPort(this.#port); got !== undefined; got = receiveMessageOnPort(this.#port)) {
        if (got.message === PING) schedule();
        this.#posted(got.message as Posted);
      }
    } catch (error) {
      this.#lose(error); // it cannot be deserialized
    }
  }

  /** Finds out, without the event loop, whether the other thread has ended: its port closes after all posts. */
  lookForEnd(): void {
    this.pull();
    if (isClosing(this.#port)) this.#ended();
  }

  get #out(): Outgoing {
    this.#outgoing ??= new Outgoing(this.#port, this.#ends, this);
    return this.#outgoing;
  }

  /** Takes in a post. Returns false if there is no record to look for. */
  #posted(message: Posted): boolean {
    try {
      return this.#take(message);
    } catch (error) {
      this.#lose(error);
      return true;
    }
  }

  #take(message: Posted): boolean {
    if (message === PING) return false;
    if (isPostedAsItIs(message)) this.#unclaimed.push(message);
    else if (Array.isArray(message)) this.#unclaimed.push(message[0]);
    else if ("placeholders" in message) this.#unclaimed.push(this.#ends.attach(message));
    else if ("ring" in message) {
      if (this.#incoming !== undefined) throw new CorruptRecordError(0, "a second ring");
      this.#incoming = new Incoming(shared(message.ring, MEMORY_SIZE), this.#ends);
      return false;
    } else if ("wake" in message) {
      this.#peer = new Int32Array(shared(message.wake, Int32Array.BYTES_PER_ELEMENT));
      this.wakePeer();
    } else throw new CorruptRecordError(0, "a post of no known kind");
    return true;
  }

  #release(ring: RingReader): void {
    if (ring.release()) this.wakePeer();
  }

  #read(ring: RingReader, decoder: Decoder): void {
    const { at, words } = ring;
    const header = words[at >> 2] as number;
    const size = recordSize(header);
    const kind = recordKind(header);
    if (size < 4 || size > ring.left || (size & 3) !== 0)
      throw new CorruptRecordError(at, `no record of ${size} bytes`);
    if (kind === SKIP) {
      ring.advance(size);
      return;
    }
    const endpoint = this.#endpoints.get(words[(at >> 2) + 1] as number);
    if (kind === MESSAGE) {
      const value = decoder.decode(at + HEADER, size - HEADER);
      ring.advance(size);
      endpoint?.message(value);
      return;
    }
    const n = words[(at + HEADER) >> 2] as number;
    if (size !== CONTROL_SIZE) throw new CorruptRecordError(at, `a record of kind ${kind} with ${size} bytes`);
    ring.advance(size);
    if (kind !== ASIDE) endpoint?.control(kind, n);
    else {
      if (this.#unclaimed.length === 0) this.pull();
      if (this.#unclaimed.length > 0) endpoint?.message(this.#unclaimed.shift());
    }
  }

  /** Closes the link if it has no endpoint, though not at once: another one may be about to come. */
  #closeSoon(): void {
    if (this.#endpoints.size === 0) queueMicrotask(() => this.#closeWhenDone());
  }

  #closeWhenDone(): void {
    if (this.#isClosed || this.#endpoints.size > 0 || this.#outgoing?.isFlushed === false) return;
    this.publish();
    this.#isClosed = true;
    stopPumping(this);
    this.#port.close();
  }

  /** Takes in the last records and ends, since the other thread has ended or closed the link. */
  #ended(): void {
    if (this.#isClosed) return;
    while (this.#incoming?.ring.hasRecords) this.drain();
    this.#endAll();
  }

  /** Ends, since something has come that cannot be read: nothing that follows can be read either. */
  #lose(cause: unknown): void {
    if (this.#isClosed) return;
    const error = isTyped(cause)
      ? cause
      : new CorruptRecordError(this.#incoming?.ring.at ?? 0, String(cause), { cause });
    const isReported = [...this.#endpoints.values()].some(({ reportsErrors }) => reportsErrors === true);
    this.#endAll(error);
    this.#port.close();
    if (!isReported) process.emitWarning(error);
  }

  #endAll(error?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#incoming = undefined;
    stopPumping(this);
    const endpoints = [...this.#endpoints.values()];
    this.#endpoints.clear();
    for (const endpoint of endpoints) endpoint.lost(error);
  }
}

/** Returns `memory`, if it is what it should be. */
function shared(memory: unknown, byteLength: number): SharedArrayBuffer {
  if (memory instanceof SharedArrayBuffer && memory.byteLength === byteLength) return memory;
  throw new CorruptRecordError(0, "a post without its memory");
}

/** Returns whether `error` says itself what went wrong: the bytes, or a message that passes through and cannot go on. */
function isTyped(error: unknown): error is CorruptRecordError | MessageNotCloneableError {
  return error instanceof CorruptRecordError || error instanceof MessageNotCloneableError;
}

/**
 * Returns whether `port` has taken in the close of the other end. The only sign is that such a port cannot be transferred, which
 * Node finds out before it reads the message. So a getter in the message that is not reached is the sign; one that is reached
 * throws, so that the port stays. (Tried on Node 20, 22, 24 and 26.)
 */
function isClosing(port: MessagePort): boolean {
  let isOpen = false;
  const probe = {
    get stop(): never {
      isOpen = true;
      throw probe;
    },
  };
  try {
    structuredClone(probe, { transfer: [port] });
  } catch {
    return !isOpen;
  }
  return false;
}
