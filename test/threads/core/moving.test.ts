/** Moving an end uses it up; what cannot move is refused and stays usable. */
import { MessageChannel } from "node:worker_threads";
import type { OneshotReceiver, OneshotSender, Receiver, Sender } from "@pneumatic/core";
import {
  after,
  channel,
  InvalidArgumentError,
  mpmc,
  OverlappingRecvError,
  oneshot,
  syncChannel,
  UseAfterDropError,
  unwrap,
} from "@pneumatic/core";
import { EndNotMovableError, fromPort, MessageNotCloneableError, toPort } from "@pneumatic/core/threads";
import { expect, test } from "vitest";
import { flush } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { startThread } from "../../support/threads.ts";

test("an end that was moved cannot be used any more, and its clones can", async () => {
  const [tx, rx] = channel<number>();
  const clone = tx.clone();
  toPort(tx).close();
  expect(() => tx.send(1)).toThrow(UseAfterDropError);
  unwrap(clone.send(2));
  toPort(rx);
  expect(() => rx.tryRecv()).toThrow(UseAfterDropError);
  expect(() => toPort(rx)).toThrow(UseAfterDropError);
  clone.drop();
});

test("a port that is closed instead of sent drops its ends", async () => {
  const [tx, rx] = syncChannel<number>(2);
  const [other, moved] = channel<number>();
  toPort({ tx, moved }).close();
  expect(await collect(rx)).toEqual([]);
  await other.closed();
  expect(kindOf(other.send(1))).toBe("disconnected");
  other.drop();
});

test("ends keep their types on the way, one or several, through a port that stays in this thread", async () => {
  const [tx, rx] = syncChannel<string>(2);
  const sender = fromPort(toPort(tx));
  const sent: Promise<{ readonly ok: boolean }> = sender.send("one");
  const moved = fromPort(toPort({ rx }));
  expect((await sent).ok).toBe(true);
  expect(sender.capacity).toBe(2);
  const value: string = unwrap(await moved.rx.recv());
  expect(value).toBe("one");
  sender.drop();
  expect(await collect(moved.rx)).toEqual([]);
});

test("a port whose ends were taken, and anything else, is refused", () => {
  const [tx, rx] = channel<number>();
  const port = toPort(tx);
  fromPort(port).drop();
  expect(() => fromPort(port)).toThrow(InvalidArgumentError);
  const { port1, port2 } = new MessageChannel();
  port1.postMessage("something else");
  expect(() => fromPort(port2)).toThrow(InvalidArgumentError);
  port1.close();
  for (const wrong of [undefined, null, 1, "port", {}]) {
    expect(() => fromPort(wrong as never)).toThrow(InvalidArgumentError);
    expect(() => toPort(wrong as never)).toThrow(InvalidArgumentError);
  }
  expect(() => toPort({ rx, wrong: 1 } as never)).toThrow(InvalidArgumentError);
  rx.drop();
});

test("what belongs to one thread is refused, and stays as it was", async () => {
  const [job, jobs] = mpmc.channel<number>();
  const [tx, rx] = syncChannel<number>(1);
  const permit = unwrap(tx.tryReserve());
  for (const end of [jobs, after(1), permit, tx.downgrade()])
    expect(() => toPort(end as never)).toThrow(EndNotMovableError);
  const waiting = rx.recv();
  expect(() => toPort({ tx, rx })).toThrow(OverlappingRecvError);
  unwrap(permit.send(1));
  expect(unwrap(await waiting)).toBe(1);
  for (const end of [jobs, job, tx, rx]) end.drop();
});

test("a oneshot moves, either end, and is used up by its one value", async () => {
  const [reply, replied] = oneshot<{ n: number }>();
  const sender = fromPort(toPort(reply));
  expect(() => reply.send({ n: 0 })).toThrow(UseAfterDropError);
  expect(String(sender)).toBe("[object OneshotSender]");
  unwrap(sender.send({ n: 1 }));
  expect(() => sender.send({ n: 2 })).toThrow(/one value/);
  const moved = fromPort(toPort({ replied })).replied;
  expect(unwrap(await moved.recv())).toEqual({ n: 1 });
  expect(kindOf(await moved.recv())).toBe("disconnected");
  moved.drop();
});

