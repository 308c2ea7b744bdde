/** What channels do to the process they are in: failures that nobody awaits do not end it, and waits do not keep it. */
import { expect, test } from "vitest";
import { runModule } from "../../support/node-process.ts";

// 117
test("a process survives failed operations that nobody awaits", async () => {
  const { code, output } = await runModule(`
    import { channel, syncChannel } from "@pneumatic/core";
    const [tx, rx] = channel();
    const [bounded, boundedRx] = syncChannel(1);
    bounded.send("queued");
    bounded.sendTimeout("expires", 1);
    bounded.sendTimeout("expired", 0);
    setTimeout(() => {
      bounded.send("parked");
      rx.drop();
      boundedRx.drop();
      tx.send("refused");
      bounded.send("refused");
      const [lonely, silent] = syncChannel(0);
      lonely.drop();
      silent.recv();
      silent.recvTimeout(5);
      silent.iter().next();
      setTimeout(() => console.log("alive"), 5);
    }, 5);
  `);
  expect(output.trim()).toBe("alive");
  expect(code).toBe(0);
});

// L16
test("a process goes on when the receiver closes before sends that nobody awaits", async () => {
  const { code, output } = await runModule(`
    import { syncChannel } from "@pneumatic/core";
    const [tx, rx] = syncChannel(0);
    for (let n = 0; n < 10; n++) tx.send(n);
    tx.reserveMany(0);
    rx.close();
    tx.send(10);
    setTimeout(() => console.log("alive"), 5);
  `);
  expect({ code, output: output.trim() }).toEqual({ code: 0, output: "alive" });
});

// Design 4: in-process channels hold no handle of the event loop
test("a process ends when nothing but waiting channels is left", async () => {
  const { code, output } = await runModule(`
    import { channel, syncChannel } from "@pneumatic/core";
    const [tx, rx] = channel();
    const [bounded, boundedRx] = syncChannel(0);
    rx.recv().then(() => console.log("received"));
    bounded.send(1, { signal: new AbortController().signal }).then(() => console.log("sent"));
    tx.closed().then(() => console.log("closed"));
    globalThis.held = [tx, rx, bounded, boundedRx];
    console.log("waiting");
  `);
  expect(output.trim()).toBe("waiting");
  expect(code).toBe(0);
});
