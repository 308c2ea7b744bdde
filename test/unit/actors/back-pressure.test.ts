/** What a full mailbox does is decided by its policy, how the sender takes it by the sender. */
import type { Address, Overflow, ProtocolOf } from "@pneumatic/actors";
import { actor, bounded, MailboxFullError, unbounded } from "@pneumatic/actors";
import { SendError, SendTimeoutError, TrySendError } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

/** Handles its first message when `open` is, and the others at once. */
class Sink {
  readonly open = gate();
  readonly seen: (number | string)[] = [];

  readonly definition = actor({
    on: {
      hold: () => this.open.promise,
      put: (_, { n }: { n: number | string }) => {
        this.seen.push(n);
        return n;
      },
    },
  });
}

type SinkAddress = Address<ProtocolOf<Sink["definition"]>>;

const put = (n: number | string) => ({ type: "put", n }) as const;

/** A system with an actor that is busy, and whose mailbox of `capacity` is full. */
async function fullSink(capacity: number, overflow: Overflow) {
  const system = new TestSystem();
  const sink = new Sink();
  const address: SinkAddress = system.spawn(sink.definition, {
    name: "sink",
    mailbox: bounded(capacity, { overflow }),
  });
  await address.started;
  address.tell({ type: "hold" });
  await quiet();
  for (const n of numbers(capacity)) address.tell(put(n));
  return { system, sink, address };
}

/** What is handled once the actor goes on. */
async function handled({ sink }: { sink: Sink }): Promise<unknown[]> {
  sink.open.open();
  await quiet();
  return sink.seen;
}

describe.each([0, 1, 3])("a full mailbox of %i that waits", (capacity) => {
  const full = () => fullSink(capacity, "wait");

  test("makes a dead letter of a tell", async () => {
    const it = await full();
    await using system = it.system;
    it.address.tell(put("late"));
    expect(system.deadLetters()).toMatchObject([{ message: put("late"), reason: "full", to: "/sink" }]);
    expect(await handled(it)).toEqual(numbers(capacity));
  });

  test("refuses a trySend, and gives the message back", async () => {
    const it = await full();
    await using system = it.system;
    const message = put("late");
    const result = it.address.trySend(message);
    expect(result.ok ? undefined : result.error).toBeInstanceOf(TrySendError);
    expect(result).toMatchObject({ error: { kind: "full", code: "ERR_CHANNEL_FULL" } });
    expect(result.ok ? undefined : result.error.value).toBe(message);
    expect(system.deadLetters()).toEqual([]);
    expect(await handled(it)).toEqual(numbers(capacity));
  });

  test("lets sends wait, and admits them in their order", async () => {
    const it = await full();
    await using _ = it.system;
    const sent = numbers(5).map((n) => it.address.send(put(`late ${n}`)));
    expect(await isPending(Promise.race(sent))).toBe(true);
    expect(await handled(it)).toEqual([...numbers(capacity), ...numbers(5).map((n) => `late ${n}`)]);
    expect((await Promise.all(sent)).map(kindOf)).toEqual(numbers(5).map(() => "ok"));
  });

  test("lets an ask wait", async () => {
    const it = await full();
    await using _ = it.system;
    const asked = it.address.ask(put("late"));
    expect(await isPending(asked)).toBe(true);
    expect(await handled(it)).toEqual([...numbers(capacity), "late"]);
    expect(await asked).toBe("late");
  });

  test("is not overtaken: while one waits, a trySend is refused though room was made", async () => {
    const it = await full();
    await using _ = it.system;
    const waits = it.address.send(put("first"));
    const controller = new AbortController();
    const given = it.address.send(put("given up"), { signal: controller.signal });
    controller.abort(new Error("enough"));
    await rejection(given);
    expect(kindOf(it.address.trySend(put("second")))).toBe("full");
    expect(await handled(it)).toEqual([...numbers(capacity), "first"]);
    expect(kindOf(await waits)).toBe("ok");
  });

  test("ends the wait of a send at its timeout, and gives the message back", async () => {
    const it = await full();
    await using system = it.system;
    const message = put("late");
    const sent = it.address.send(message, { timeout: 10 });
    await system.advance(9);
    expect(await isPending(sent)).toBe(true);
    await system.advance(1);
    const result = await sent;
    expect(result.ok ? undefined : result.error).toBeInstanceOf(SendTimeoutError);
    expect(result.ok ? undefined : result.error.value).toBe(message);
    expect(await handled(it)).toEqual(numbers(capacity));
    expect(system.clock.pending).toBe(0);
  });

  test("does not let a send wait for no time", async () => {
    const it = await full();
    await using system = it.system;
    expect(kindOf(await it.address.send(put("late"), { timeout: 0 }))).toBe("timeout");
    expect(system.clock.pending).toBe(0);
    expect(await handled(it)).toEqual(numbers(capacity));
  });

  test("ends the wait of a send at its signal", async () => {
    const it = await full();
    await using system = it.system;
    const controller = new AbortController();
    const sent = it.address.send(put("late"), { signal: controller.signal, timeout: 100 });
    controller.abort("enough");
    expect(await rejection(sent)).toBe("enough");
    expect(system.clock.pending).toBe(0);
    expect(await rejection(it.address.send(put("late"), { signal: AbortSignal.abort("no") }))).toBe("no");
    expect(await handled(it)).toEqual(numbers(capacity));
  });

  test.each(["stop", "kill", "drain"] as const)("gives waiting messages back at %s", async (end) => {
    const it = await full();
    await using system = it.system;
    const message = put("late");
    const sent = it.address.send(message);
    if (end === "kill") void system.kill(it.address, { restart: false });
    else void system[end](it.address);
    it.sink.open.open();
    const result = await sent;
    expect(result.ok ? undefined : result.error).toBeInstanceOf(SendError);
    expect(result.ok ? undefined : result.error.value).toBe(message);
    expect(system.deadLetters().some((letter) => letter.message === message)).toBe(false);
  });

  test("keeps waiting messages through a restart", async () => {
    const it = await full();
    await using system = it.system;
    const sent = it.address.send(put("late"));
    await system.kill(it.address);
    await quiet();
    expect(kindOf(await sent)).toBe("ok");
    expect(it.sink.seen).toEqual([...numbers(capacity), "late"]);
  });
});

