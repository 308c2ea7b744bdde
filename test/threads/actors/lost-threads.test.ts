/** Threads that were lost leave no thread of the operating system behind, and no descriptor, however they were lost. */
import { expect, it } from "vitest";
import { runModule } from "../../support/node-process.ts";
import { scaled } from "../../support/scale.ts";

/** Of each kind. One in five that fill their heaps is found hung and then runs out of memory, while it is ended. */
const LOSSES = scaled(15, 1000);

const program = `
  import { readdirSync } from "node:fs";
  import { ActorSystem, onThread } from "@pneumatic/actors";
  const count = () => ["task", "fd"].map((what) => readdirSync("/proc/self/" + what).length);
  const fixture = (name) => onThread(new URL("test/threads/actors/fixtures/" + name, "file://" + process.cwd() + "/"));
  const worker = fixture("worker.mjs");
  const harms = {
    exit: { module: worker, message: { type: "harm", how: "exit" } },
    hang: { module: worker, message: { type: "harm", how: "hang" } },
    uncaught: { module: fixture("haunted.mjs"), message: { type: "haunt" } },
    "full heap": { module: worker, message: { type: "harm", how: "outOfMemory" }, heapMb: 200 },
    "full heap at its end": { module: worker, message: { type: "harm", how: "outOfMemory" }, heapMb: 60, isKilled: true },
  };
  const system = new ActorSystem({ logLevel: "silent", threads: { heartbeatMs: 300 } });
  const lose = async ({ module, message, heapMb = 40, isKilled = false }, n) => {
    const resourceLimits = { maxOldGenerationSizeMb: heapMb };
    const address = system.spawn(module, { thread: "dedicated", restart: "temporary", resourceLimits });
    await address.started;
    const { exited } = address;
    address.tell(message);
    if (isKilled) setTimeout(() => void system.kill(address), 20 * n);
    await exited;
    address.drop();
  };
  await lose(harms.hang, 0);
  for (const [name, harm] of Object.entries(harms)) {
    const [tasks, descriptors] = count();
    for (let n = 0; n < ${LOSSES}; n++) await lose(harm, n % 20);
    const isBack = () => count()[0] <= tasks && count()[1] <= descriptors;
    for (const end = Date.now() + 5000; Date.now() < end && !isBack(); ) await new Promise(setImmediate);
    console.log(name, isBack() ? "leaves nothing" : [tasks, descriptors, ...count()]);
  }
  await system.shutdown();
`;

it.runIf(process.platform === "linux")("a lost thread leaves no thread and no descriptor behind", async () => {
  const { code, output } = await runModule(program);
  const kinds = ["exit", "hang", "uncaught", "full heap", "full heap at its end"];
  expect({ code, output }).toEqual({ code: 0, output: kinds.map((kind) => `${kind} leaves nothing\n`).join("") });
});
