/** Web streams over channels: in order, one value at a time, at the pace of the receiver, and nothing in between. */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { channel, ok, SendError, syncChannel, toReadableStream, toWritableStream, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { FLAVORS } from "../../support/flavors.ts";
import { rejection } from "../../support/gate.ts";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";

function streamInto(tx: unknown): WritableStream<number> {
  return toWritableStream(tx as SyncSender<number>);
}

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // Design 4: streams
  test("a readable stream has the values in order and closes when the senders are gone", async () => {
    const [tx, rx] = open<number>();
    const [read] = await Promise.all([collect(toReadableStream(rx)), sendAll(tx, numbers(100))]);
    expect(read).toEqual(numbers(100));
  });

  // Design 4: streams
  test("a readable stream takes nothing before it is read", async () => {
    const [tx, rx] = open<number>();
    const sends = numbers(3).map((n) => tx.send(n));
    const reader = toReadableStream(rx).getReader();
    await flush();
    const queued = Math.min(room, 3);
    expect(rx.length).toBe(queued);
    expect(await reader.read()).toEqual({ done: false, value: 0 });
    await flush();
    expect(rx.length).toBe(Math.min(room, 2));
    await reader.read();
    await reader.read();
    await Promise.all(sends);
    expect(rx.isEmpty).toBe(true);
  });

  // Design 4: streams
  test("a readable stream that is cancelled drops the receiver", async () => {
    const [tx, rx] = open<number>();
    const waiting = numbers(room === Number.POSITIVE_INFINITY ? 0 : room + 1).map((n) => tx.send(n));
    const stream = toReadableStream(rx);
    await stream.cancel("enough");
    expect(tx.isDisconnected).toBe(true);
    expect(() => rx.tryRecv()).toThrow("was dropped");
    const last = waiting.pop();
    if (last !== undefined) expect(kindOf(await last)).toBe("disconnected");
    expect(kindOf(await tx.send(9))).toBe("disconnected");
  });

  // Design 4: streams
  test("a readable stream that is cancelled while it is read ends the read and takes nothing", async () => {
    const [tx, rx] = open<number>();
    const reader = toReadableStream(rx).getReader();
    const read = reader.read();
    await flush();
    await reader.cancel("enough");
    expect(await read).toEqual({ done: true, value: undefined });
    expect(kindOf(tx.trySend(1))).toBe("disconnected");
  });

  // Design 4: streams
  test("a readable stream that is left in its loop drops the receiver", async () => {
    const [tx, rx] = open<number>();
    const sends = numbers(3).map((n) => tx.send(n));
    for await (const n of toReadableStream(rx)) if (n === 1) break;
    expect(tx.isDisconnected).toBe(true);
    await Promise.all(sends);
  });

  // Design 4: streams
  test("a writable stream sends in order and drops the sender when it is closed", async () => {
    const [tx, rx] = open<number>();
    const received = collect(rx);
    const writer = streamInto(tx).getWriter();
    const writes = numbers(50).map((n) => writer.write(n));
    await writer.close();
    await Promise.all(writes);
    expect(await received).toEqual(numbers(50));
    expect(() => tx.clone()).toThrow("was dropped");
  });

  // Design 4: streams
  test("a writable stream that is closed leaves the other senders alone", async () => {
    const [tx, rx] = open<number>();
    const other = tx.clone();
    await streamInto(tx).close();
    expect(rx.isClosed).toBe(false);
    void other.send(1);
    expect(await rx.recv()).toStrictEqual(ok(1));
    other.drop();
    expect(rx.isClosed).toBe(true);
  });

  // Design 4: streams
  test.each(["drop", "close"] as const)("a write fails with its value when the receiver is gone by %s", async (end) => {
    const [tx, rx] = open<number>();
    const stream = streamInto(tx);
    rx[end]();
    const writer = stream.getWriter();
    const error = await rejection(writer.write(7));
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ kind: "disconnected", value: 7 });
    expect(await rejection(writer.closed)).toBe(error);
    await rejection(writer.ready);
    expect(writer.desiredSize).toBeNull();
  });

  // Design 4: streams
  test("a channel that is piped to another delivers everything, in order, and closes it", async () => {
    const [tx, from] = open<number>();
    const [to, rx] = open<number>();
    const piped = toReadableStream(from).pipeTo(streamInto(to));
    const [received] = await Promise.all([collect(rx), sendAll(tx, numbers(200)), piped]);
    expect(received).toEqual(numbers(200));
  });

  // Design 4: streams
  test("a channel that is piped to another ends from behind when the last receiver is dropped", async () => {
    const [tx, from] = open<number>();
    const [to, rx] = open<number>();
    const error = rejection(toReadableStream(from).pipeTo(streamInto(to)));
    const sending = sendAll(tx.clone(), numbers(20));
    expect(await rx.recv()).toStrictEqual(ok(0));
    rx.drop();
    await sending;
    await flush();
    void tx.trySend(20);
    expect(await error).toBeInstanceOf(SendError);
    expect(tx.isDisconnected).toBe(true);
  });

  // Design 4: streams
  test("a desired size can be read in every state of the stream", async () => {
    const [tx, rx] = open<number>();
    const writer = streamInto(tx).getWriter();
    await flush();
    expect(writer.desiredSize).toBe(room);
    const closed = writer.close();
    expect(writer.desiredSize).toBe(0);
    await closed;
    expect(writer.desiredSize).toBe(0);
    expect(kindOf(await rx.recv())).toBe("disconnected");
    writer.releaseLock();
    expect(() => writer.desiredSize).toThrow(TypeError);
  });
});