describe.each([0, 1, 3])("a full mailbox of %i that rejects", (capacity) => {
  const full = () => fullSink(capacity, "reject");

  test("makes a dead letter of a tell", async () => {
    const it = await full();
    await using system = it.system;
    it.address.tell(put("late"));
    expect(system.deadLetters()).toMatchObject([{ message: put("late"), reason: "full", to: "/sink" }]);
    expect(await handled(it)).toEqual(numbers(capacity));
  });

  test("refuses a trySend and a send at once, and gives the message back", async () => {
    const it = await full();
    await using _ = it.system;
    const message = put("late");
    for (const result of [it.address.trySend(message), await it.address.send(message)]) {
      expect(kindOf(result)).toBe("full");
      expect(result.ok ? undefined : result.error.value).toBe(message);
    }
    expect(await handled(it)).toEqual(numbers(capacity));
  });

  test("rejects an ask", async () => {
    const it = await full();
    await using system = it.system;
    expect(await rejection(it.address.ask(put("late")))).toBeInstanceOf(MailboxFullError);
    expect(system.ledger(it.address).accepted).toBe(capacity + 1);
    expect(await handled(it)).toEqual(numbers(capacity));
  });
});

describe.each([1, 3])("a full mailbox of %i that drops the oldest", (capacity) => {
  const full = () => fullSink(capacity, "dropOldest");

  test.each(["tell", "trySend", "send", "ask"] as const)("accepts by %s at the cost of the oldest", async (by) => {
    const it = await full();
    await using system = it.system;
    const { address } = it;
    const outcome = by === "ask" ? address.ask(put("late")) : address[by](put("late"));
    expect(system.deadLetters()).toMatchObject([{ message: put(0), reason: "overflow", to: "/sink" }]);
    expect(system.ledger(it.address)).toMatchObject({ accepted: capacity + 2, queued: capacity });
    expect(await handled(it)).toEqual([...numbers(capacity).slice(1), "late"]);
    if (by === "trySend" || by === "send") expect(await outcome).toMatchObject({ ok: true });
    if (by === "ask") expect(await outcome).toBe("late");
  });

  test("rejects the ask it gives up", async () => {
    const it = await full();
    await using system = it.system;
    const asked = it.address.ask(put("asked"));
    const message = rejection(asked);
    for (const n of numbers(capacity)) it.address.tell(put(`late ${n}`));
    expect(await message).toBeInstanceOf(MailboxFullError);
    expect(await message).toMatchObject({
      message: expect.stringContaining(`Cannot send to actor "/sink": mailbox is full at ${capacity}.`),
    });
    expect(system.ledger(it.address).deadLettered).toEqual({ overflow: capacity + 1 });
    expect(await handled(it)).toEqual(numbers(capacity).map((n) => `late ${n}`));
  });
});

