/** What keeps a thread, and a process: an open receiver of another thread's messages does, unless the user says otherwise. */
import { expect, test } from "vitest";
import { runModule } from "../../support/node-process.ts";

const START = `
  import { Worker } from "node:worker_threads";
  import { channel, syncChannel } from "@pneumatic/core";
  import { ref, toPort, unref } from "@pneumatic/core/threads";
  const start = (role, ends, options) => {
    const port = toPort(ends);
    const url = new URL("./test/threads/core/fixtures/roles.mjs", "file://" + process.cwd() + "/");
    return new Worker(url, { execArgv: [], workerData: { role, ends: port, options }, transferList: [port] });
  };
`;

test("a process ends by itself when the channels between its threads have disconnected", async () => {
  const { code, output } = await runModule(`${START}
    const [tx, inbox] = channel();
    const [outbox, rx] = syncChannel(2);
    start("echo", { inbox, outbox });
    for (let n = 0; n < 5; n++) tx.send(n);
    tx.drop();
    for await (const n of rx) console.log(n);
    console.log("end");
  `);
  expect([code, output]).toEqual([0, "0\n1\n2\n3\n4\nend\n"]);
});

test("an open receiver keeps a thread that has nothing else to do", async () => {
  const { code, output } = await runModule(`${START}
    const [tx, inbox] = channel();
    const [outbox, rx] = channel();
    start("echo", { inbox, outbox });
    tx.send("before");
    console.log((await rx.recv()).value);
    // Meanwhile another thread begins and ends.
    await new Promise((resolve) => new Worker("", { eval: true, execArgv: [] }).once("exit", resolve));
    tx.send("after");
    tx.drop();
    for await (const value of rx) console.log(value);
  `);
  expect([code, output]).toEqual([0, "before\nafter\n"]);
});

test("a thread that unrefs its receiver ends, and its channel disconnects", async () => {
  const { code, output } = await runModule(`${START}
    const [tx, inbox] = channel();
    const worker = start("idle", { inbox });
    await tx.closed();
    console.log(tx.send(1).ok);
  `);
  expect([code, output]).toEqual([0, "false\n"]);
});

test("a receiver that was unrefed does not keep the process, and one that was refed again does", async () => {
  const program = (line: string): string => `${START}
    const [outbox, rx] = channel();
    const worker = start("count", { outbox }, { count: 3, death: "end" });
    worker.unref();
    unref(rx);
    ${line}
    rx.recv().then((result) => console.log(result.ok));
  `;
  expect(await runModule(program(""))).toEqual({ code: 0, output: "" });
  expect(await runModule(program("ref(rx);"))).toEqual({ code: 0, output: "true\n" });
});

test("bytes that no encoder wrote are one warning, the channels of that link disconnect, and the process goes on", async () => {
  const { code, output } = await runModule(`
    import { channel } from "@pneumatic/core";
    import { toPort } from "@pneumatic/core/threads";
    const [tx, rx] = channel();
    process.removeAllListeners("warning").on("warning", (error) => console.log(error.code));
    const ring = new SharedArrayBuffer(256 + 2 ** 20 + 2 ** 14);
    const words = new Int32Array(ring);
    words.set([(16 << 4) | 1, 0, 0x7f], 64); // a message for the first endpoint, of an unknown kind
    words[0] = 16;
    const port = toPort(tx);
    port.postMessage({ ring });
    console.log((await rx.recv()).error.code);
  `);
  expect([code, output]).toEqual([0, "ERR_CHANNEL_CORRUPT_RECORD\nERR_CHANNEL_DISCONNECTED\n"]);
});

test("a thread that has sent all without awaiting anything ends when everything is on its way", async () => {
  const { code, output } = await runModule(`${START}
    const [outbox, rx] = channel();
    const port = toPort(outbox);
    const isSent = new Int32Array(new SharedArrayBuffer(4));
    const code = \`
      const { workerData } = require("node:worker_threads");
      import("@pneumatic/core/threads").then(({ fromPort }) => {
        const tx = fromPort(workerData.port);
        for (let n = 0; n < 100_000; n++) tx.send({ n, text: "as long as this, so that the ring is full" });
        tx.drop();
        Atomics.store(workerData.isSent, 0, 1);
        Atomics.notify(workerData.isSent, 0);
      });
    \`;
    new Worker(code, { eval: true, execArgv: [], workerData: { port, isSent }, transferList: [port] });
    Atomics.wait(isSent, 0, 0); // so nothing is taken in before
    let count = 0;
    for await (const { n } of rx) if (n !== count++) throw new Error(n + " came instead of " + (count - 1));
    console.log(count);
  `);
  expect([code, output]).toEqual([0, "100000\n"]);
});
