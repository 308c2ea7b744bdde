/** Actors that came and went on a thread leave nothing on the main heap, however seldom their thread collects. */
import { expect, it } from "vitest";
import { runModule } from "../../support/node-process.ts";
import { scaled } from "../../support/scale.ts";

/** Of each way to go. */
const ACTORS = scaled(100, 5000);

const program = `
  import { queryObjects } from "node:v8";
  import { ActorSystem, onThread } from "@pneumatic/actors";
  import { Watch } from "./packages/actors/dist/address/watch.js";
  import { Cell } from "./packages/actors/dist/cell/cell.js";
  const count = () => queryObjects(Cell, { format: "count" }) + queryObjects(Watch, { format: "count" });
  const system = new ActorSystem({ logLevel: "silent", deadLetters: { keep: 0 } });
  const passing = onThread(new URL("test/threads/actors/fixtures/passing.mjs", "file://" + process.cwd() + "/"));
  const forever = { timeout: Infinity };
  const ways = {
    drop: (address) => address.drop(),
    stop: (address) => address.tell({ type: "stop" }),
    kill: (address) => system.kill(address, { restart: false }),
    panic: (address) => address.tell({ type: "panic" }),
    restart: async (address) => {
      await address.ask({ type: "panic" }, forever).catch(() => {});
      await address.ask({ type: "work" }, forever);
      address.drop();
    },
    fail: () => {},
  };
  const options = { panic: { restart: "temporary" }, restart: { backoff: { initialMs: 0 } } };
  const pass = async (how) => {
    const address = system.spawn(passing, { args: { how }, ...options[how] });
    const { exited } = address;
    if (how !== "fail") await address.ask({ type: "work" }, forever);
    await ways[how](address);
    await exited;
    address.drop();
  };
  const round = async (how, actors) => {
    for (let n = 0; n < actors; n += 50) await Promise.all(Array.from({ length: 50 }, () => pass(how)));
  };
  const keeper = system.spawn(passing, { args: { how: "drop" } });
  for (const how of Object.keys(ways)) {
    await round(how, 50);
    const before = count();
    await round(how, ${ACTORS});
    let after = count();
    for (let tries = 0; tries < 100 && after > before + 50; tries++) {
      await keeper.ask({ type: "work" }, forever);
      after = count();
    }
    console.log(how, after <= before + 50 ? "leaves nothing" : after - before);
  }
  keeper.drop();
  await system.terminated;
`;

it("actors that end on a shared thread are released at once, in whatever way they end", async () => {
  const { code, output } = await runModule(program, { NODE_NO_WARNINGS: "1" });
  const ways = ["drop", "stop", "kill", "panic", "restart", "fail"];
  expect({ code, output }).toEqual({ code: 0, output: ways.map((how) => `${how} leaves nothing\n`).join("") });
});