describe.each([1, 3])("a full mailbox of %i that drops the newest", (capacity) => {
  const full = () => fullSink(capacity, "dropNewest");

  test.each(["tell", "trySend", "send"] as const)("takes a %s for a dead letter and says it is well", async (by) => {
    const it = await full();
    await using system = it.system;
    const outcome = await it.address[by](put("late"));
    if (by !== "tell") expect(outcome).toEqual({ ok: true, value: undefined });
    expect(system.deadLetters()).toMatchObject([{ message: put("late"), reason: "overflow", to: "/sink" }]);
    expect(system.ledger(it.address)).toMatchObject({ accepted: capacity + 2, queued: capacity });
    expect(await handled(it)).toEqual(numbers(capacity));
  });

  test("rejects an ask", async () => {
    const it = await full();
    await using system = it.system;
    expect(await rejection(it.address.ask(put("late")))).toBeInstanceOf(MailboxFullError);
    expect(system.ledger(it.address)).toMatchObject({ deadLettered: { overflow: 1 } });
    expect(await handled(it)).toEqual(numbers(capacity));
  });
});

describe("a mailbox with room", () => {
  test.each([
    ["unbounded", unbounded()],
    ...(["wait", "reject", "dropOldest", "dropNewest"] as const).map(
      (overflow) => [`bounded that would ${overflow}`, bounded(3, { overflow })] as const,
    ),
  ] as const)("takes everything at once when it is %s", async (_, mailbox) => {
    await using system = new TestSystem();
    const sink = new Sink();
    using address = system.spawn(sink.definition, { mailbox });
    address.tell(put(0));
    expect(kindOf(address.trySend(put(1)))).toBe("ok");
    const sent = address.send(put(2));
    expect(system.ledger(address)).toMatchObject({ accepted: 3, queued: 3 });
    expect(kindOf(await sent)).toBe("ok");
    expect(await address.ask(put(3))).toBe(3);
    expect(sink.seen).toEqual(numbers(4));
  });

  test("is one of its capacity besides the message that is handled", async () => {
    const { system, sink, address } = await fullSink(3, "wait");
    await using _ = system;
    expect(system.ledger(address)).toMatchObject({ queued: 3, inFlight: 1 });
    sink.open.open();
    await quiet();
    for (const n of numbers(3)) expect(kindOf(address.trySend(put(n)))).toBe("ok");
    expect(kindOf(address.trySend(put("late")))).toBe("full");
  });
});

