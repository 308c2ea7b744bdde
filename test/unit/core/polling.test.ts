/** A loop that polls in microtasks goes on, though what it polls for was put off to the next turn of the event loop. */
import type { Receiver, Result, SyncSender } from "@pneumatic/core";
import { channel, select, syncChannel, trySelect } from "@pneumatic/core";
import { expect, test } from "vitest";

/** Enough for the cooperative budget to be spent many times. */
const COUNT = 100_000;
/** What would be an endless loop of microtasks ends here, since no timer could end it. */
const PATIENCE = 20 * COUNT;

type Disconnects = Result<unknown, { readonly kind: string }>;

/** Takes one value, or tells why not. */
const POLLS: Record<string, (rx: Receiver<number>) => Disconnects> = {
  tryRecv: (rx) => rx.tryRecv(),
  tryIter: (rx) => {
    for (const value of rx.tryIter()) return { ok: true, value };
    return ended(rx);
  },
  drain: (rx) => {
    const [value] = rx.drain();
    return value === undefined ? ended(rx) : { ok: true, value };
  },
  trySelect: (rx) => trySelect({ rx })?.result ?? ended(rx),
};

function ended(rx: Receiver<number>): Disconnects {
  return { ok: false, error: { kind: rx.isClosed && rx.isEmpty ? "disconnected" : "empty" } };
}

async function produce(tx: SyncSender<number>): Promise<void> {
  for (let n = 1; n <= COUNT; n++) await tx.send(n);
  tx.drop();
}

// 118
test.each(Object.entries(POLLS))(
  "a producer that awaits its sends is not held up by polling with %s",
  async (_, poll) => {
    const [tx, rx] = syncChannel<number>(1);
    const produced = produce(tx);
    let received = 0;
    let turns = 0;
    for (; turns < PATIENCE; turns++) {
      const polled = poll(rx);
      if (polled.ok) received++;
      else if (polled.error.kind === "disconnected") break;
      else await undefined;
    }
    expect(turns).toBeLessThan(PATIENCE);
    expect(received).toBe(COUNT);
    await produced;
  },
);

/** Sends one value, or tells that there is no room. */
const OFFERS: Record<string, (tx: SyncSender<number>, value: number) => boolean> = {
  trySend: (tx, value) => tx.trySend(value).ok,
  tryReserve: (tx, value) => {
    const reserved = tx.tryReserve();
    return reserved.ok && reserved.value.send(value).ok;
  },
};

// 118
test.each(Object.entries(OFFERS))(
  "a consumer that awaits each value is not held up by offering with %s",
  async (_, offer) => {
    const [tx, rx] = syncChannel<number>(1);
    let received = 0;
    const consumed = (async () => {
      for await (const _value of rx) received++;
    })();
    let turns = 0;
    for (let sent = 0; sent < COUNT && turns < PATIENCE; turns++) {
      if (offer(tx, sent)) sent++;
      else await undefined;
    }
    expect(turns).toBeLessThan(PATIENCE);
    tx.drop();
    await consumed;
    expect(received).toBe(COUNT);
  },
);

// 118
test("a select is not held up by polling one of its neighbours", async () => {
  const [tx, rx] = channel<number>();
  const [idle, never] = channel<never>();
  for (let n = 0; n < COUNT; n++) tx.send(n);
  let selected = 0;
  const selecting = (async () => {
    for (; selected < COUNT; selected++) await select({ rx });
  })();
  let turns = 0;
  for (; selected < COUNT && turns < PATIENCE; turns++) {
    never.tryRecv();
    await undefined;
  }
  expect(turns).toBeLessThan(PATIENCE);
  await selecting;
  for (const end of [tx, idle]) end.drop();
});