describe.each([1, 2, 5])("a channel of capacity %i", (capacity) => {
  // Design 4: streams
  test("the desired size is the free capacity as values are queued, received, and held by permits", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    const other = tx.clone();
    const writer = toWritableStream(tx).getWriter();
    const sizes: (number | null)[] = [writer.desiredSize];
    for (const n of numbers(capacity)) {
      await writer.write(n);
      sizes.push(writer.desiredSize);
    }
    expect(sizes).toEqual(numbers(capacity + 1).map((n) => capacity - n));
    rx.tryRecv();
    expect(writer.desiredSize).toBe(1);
    const permit = unwrap(other.tryReserve());
    expect(writer.desiredSize).toBe(0);
    permit.drop();
    expect(writer.desiredSize).toBe(1);
    rx.drain();
    expect(writer.desiredSize).toBe(capacity);
  });

  // Design 4: streams
  test("a desired size is 0 or less and the writer is not ready while a write waits for room", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    const writer = toWritableStream(tx).getWriter();
    for (const n of numbers(capacity)) await writer.write(n);
    await writer.ready;
    const waiting = numbers(3).map((n) => writer.write(capacity + n));
    expect(writer.desiredSize).toBe(-2);
    expect([await isPending(writer.ready), await isPending(waiting[0] as Promise<void>)]).toEqual([true, true]);
    rx.tryRecv();
    await waiting[0];
    expect(writer.desiredSize).toBe(-1);
    expect(await isPending(writer.ready)).toBe(true);
    for (const _ of numbers(capacity + 2)) await rx.recv();
    await Promise.all(waiting);
    await writer.ready;
    expect(writer.desiredSize).toBe(capacity);
  });

  // Design 4: streams
  test("a pipe into it reads no more than its room and one while nobody receives", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    let pulled = 0;
    let most = 0;
    let received = 0;
    const source = new ReadableStream<number>(
      {
        pull(controller) {
          if (pulled === 200) controller.close();
          else controller.enqueue(pulled++);
          most = Math.max(most, pulled - received);
        },
      },
      { highWaterMark: 0 },
    );
    const piped = source.pipeTo(toWritableStream(tx));
    for (const _ of numbers(10)) await flush();
    expect(pulled).toBe(capacity + 1);
    for (const n of numbers(200)) {
      expect(await rx.recv()).toStrictEqual(ok(n));
      received++;
      if (n % 10 === 0) await flush();
    }
    await piped;
    expect(most).toBe(capacity + 1);
    expect(kindOf(await rx.recv())).toBe("disconnected");
  });

  // Design 4: streams
  test("an aborted stream drops the sender, and the write that waits is not sent", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    const writer = toWritableStream(tx).getWriter();
    for (const n of numbers(capacity)) await writer.write(n);
    const waiting = writer.write(98);
    const behind = writer.write(99);
    await flush();
    const errors = [rejection(waiting), rejection(behind), rejection(writer.closed), rejection(writer.ready)];
    await writer.abort("enough");
    expect(await Promise.all(errors)).toContain("enough");
    expect(await collect(rx)).toEqual(numbers(capacity));
    expect(() => tx.clone()).toThrow("was dropped");
  });

  // Design 4: streams, 28
  test("a write that waits fails with its value when the receiver is dropped", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    const writer = toWritableStream(tx).getWriter();
    for (const n of numbers(capacity)) await writer.write(n);
    const [waiting, behind] = [writer.write(98), writer.write(99)];
    const errors = [rejection(waiting), rejection(behind)];
    rejection(writer.closed);
    rejection(writer.ready);
    await flush();
    rx.drop();
    expect((await Promise.all(errors))[0]).toMatchObject({ kind: "disconnected", value: 98 });
    expect((await errors[1]) as Error).toBeInstanceOf(SendError);
  });
});

