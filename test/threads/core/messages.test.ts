/** What a message is on its way to another thread: a copy made at the call, or refused at the call; ends in it move. */
import type { AnySender } from "@pneumatic/core";
import { channel, mpmc, unwrap } from "@pneumatic/core";
import { EndNotMovableError, fromPort, MessageNotCloneableError, toPort, transfer } from "@pneumatic/core/threads";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, UNBOUNDED } from "../../support/flavors.ts";
import { rejection } from "../../support/gate.ts";
import { flush } from "../../support/pending.ts";
import { collect, numbers } from "../../support/sequence.ts";
import { startThread } from "../../support/threads.ts";

describe.each([UNBOUNDED, ...BOUNDED_FLAVORS])("$name", ({ open, room }) => {
  test("what the sender changes later is not seen, also where it had to wait", async () => {
    const [outbox, rx] = open<object>();
    startThread("mutate", { outbox });
    expect(await collect(rx)).toEqual(numbers(2).map(() => ({ n: 1, inner: { n: 1 } })));
  });

  test("a message that cannot be cloned is refused with its path, and nothing is sent", async () => {
    const [tx, rx] = open<unknown>();
    const sender = fromPort(toPort(tx));
    const value = { items: [{ ok: 1 }, { callback: () => {} }] };
    const path = "message.items[1].callback";
    for (let n = 0; n <= Math.min(room, 3); n++) {
      const refused =
        room === Number.POSITIVE_INFINITY ? undefined : await rejection(Promise.resolve(sender.send(value)));
      if (refused === undefined) expect(() => sender.send(value)).toThrow(MessageNotCloneableError);
      else expect(refused).toMatchObject({ code: "ERR_CHANNEL_MESSAGE_NOT_CLONEABLE", path });
      expect(() => sender.trySend(value)).toThrow(path);
      expect(() => sender.trySend(() => {})).toThrow(MessageNotCloneableError);
      sender.trySend(n);
    }
    sender.drop();
    expect(await collect(rx)).toEqual(numbers(Math.min(room, 4)));
  });

  test("what is marked by transfer() is moved to the other thread", async () => {
    const [outbox, rx] = open<{ buffer?: ArrayBuffer; left?: number }>();
    startThread("transfer", { outbox });
    const [first, second] = await collect(rx);
    expect(first).toMatchObject({ name: "moved" });
    expect(new Uint8Array(first?.buffer as ArrayBuffer)).toEqual(new Uint8Array(100_000).fill(7));
    expect(second).toEqual({ left: 0 });
  });
});

test("a transfer within one thread moves nothing", () => {
  const [tx, rx] = channel<{ buffer: ArrayBuffer }>();
  const message = { buffer: new ArrayBuffer(8) };
  unwrap(tx.send(transfer(message, [message.buffer])));
  expect(unwrap(rx.tryRecv())).toBe(message);
  expect(message.buffer.byteLength).toBe(8);
  tx.drop();
  expect(() => transfer(1 as never, [])).toThrow(RangeError);
  expect(() => transfer({}, 1 as never)).toThrow(RangeError);
});

test("a transfer that is refused leaves its message as it was", () => {
  const [tx, rx] = channel<object>();
  const sender = fromPort(toPort(tx));
  const message = { buffer: new ArrayBuffer(8), callback: () => {} };
  expect(() => sender.send(transfer(message, [message.buffer]))).toThrow("message.callback");
  expect(message.buffer.byteLength).toBe(8);
  sender.drop();
  rx.drop();
});

test.each([undefined, 0, 1, 4])("a sender inside a message is used by who gets it: capacity %s", async (capacity) => {
  const [outbox, rx] = channel<unknown>();
  startThread("endsInMessages", { outbox }, { capacity });
  const { reply } = unwrap(await rx.recv()) as { reply: AnySender<number> };
  const map = unwrap(await rx.recv()) as Map<string, AnySender<number>>;
  const other = map.get("reply") as AnySender<number>;
  for (const n of numbers(5)) expect((await (n % 2 === 0 ? reply : other).send(n)).ok).toBe(true);
  reply.drop();
  other.drop();
  expect((unwrap(await rx.recv()) as number[]).sort()).toEqual(numbers(5));
  expect(await collect(rx)).toEqual([]);
});

test("an end that was dropped before it was sent arrives dropped, as within one thread", async () => {
  const [tx, rx] = channel<{ readonly reply: AnySender<number> }>();
  const sender = fromPort(toPort(tx));
  const [reply, replies] = channel<number>();
  reply.drop();
  unwrap(sender.send({ reply }));
  const got = unwrap(await rx.recv());
  expect(() => got.reply.send(1)).toThrow(/dropped/);
  for (const end of [sender, rx, replies]) end.drop();
});

test("an end in a message that is refused stays where it is", async () => {
  const [tx, rx] = channel<unknown>();
  const sender = fromPort(toPort(tx));
  const [reply, replies] = channel<number>();
  const [job, jobs] = mpmc.channel<number>();
  expect(() => sender.send({ reply, callback: () => {} })).toThrow("message.callback");
  expect(() => sender.send({ reply, jobs })).toThrow(EndNotMovableError);
  unwrap(sender.send("in between"));
  expect(unwrap(await rx.recv())).toBe("in between");
  unwrap(reply.send(1));
  unwrap(sender.send({ reply, list: [reply] }));
  await flush();
  expect(() => reply.send(2)).toThrow(/dropped/);
  const got = unwrap(await rx.recv()) as { reply: typeof reply; list: [typeof reply] };
  expect(got.list[0]).toBe(got.reply);
  unwrap(got.reply.send(3));
  got.reply.drop();
  expect(await collect(replies)).toEqual([1, 3]);
  for (const end of [job, jobs, sender, rx]) end.drop();
});

test("what only has the prototype of a map or a set arrives as structured clone makes it", async () => {
  const [tx, rx] = channel<object>();
  const sender = fromPort(toPort(tx));
  const messages = [Map, Set].map((type) => Object.assign(Object.create(type.prototype), { ring: 1 }));
  for (const message of messages) sender.send(message);
  sender.drop();
  expect(await collect(rx)).toEqual(messages.map((message) => structuredClone(message)));
});