describe("a mailbox without room of its own", () => {
  const rendezvous = (sink: Sink, system: TestSystem, overflow: Overflow = "wait") =>
    system.spawn(sink.definition, { mailbox: bounded(0, { overflow }) });

  test("takes one message while its actor is idle", async () => {
    await using system = new TestSystem();
    const sink = new Sink();
    using address = rendezvous(sink, system);
    await address.started;
    expect(kindOf(address.trySend(put(0)))).toBe("ok");
    expect(kindOf(address.trySend(put(1)))).toBe("full");
    await quiet();
    expect(kindOf(address.trySend(put(2)))).toBe("ok");
    await quiet();
    expect(sink.seen).toEqual([0, 2]);
  });

  test("takes none before its actor has started, and hands over what waits then", async () => {
    await using system = new TestSystem();
    const sink = new Sink();
    using address = rendezvous(sink, system);
    expect(kindOf(address.trySend(put("early")))).toBe("full");
    const sent = numbers(3).map((n) => address.send(put(n)));
    const asked = address.ask(put(3));
    await quiet();
    expect((await Promise.all(sent)).map(kindOf)).toEqual(["ok", "ok", "ok"]);
    expect(await asked).toBe(3);
    expect(sink.seen).toEqual(numbers(4));
  });

  test("hands over what waits after each message that is awaited", async () => {
    await using system = new TestSystem();
    const sink = new Sink();
    using address = rendezvous(sink, system);
    await address.started;
    address.tell({ type: "hold" });
    await quiet();
    const sent = numbers(3).map((n) => address.send(put(n)));
    expect(await isPending(Promise.race(sent))).toBe(true);
    sink.open.open();
    expect((await Promise.all(sent)).map(kindOf)).toEqual(["ok", "ok", "ok"]);
    expect(sink.seen).toEqual(numbers(3));
  });

  test("resolves a send once its message is taken", async () => {
    await using system = new TestSystem();
    const sink = new Sink();
    using address = rendezvous(sink, system);
    await address.started;
    address.tell({ type: "hold" });
    const waits = address.send(put(1));
    await quiet();
    expect(system.ledger(address)).toMatchObject({ accepted: 1, queued: 0, inFlight: 1 });
    expect(await isPending(waits)).toBe(true);
    sink.open.open();
    expect(kindOf(await waits)).toBe("ok");
  });

  test("drains what waits when its last address is dropped", async () => {
    await using system = new TestSystem();
    const sink = new Sink();
    const address = rendezvous(sink, system);
    const sent = numbers(3).map((n) => address.send(put(n)));
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect((await Promise.all(sent)).map(kindOf)).toEqual(["ok", "ok", "ok"]);
    expect(sink.seen).toEqual(numbers(3));
  });
});

describe("a mailbox that ends", () => {
  test("tells a trySend and a send that it is disconnected, with the message", async () => {
    await using system = new TestSystem();
    using address = system.spawn(new Sink().definition);
    await system.stop(address);
    const message = put("late");
    for (const result of [address.trySend(message), await address.send(message)]) {
      expect(kindOf(result)).toBe("disconnected");
      expect(result.ok ? undefined : result.error.value).toBe(message);
    }
    expect(system.ledger().accepted).toBe(0);
  });
});

test("a busy receiver slows a sender down that awaits its sends", async () => {
  await using system = new TestSystem();
  const sink = new Sink();
  using address = system.spawn(sink.definition, { mailbox: bounded(4) });
  await address.started;
  address.tell({ type: "hold" });
  await quiet();
  let sent = 0;
  const sender = (async () => {
    for (const n of numbers(100)) {
      await address.send(put(n));
      sent++;
    }
  })();
  await quiet();
  expect(sent).toBe(4);
  sink.open.open();
  await sender;
  await quiet();
  expect(sink.seen).toEqual(numbers(100));
});

test("an unbounded mailbox warns when it grows past 1,000 messages, and at each doubling", async () => {
  await using system = new TestSystem();
  const sink = new Sink();
  using address = system.spawn(sink.definition, { name: "sink" });
  address.tell({ type: "hold" });
  await quiet();
  const warnings = () => system.logged.filter(({ message }) => message === "mailbox is growing");
  for (const n of numbers(1000)) address.tell(put(n));
  expect(warnings()).toEqual([]);
  for (const n of numbers(7001)) address.tell(put(n));
  await quiet();
  expect(warnings().map(({ fields }) => [fields["actor"], fields["length"]])).toEqual([
    ["/sink", 1001],
    ["/sink", 2001],
    ["/sink", 4001],
    ["/sink", 8001],
  ]);
  sink.open.open();
  await quiet();
});
