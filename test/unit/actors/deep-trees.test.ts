/** A tree of any depth ends, is killed, inspected and named without recursion. */
import type { Address, Definition } from "@pneumatic/actors";
import { ActorSystem, implement } from "@pneumatic/actors";
import { expect, it } from "vitest";
import { scaled } from "../../support/scale.ts";

const LEVELS = scaled(5000, 100_000);

interface Level {
  deeper(payload: { left: number }): void;
}

const level: Definition<Level, undefined> = implement<Level>()({
  on: {
    deeper: ({ spawn, own }, { left }) => {
      if (left > 0) own(spawn(level, { name: "l" })).tell({ type: "deeper", left: left - 1 });
      else reached();
    },
  },
});
let reached = (): void => {};

async function deepTree(system: ActorSystem): Promise<Address<Level>> {
  const bottom = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const root = system.spawn(level, { name: "l" });
  root.tell({ type: "deeper", left: LEVELS - 1 });
  await bottom;
  return root;
}

const ENDS: Readonly<Record<string, (system: ActorSystem, root: Address<Level>) => unknown>> = {
  drop: (_, root) => root.drop(),
  stop: (system, root) => system.stop(root),
  drain: (system, root) => system.drain(root),
  kill: (system, root) => system.kill(root, { restart: false }),
  shutdown: (system) => system.shutdown(),
};

it.each(Object.entries(ENDS))("ends by %s", async (_, end) => {
  const system = new ActorSystem({ logLevel: "silent" });
  const root = await deepTree(system);
  expect((await system.inspect()).living).toBe(LEVELS);
  await end(system, root);
  expect((await root.exited).kind).toMatch(/normal|shutdown|killed/);
  expect((await system.inspect()).living).toBe(0);
  root.drop();
  await system.shutdown();
});
