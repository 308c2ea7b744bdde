/** A test under vitest spawns an actor whose module is a TypeScript file next to it. */
import { ActorSystem, onThread } from "@pneumatic/actors";
import { expect, it } from "vitest";
import type { doubler } from "./fixtures/doubler.ts";

it.each(["./fixtures/doubler.ts", "./fixtures/doubler.js"])(
  "loads TypeScript on a thread, under vitest, by the name of its source and of what will be built: %s",
  async (file) => {
    await using system = new ActorSystem({ logLevel: "silent" });
    using address = system.spawn(onThread<typeof doubler>(new URL(file, import.meta.url), "doubler"));
    expect(await address.ask({ type: "double", n: 21 })).toBe(42);
  },
);
