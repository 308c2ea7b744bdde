/** The cooperative budget of channels, which goes by real turns of the event loop, has no say in a simulation. */
import { explore } from "@pneumatic/actors/testing";
import { after, channel } from "@pneumatic/core";
import { expect, test } from "vitest";

test("however much is received while time jumps, no run waits for the event loop", async () => {
  const [tx, rx] = channel<number>();
  let received = 0;
  await explore(
    async () => {
      for (let n = 0; n < 100; n++) {
        tx.send(n);
        await rx.recv();
        using timer = after(10);
        await timer.recv();
        received++;
      }
    },
    { runs: 10 },
  );
  expect(received).toBe(1000);
  rx.drop();
  tx.drop();
});

test("channels rest again when the simulation is over", async () => {
  await explore(() => {}, { runs: 1 });
  const [tx, rx] = channel<number>();
  let hasTurn = false;
  setImmediate(() => {
    hasTurn = true;
  });
  for (let n = 0; !hasTurn && n < 1_000_000; n++) {
    tx.send(n);
    await rx.recv();
  }
  expect(hasTurn).toBe(true);
  rx.drop();
  tx.drop();
});
