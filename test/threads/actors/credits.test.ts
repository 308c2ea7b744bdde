/** `trySend` from a thread to a mailbox with a capacity: answered at once, never beyond it, and never at the cost of others. */
import type { ActorSystem, Address, ProtocolOf } from "@pneumatic/actors";
import { bounded } from "@pneumatic/actors";
import { expect, it } from "vitest";
import type { Relay } from "../../support/thread-relay.ts";
import { relay, seer } from "../../support/thread-relay.ts";
import { alone, failure, threadSystem } from "../../support/thread-worker.ts";

type Held = ProtocolOf<typeof seer>;

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise(setImmediate);
}

/** Keeps `target` at a message until the result is called. */
async function hold(system: ActorSystem, target: Address<Held>): Promise<() => void> {
  const caller = new AbortController();
  target.ask({ type: "hold" }, { signal: caller.signal, timeout: Number.POSITIVE_INFINITY }).catch(() => {});
  await until(() => system.ledger(target).inFlight === 1);
  return () => caller.abort();
}

const full = (n: number): object => ({ kind: "full", value: { type: "see", n } });

it.each(["wait", "reject"] as const)(
  "is ok while there is room, full beyond it, and ok again when there is room: %s",
  async (overflow) => {
    await using system = threadSystem();
    using target = system.spawn(seer, { mailbox: bounded(3, { overflow }) });
    using address = system.spawn(relay, { args: { to: target.clone() } });
    const release = await hold(system, target);
    const tries: Awaited<ReturnType<Relay["try"]>>[] = [];
    for (let n = 0; n < 5; n++) tries.push(await address.ask({ type: "try", n }));
    expect(tries).toEqual(["ok", "ok", "ok", full(3), full(4)]);
    expect(system.ledger(target).queued).toBe(3);
    release();
    await until(async () => (await address.ask({ type: "try", n: 5 })) === "ok");
    expect(await target.ask({ type: "seen" })).toEqual([0, 1, 2, 5]);
  },
);

it("keeps the order with what is told and sent by the same actor", async () => {
  await using system = threadSystem();
  using target = system.spawn(seer, { mailbox: bounded(1000) });
  using address = system.spawn(relay, { args: { to: target.clone() } });
  for (let n = 0; n < 300; n += 3) {
    address.tell({ type: "try", n });
    address.tell({ type: "tell", n: n + 1 });
    address.tell({ type: "send", n: n + 2 });
  }
  await address.ask({ type: "seen" });
  expect(await target.ask({ type: "seen" })).toEqual(Array.from({ length: 300 }, (_, n) => n));
});

it("takes no room from those who send here: what a thread does not use is free", async () => {
  await using system = threadSystem();
  using target = system.spawn(seer, { mailbox: bounded(2, { overflow: "reject" }) });
  using address = system.spawn(relay, { args: { to: target.clone() } });
  const release = await hold(system, target);
  expect(await address.ask({ type: "about" })).toBeDefined(); // it has its address, and the slots that were free
  expect([1, 2, 3].map((n) => target.trySend({ type: "see", n }).ok)).toEqual([true, true, false]);
  expect(await address.ask({ type: "try", n: 4 })).toEqual(full(4));
  release();
  await until(() => system.ledger(target).handled === 3);
});

it("takes the credits of a thread back when it is lost", async () => {
  await using system = threadSystem();
  using target = system.spawn(seer, { mailbox: bounded(2) });
  using address = system.spawn(relay, { ...alone, args: { to: target.clone() }, restart: "temporary" });
  expect(await address.ask({ type: "try", n: 1 })).toBe("ok");
  await failure(address.ask({ type: "exit" }));
  await address.exited;
  await until(() => system.ledger(target).handled === 1);
  const release = await hold(system, target);
  expect([1, 2, 3].map((n) => target.trySend({ type: "see", n }).ok)).toEqual([true, true, false]);
  release();
});

it("lets its actor drain and stop although a thread has credits, and wants more", async () => {
  await using system = threadSystem();
  const target = system.spawn(seer, { mailbox: bounded(1) });
  using address = system.spawn(relay);
  address.tell({ type: "keepWeak", to: target.downgrade() });
  const release = await hold(system, target);
  expect(await address.ask({ type: "try", n: 1 })).toBe("ok");
  expect(await address.ask({ type: "try", n: 2 })).toEqual(full(2));
  target.drop();
  release();
  expect(await target.exited).toEqual({ kind: "normal" });
  expect(system.ledger(target).handled).toBe(2);
});

it("reaches a child of the actor on the thread", async () => {
  await using system = threadSystem();
  using parent = system.spawn(relay);
  await parent.ask({ type: "spawn", options: { mailbox: bounded(2) } });
  await until(async () => (await parent.ask({ type: "try", n: 1 })) === "ok");
  expect(await parent.ask({ type: "ask", message: { type: "seen" } })).toEqual({ reply: [1] });
});
