/** A reservation that waits keeps the channel open, as the permit does that it may become. */
import type { Permit, Receiver, SyncSender, WeakSender } from "@pneumatic/core";
import { syncChannel, unwrap } from "@pneumatic/core";
import { expect, test } from "vitest";
import { isPending } from "../../support/pending.ts";
import { installClock } from "../../support/virtual-clock.ts";

interface Stage {
  readonly rx: Receiver<string>;
  readonly weak: WeakSender<string, SyncSender<string>>;
  readonly controller: AbortController;
  readonly reserved: Promise<unknown>;
}

/** A full channel, a reservation that waits for room, and no sender. */
function stage(): Stage {
  const controller = new AbortController();
  const [tx, rx] = syncChannel<string>(1);
  tx.trySend("first");
  const reserved = tx.reserve({ signal: controller.signal, timeout: 10 });
  const weak = tx.downgrade();
  tx.drop();
  return { rx, weak, controller, reserved };
}

// 25, 85, 113
test("a channel is open while a reservation waits whose sender was dropped", async () => {
  const { rx, weak, reserved } = stage();
  expect(rx.isClosed).toBe(false);
  expect(unwrap(rx.tryRecv())).toBe("first");
  const permit = unwrap((await reserved) as { ok: true; value: Permit<string> });
  expect(rx.isClosed).toBe(false);
  const tx = weak.upgrade();
  permit.send("second");
  const last = tx?.send("third");
  tx?.drop();
  expect(rx.isClosed).toBe(true);
  expect([unwrap(await rx.recv()), unwrap(await rx.recv())]).toEqual(["second", "third"]);
  expect([(await last)?.ok, (await rx.recv()).ok]).toEqual([true, false]);
});

// 25, 80
test.each<[string, (stage: Stage, advance: () => void) => unknown]>([
  ["is aborted", ({ controller }) => controller.abort()],
  ["times out", (_, advance) => advance()],
])("a receiver disconnects when the last reservation %s", async (_, end) => {
  using clock = installClock();
  const waiting = stage();
  const { rx, weak, reserved } = waiting;
  const outcome = reserved.catch(() => "aborted");
  end(waiting, () => clock.advance(10));
  expect([rx.isClosed, weak.upgrade()]).toEqual([true, undefined]);
  await outcome;
  expect(unwrap(rx.tryRecv())).toBe("first");
  expect((await rx.recv()).ok).toBe(false);
});

// 25, 79
test("a receiver disconnects when it is closed while the last reservation waits", async () => {
  const { rx, weak, reserved } = stage();
  rx.close();
  expect(await reserved).toMatchObject({ ok: false, error: { kind: "disconnected" } });
  expect(weak.upgrade()).toBeUndefined();
  expect(rx.drain()).toEqual(["first"]);
  expect((await rx.recv()).ok).toBe(false);
  expect(await isPending(rx.recv())).toBe(false);
});

// 41, 84
test("nothing overtakes a reservation of more slots than are free", async () => {
  const [tx, rx] = syncChannel<string>(3);
  for (const value of ["a", "b"]) tx.trySend(value);
  const reserved = tx.reserveMany(2);
  expect(tx.available).toBe(1);
  expect(tx.trySend("early")).toMatchObject({ ok: false, error: { kind: "full" } });
  expect(tx.tryReserve()).toMatchObject({ ok: false, error: { kind: "full" } });
  expect(tx.tryReserveMany(0).ok).toBe(true);
  const [sent, next] = [tx.send("late"), tx.reserve()];
  expect(await isPending(sent)).toBe(true);
  rx.tryRecv();
  const permits = unwrap(await reserved);
  expect([await isPending(sent), await isPending(next)]).toEqual([true, true]);
  permits[0]?.send("c");
  permits.drop();
  expect((await sent).ok).toBe(true);
  expect(rx.drain()).toEqual(["b", "c", "late"]);
  unwrap(await next).drop();
  expect(tx.available).toBe(3);
});

// 42, 84
test("those behind a large reservation move in when it is given up", async () => {
  const controller = new AbortController();
  const [tx, rx] = syncChannel<string>(2);
  tx.trySend("a");
  const reserved = tx.reserveMany(2, { signal: controller.signal });
  const sent = tx.send("b");
  controller.abort("too many");
  await expect(reserved).rejects.toBe("too many");
  expect((await sent).ok).toBe(true);
  expect(rx.drain()).toEqual(["a", "b"]);
});
