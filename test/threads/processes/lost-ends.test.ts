/** A process tells of ends and addresses that were forgotten, once each, and where they were created if it is asked to. */
import { expect, test } from "vitest";
import { runModule } from "../../support/node-process.ts";

const CHANNELS = `
  import { channel, oneshot, syncChannel } from "@pneumatic/core";
  import { setFlagsFromString } from "node:v8";
  import { runInNewContext } from "node:vm";
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  async function lose(make) {
    const lost = new WeakRef(make());
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (turn < 5) collectGarbage();
    }
    if (lost.deref() !== undefined) console.log("held");
  }
  const [tx, rx] = channel();
`;

// Design 4: the backstop
test("a process prints one warning for a lost sender, and how to find where it was created", async () => {
  const { code, output } = await runModule(`${CHANNELS}
    await lose(function forgetful() { return tx.clone(); });
    tx.drop();
    console.log((await rx.recv()).error.kind);
  `);
  expect(code).toBe(0);
  expect(output).toContain("[ERR_CHANNEL_LOST_SENDER] PneumaticWarning: A Sender was lost without drop()");
  expect(output).toContain("PNEUMATIC_TRACE_LEAKS=1 tells where it was created");
  expect(output.match(/PneumaticWarning/g)).toHaveLength(1);
  expect(output).not.toContain("forgetful");
  expect(output).toContain("disconnected");
});

// Design 4: the backstop
test("a process prints where a lost sender was created when PNEUMATIC_TRACE_LEAKS is 1", async () => {
  const variables = { PNEUMATIC_TRACE_LEAKS: "1" };
  const program = `${CHANNELS}
    await lose(function forgetful() { return tx.clone(); });
    await lose(function careless() { return syncChannel(1)[0]; });
    const receivers = [];
    await lose(function sloppy() {
      const [reply, replied] = oneshot();
      receivers.push(replied);
      return reply;
    });
    tx.drop();
  `;
  const { code, output } = await runModule(program, variables);
  expect(code).toBe(0);
  expect(output).toMatch(/A Sender was lost[\s\S]*Created\n\s+at [\s\S]*at forgetful/);
  expect(output).toMatch(/A OneshotSender was lost[\s\S]*Created\n\s+at [\s\S]*at sloppy/);
  expect(output).not.toContain("careless"); // its receiver was lost with it
  expect(output).not.toContain("tells where");
});

// Design 4: the backstop
test("a process prints nothing when every end is dropped or lives", async () => {
  const program = `${CHANNELS}
    await lose(() => {
      const clone = tx.clone();
      clone.drop();
      return clone;
    });
    await lose(() => channel());
    rx.recv().then(() => console.log("received"));
    globalThis.kept = tx;
  `;
  const { code, output } = await runModule(program, { PNEUMATIC_TRACE_LEAKS: "1" });
  expect({ code, output }).toEqual({ code: 0, output: "" });
});

const ACTORS = `
  import { ActorSystem, actor } from "@pneumatic/actors";
  import { setFlagsFromString } from "node:v8";
  import { runInNewContext } from "node:vm";
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  const system = new ActorSystem({ name: "shop" });
  function forgetful() { system.spawn(actor({ name: "sleeper", on: {} }), { name: "sleepy" }); }
  forgetful();
  const collecting = setInterval(collectGarbage, 1);
  await system.terminated;
  clearInterval(collecting);
`;

test.each([
  ["1", /at forgetful/],
  ["0", /PNEUMATIC_TRACE_LEAKS=1 tells where it was created/],
])("a process prints one line and ends, with PNEUMATIC_TRACE_LEAKS=%s", async (trace, place) => {
  const { code, output } = await runModule(ACTORS, { PNEUMATIC_TRACE_LEAKS: trace });
  expect(code).toBe(0);
  const lines = output.trim().split("\n");
  expect(lines).toHaveLength(1);
  const { level, actor: path, msg } = JSON.parse(lines[0] as string) as { level: number; actor: string; msg: string };
  expect([level, path]).toEqual([40, "/sleepy"]);
  expect(msg).toMatch(/^An address of actor "\/sleepy" was lost without drop\(\)/);
  expect(msg).toMatch(place);
});
