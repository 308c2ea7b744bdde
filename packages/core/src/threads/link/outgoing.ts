/**
 * The direction to the other thread: messages and other records. They go into the ring while they fit, else into the backlog.
 * A message that the codec does not write goes through the port, and a record in the ring claims it.
 *
 * Invariants
 * 1. Records keep their order: while the backlog has one, all new ones go behind it.
 * 2. A message that goes through the port is posted before the record that claims it is published.
 * 3. Written records are published in a microtask, so that a burst is published as one, or at once if there are many.
 *
 * Upstream is the link; downstream the encoder, the ring (ring.ts) and the backlog (backlog.ts).
 */
import type { MessagePort } from "node:worker_threads";
import { FOREIGN } from "../codec/encode-result.ts";
import { Encoder } from "../codec/encoder.ts";
import { Backlog } from "./backlog.ts";
import type { EndsInMessage, RecordSender } from "./ends-in-message.ts";
import { isPostedAsItIs } from "./ends-in-message.ts";
import { isMarked, markOf, unmark } from "./marks.ts";
import { ASIDE, CONTROL_SIZE, MESSAGE } from "./records.ts";
import { HEADER, MAX_RECORD, MAX_SCRATCH, RingWriter, SCRATCH, SIZE } from "./ring.ts";

/** The shortest text that waits as it is, in UTF-16 units, and the longest one, which fits into a record for sure. */
const LONG_TEXT = 256;
const LONGEST_TEXT = MAX_RECORD / 4;
/** The bytes of a record besides its text, with those that fill it up to a whole word. */
const TEXT_OVERHEAD = HEADER + 8;
/** The free bytes at which a sender that runs on moves the backlog; with fewer it would move single records. */
const WORTH_FLUSHING = SIZE / 4;

/** The part of the ends in a message that sending needs. */
type OutgoingEnds = Pick<EndsInMessage<RecordSender>, "begin" | "describe" | "detach" | "explained" | "commit">;

/** The part of the link that its outgoing direction needs. */
export interface OutgoingLink extends RecordSender {
  /** Wakes the other thread, since something was published. */
  wakePeer(): void;
  ref(): void;
  unref(): void;
  /** Notes that the backlog is empty again. */
  flushed(): void;
}

export class Outgoing {
  readonly #ring = new RingWriter();
  readonly #backlog = new Backlog();
  readonly #encoder: Encoder;
  readonly #port: MessagePort;
  readonly #ends: OutgoingEnds;
  readonly #link: OutgoingLink;
  #isPublishing = false;
  readonly #publishLater = (): void => {
    this.#isPublishing = false;
    this.publish();
  };

  constructor(port: MessagePort, ends: OutgoingEnds, link: OutgoingLink) {
    this.#port = port;
    this.#ends = ends;
    this.#link = link;
    this.#encoder = new Encoder(this.#ring.memory, ends.describe);
    port.postMessage({ ring: this.#ring.memory });
  }

  /** Sends a message to the endpoint `id` of the other side. If it throws, it has done nothing. */
  message(id: number, value: unknown, isChecked: boolean): void {
    this.#ends.begin(isChecked);
    const ring = this.#ring;
    if (!this.#backlog.isEmpty && ring.hasFree(WORTH_FLUSHING)) this.flush();
    const fits = this.#backlog.isEmpty && ring.fits(MAX_RECORD);
    if (!fits && typeof value === "string" && value.length >= LONG_TEXT && value.length <= LONGEST_TEXT) {
      this.#queueText(value, id);
      return;
    }
    const at = (fits ? ring.at : SCRATCH) + HEADER;
    const limit = (fits ? MAX_RECORD : MAX_SCRATCH) - HEADER;
    const size = isMarked(value) ? FOREIGN : this.#encoder.encode(value, at, limit);
    if (size < 0) this.#postAside(id, value);
    else if (fits) this.#written(ring.commit(MESSAGE, size + HEADER, id));
    else this.#queue(MESSAGE, size + HEADER, id);
    this.#ends.commit();
  }

  /** Sends a record that is no message. */
  control(kind: number, id: number, n: number): void {
    const ring = this.#ring;
    const fits = this.#backlog.isEmpty && ring.fits(CONTROL_SIZE);
    ring.words[((fits ? ring.at : SCRATCH) + HEADER) >> 2] = n;
    if (fits) this.#written(ring.commit(kind, CONTROL_SIZE, id));
    else this.#queue(kind, CONTROL_SIZE, id);
  }

  /** Publishes the written records, and wakes the other thread if it sleeps. */
  publish(): void {
    if (this.#ring.publish()) this.#link.wakePeer();
  }

  /** True if nothing waits for room. */
  get isFlushed(): boolean {
    return this.#backlog.isEmpty;
  }

  /** True if something waits for room, and there is some. */
  get canFlush(): boolean {
    return !this.#backlog.isEmpty && this.#ring.fits(this.#backlog.size);
  }

  /**
   * Moves the backlog into the ring, as far as there is room (FLUSH), and asks to be woken if that is not all (WANT_ROOM).
   * Returns whether it has moved a record.
   */
  flush(): boolean {
    const hasMoved = this.#moveBacklog();
    if (!this.#backlog.isEmpty) return (this.#ring.wantRoom() && this.#moveBacklog()) || hasMoved;
    this.#link.unref();
    this.#link.flushed();
    return hasMoved;
  }

  #moveBacklog(): boolean {
    let hasMoved = false;
    while (this.canFlush) {
      if (this.#backlog.isText) this.#writeText();
      else this.#written(this.#ring.copy(this.#backlog.take(this.#ring.contiguous)));
      hasMoved = true;
    }
    return hasMoved;
  }

  /** Writes the oldest text, and takes it only then: a message that sends another while it is encoded must not lose it. */
  #writeText(): void {
    const { text, size } = this.#backlog;
    const written = this.#encoder.encode(text, this.#ring.at + HEADER, size - HEADER);
    this.#written(this.#ring.commit(MESSAGE, written + HEADER, this.#backlog.takeText()));
  }

  /** Keeps the record in the scratch memory until there is room. */
  #queue(kind: number, size: number, id: number): void {
    this.#ring.header(SCRATCH >> 2, kind, size, id);
    const isFirst = this.#backlog.isEmpty;
    this.#backlog.push(this.#ring.words, SCRATCH >> 2, size);
    if (isFirst) this.#beginWaiting();
  }

  #queueText(text: string, id: number): void {
    const isFirst = this.#backlog.isEmpty;
    this.#backlog.pushText(text, id, 2 * text.length + TEXT_OVERHEAD);
    if (isFirst) this.#beginWaiting();
  }

  /** Asks for room, since the first record waits; those behind it move with it. Keeps the event loop alive until then. */
  #beginWaiting(): void {
    this.#link.ref();
    this.flush();
  }

  #postAside(id: number, value: unknown): void {
    const transferList = markOf(value);
    try {
      const posted = this.#ends.detach(value) ?? (isPostedAsItIs(value) ? value : [value]);
      if (transferList.length === 0)
        this.#port.postMessage(posted); // an empty list takes as long as a small message
      else this.#port.postMessage(posted, transferList);
    } catch (error) {
      throw this.#ends.explained(error, value, transferList);
    }
    unmark(value);
    this.control(ASIDE, id, 0);
  }

  #written(isDue: boolean): void {
    if (isDue) this.publish();
    else if (!this.#isPublishing) {
      this.#isPublishing = true;
      queueMicrotask(this.#publishLater);
    }
  }
}
