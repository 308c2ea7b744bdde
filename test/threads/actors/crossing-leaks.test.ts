/** Addresses that have come and gone leave nothing behind, on either side; nor do the asks and sends that were made by them. */
import { expect, it } from "vitest";
import { runModule } from "../../support/node-process.ts";
import { scaled } from "../../support/scale.ts";

/** Each crosses four times: twice in a message, once weak, once in a reply. */
const ADDRESSES = scaled(200, 2500);

/** Counts what the runtime has for each actor that a thread knows: a watch here, a target there. */
const program = `
  import { queryObjects } from "node:v8";
  import { ActorSystem, actor, bounded, onThread } from "@pneumatic/actors";
  import { Watch } from "./packages/actors/dist/address/watch.js";
  const count = (kind) => queryObjects(kind, { format: "count" });
  const pinger = actor({ on: { ping: () => "pong" } });
  const system = new ActorSystem({ logLevel: "warn" });
  const there = system.spawn(onThread(new URL("test/threads/actors/fixtures/counting.mjs", "file://" + process.cwd() + "/")));
  const counts = async () => ({ ...(await there.ask({ type: "left" }, { timeout: Infinity })), exports: count(Watch), here: count(AbortController) });
  const round = async (addresses) => {
    for (let n = 0; n < addresses; n += 50) {
      await Promise.all(Array.from({ length: 50 }, async () => {
        const to = system.spawn(pinger, { mailbox: bounded(4) });
        const weak = to.downgrade();
        there.tell({ type: "drop", to: to.clone() });
        const back = await there.ask({ type: "use", to, weak }, { timeout: Infinity });
        back.drop();
        await weak.exited;
      }));
    }
  };
  await round(50);
  const before = await counts();
  await round(${ADDRESSES});
  const few = (after) => Object.keys(before).every((name) => after[name] <= before[name] + 60);
  let after = await counts();
  for (let tries = 0; tries < 4 && !few(after); tries++) after = await counts();
  console.log(few(after) ? "few are left" : JSON.stringify({ before, after }));
  there.drop();
  await system.terminated;
`;

it("leave nothing behind", async () => {
  const { code, output } = await runModule(program, { NODE_NO_WARNINGS: "1" });
  expect({ code, output }).toEqual({ code: 0, output: "few are left\n" });
});