test("a oneshot sender in a message replies to a thread, and one whose thread dies disconnects", async () => {
  const [tx, inbox] = channel<{ reply: OneshotSender<string>; n: number }>();
  const thread = startThread("reply", { inbox });
  const replies = numbers(3).map((n) => {
    const [reply, replied] = oneshot<string>();
    unwrap(tx.send({ reply, n }));
    return replied;
  });
  expect(unwrap(await (replies[0] as OneshotReceiver<string>).recv())).toBe("0 was even");
  expect(kindOf(await (replies[1] as OneshotReceiver<string>).recv())).toBe("disconnected"); // dropped
  expect(unwrap(await (replies[2] as OneshotReceiver<string>).recv())).toBe("2 was even");
  const [reply, replied] = oneshot<string>();
  unwrap(tx.send({ reply, n: -1 })); // kept for ever
  await flush();
  await thread.worker.terminate();
  expect(kindOf(await replied.recv())).toBe("disconnected");
  tx.drop();
});

test("a oneshot sender gets its value back when the receiver is gone in another thread", async () => {
  const [reply, replied] = oneshot<number>();
  const sender = fromPort(toPort(reply));
  replied.drop();
  await sender.closed();
  expect(sender.send(1)).toMatchObject({ ok: false, error: { kind: "disconnected", value: 1 } });
});

test("an mpmc sender moves as any sender", async () => {
  const [job, jobs] = mpmc.channel<number>();
  const other = jobs.clone();
  startThread("count", { outbox: job }, { count: 100 });
  const got = await Promise.all([collect(jobs), collect(other)]);
  expect(got.flat().sort((a, b) => a - b)).toEqual(numbers(100));
});

test("weak senders and permits are refused by name, also inside messages, and stay as they were", async () => {
  const [tx, rx] = channel<unknown>();
  const sender = fromPort(toPort(tx));
  const [bounded, boundedReceiver] = syncChannel<number>(2);
  const weak = bounded.downgrade();
  const permit = unwrap(bounded.tryReserve());
  expect(() => sender.send({ weak })).toThrow(EndNotMovableError);
  expect(() => sender.send({ weak })).toThrow("WeakSender");
  expect(() => sender.send([permit])).toThrow(/Permit .* slot/);
  expect(() => toPort(weak as never)).toThrow("upgrade()");
  unwrap(permit.send(1));
  weak.upgrade()?.drop();
  bounded.drop();
  expect(await collect(boundedReceiver)).toEqual([1]);
  sender.drop();
  expect(await collect(rx)).toEqual([]);
});

test("a receiver whose queue holds what cannot be cloned is refused with the path, and keeps it", async () => {
  const [tx, rx] = syncChannel<unknown>(2);
  const callback = (): void => {};
  unwrap(await tx.send({ ok: true }));
  unwrap(await tx.send({ items: [1, { callback }] }));
  const moving = (): unknown => toPort({ rx });
  expect(moving).toThrow(MessageNotCloneableError);
  expect(moving).toThrow("message.items[1].callback");
  expect(rx.drain()).toEqual([{ ok: true }, { items: [1, { callback }] }]);
  tx.drop();
});

test("an end that passes through a thread works on: messages go through it", async () => {
  const [tx, rx] = syncChannel<number>(2);
  const [outbox, replies] = channel<Sender<number> | Receiver<number>>();
  const [inbox, forwarded] = channel<object>();
  const thread = startThread("echo", { inbox: forwarded, outbox });
  unwrap(inbox.send(tx));
  const back = unwrap(await replies.recv()) as Sender<number>;
  expect(kindOf(await back.send(1))).toBe("ok");
  expect(unwrap(await rx.recv())).toBe(1);
  unwrap(inbox.send(rx));
  const receiver = unwrap(await replies.recv()) as Receiver<number>;
  const sent = (async () => {
    for (const n of numbers(100)) await back.send(n);
    back.drop();
  })();
  expect(await collect(receiver)).toEqual(numbers(100));
  await sent;
  inbox.drop();
  expect(await collect(replies)).toEqual([]);
  await thread.exited;
});