// Design 4: streams
test("an unbounded channel takes every write at once and its desired size has no end", async () => {
  const [tx, rx] = channel<number>();
  const writer = toWritableStream(tx).getWriter();
  for (const n of numbers(100)) {
    expect(writer.desiredSize).toBe(Number.POSITIVE_INFINITY);
    await writer.write(n);
  }
  expect(rx.drain()).toEqual(numbers(100));
  await writer.abort();
  expect(kindOf(rx.tryRecv())).toBe("disconnected");
});

// Design 4: streams, 8, 111
test("every value passes a stream as it is, undefined and thenables too", async () => {
  // biome-ignore lint/suspicious/noThenProperty: a payload that is a thenable is the point
  const thenable = Object.defineProperty({}, "then", { value: () => expect.unreachable() });
  const values = [undefined, null, 0, "", Number.NaN, thenable, Symbol.iterator, () => 1];
  const [tx, rx] = channel<unknown>();
  const [to, end] = channel<unknown>();
  for (const value of values) tx.send(value);
  tx.drop();
  await toReadableStream(rx).pipeTo(toWritableStream(to));
  const received = end.drain();
  expect(received).toHaveLength(values.length);
  for (const [index, value] of received.entries()) expect(value).toBe(values[index]);
});

// Design 4: streams
test("a pipe goes through the transforms of the platform", async () => {
  const [tx, rx] = channel<string>();
  const [out, bytes] = syncChannel<Uint8Array<ArrayBufferLike>>(2);
  const piped = toReadableStream(rx).pipeThrough(new TextEncoderStream()).pipeTo(toWritableStream(out));
  const lengths: Promise<number[]> = lengthsOf(bytes);
  for (const text of ["a", "bcd", "é"]) tx.send(text);
  tx.drop();
  await piped;
  expect(await lengths).toEqual([1, 3, 2]);
});

async function lengthsOf(rx: Receiver<Uint8Array>): Promise<number[]> {
  return (await collect(rx)).map(({ byteLength }) => byteLength);
}

// Design 4: streams, 112
test("a readable stream fails when its receiver has another receive pending, which is not disturbed", async () => {
  const [tx, rx] = channel<number>();
  const received = rx.recv();
  const reader = toReadableStream(rx).getReader();
  await expect(reader.read()).rejects.toMatchObject({ kind: "overlappingRecv" });
  tx.send(1);
  expect(await received).toStrictEqual(ok(1));
  rejection(reader.closed);
});
