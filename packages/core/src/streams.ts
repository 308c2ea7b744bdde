/** Web streams over channels. The reader or writer of a stream drives the channel; nothing is buffered in between. */
import type { Receiver } from "./receiver.ts";
import { unwrap } from "./result.ts";
import type { Sender, SyncSender } from "./sender.ts";

/**
 * Returns a stream of the values of `receiver`, which belongs to the stream from now on.
 *
 * The stream takes a value when it is read, not before, and closes when the receiver disconnects. Cancelling the stream
 * drops the receiver, so that senders fail.
 *
 * @example
 * ```ts
 * import { channel, toReadableStream } from "@pneumatic/core";
 *
 * const [tx, rx] = channel<string>();
 * tx.send("hello");
 * tx.drop();
 * for await (const value of toReadableStream(rx).pipeThrough(new TextEncoderStream())) console.log(value.length); // 5
 * ```
 */
export function toReadableStream<T>(receiver: Receiver<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const received = await receiver.recv();
        if (received.ok) controller.enqueue(received.value);
        else controller.close();
      },
      cancel() {
        receiver.drop();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Returns a stream that sends every value written to it, and that owns `sender` from now on.
 *
 * A write is done when the channel has accepted its value. `desiredSize` of a writer is the free capacity of the channel,
 * Infinity for an unbounded one, so `pipeTo` and writers that await `ready` go at the pace of the receiver. Closing or
 * aborting the stream drops the sender. If the receiver is gone, the stream fails with {@link SendError}, which has the value.
 *
 * @example
 * ```ts
 * import { syncChannel, toWritableStream } from "@pneumatic/core";
 *
 * const [tx, rx] = syncChannel<number>(2);
 * const piped = ReadableStream.from([1, 2, 3]).pipeTo(toWritableStream(tx));
 * for await (const n of rx) console.log(n); // 1, 2, 3, and the loop ends
 * await piped;
 * ```
 */
export function toWritableStream<T>(sender: Sender<T> | SyncSender<T>): WritableStream<T> {
  return new SenderStream(sender);
}

/**
 * A stream counts the values that it has been given and has not yet passed on; those in the channel it has passed on. So its
 * own buffer is the one write that waits for room, and the writers look at the channel themselves.
 */
class SenderStream<T> extends WritableStream<T> {
  /** Undefined once dropped; the stream says only later that it is closed. */
  #sender: Sender<T> | SyncSender<T> | undefined;

  constructor(sender: Sender<T> | SyncSender<T>) {
    super({
      async write(value, { signal }) {
        unwrap(await (sender as SyncSender<T>).send(value, { signal }));
      },
      close: () => this.#drop(),
      abort: () => this.#drop(),
    });
    this.#sender = sender;
  }

  override getWriter(): WritableStreamDefaultWriter<T> {
    const writer = super.getWriter();
    const free = (): number => this.#free;
    const pressure = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(writer), "desiredSize");
    Object.defineProperty(writer, "desiredSize", {
      get(this: WritableStreamDefaultWriter<T>) {
        const own: number | null = pressure?.get?.call(this);
        if (own === null || own < 1) return own; // failed, closed, or a write waits for room
        return free();
      },
    });
    return writer;
  }

  get #free(): number {
    const sender = this.#sender;
    if (sender === undefined) return 0;
    return "available" in sender ? sender.available : Number.POSITIVE_INFINITY;
  }

  #drop(): void {
    this.#sender?.drop();
    this.#sender = undefined;
  }
}
