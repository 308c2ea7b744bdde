/** Actors alone in virtual time, and all of it as it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActorSystem } from "@pneumatic/actors";
import { testSystem } from "@pneumatic/actors/testing";
import { factors } from "./factors.ts";
import { quota } from "./quota.ts";
import { startService } from "./service.ts";

test("a quota lets so many through a minute", async () => {
  await using system = testSystem(); // time stands still until it is told to move
  using address = system.spawn(quota, { args: 2 });
  const take = (): Promise<boolean> => address.ask({ type: "take" });
  assert.deepEqual([await take(), await take(), await take()], [true, true, false]);
  await system.advance(59_999);
  assert.equal(await take(), false);
  await system.advance(1);
  assert.equal(await take(), true);
});

test("factors are prime, and their product is the number", async () => {
  await using system = testSystem();
  using address = system.spawn(factors); // the same definition, here without its thread
  assert.deepEqual(await address.ask({ type: "of", n: 360_360 }), [2, 2, 2, 3, 3, 5, 7, 11, 13]);
  assert.deepEqual(await address.ask({ type: "of", n: 9_973 }), [9_973]);
});

test("the service answers, refuses, and ends by itself when it is closed", async () => {
  await using system = new ActorSystem({ logLevel: "warn" });
  using service = await startService(system, { port: 0, requestsPerMinute: 2 }); // closed whatever fails below
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(service.url + path);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await get("/12"), [200, [2, 2, 3]]);
  assert.deepEqual(await get("/twelve"), [400, 'A whole number from 2 is wanted, not "twelve"']);
  assert.deepEqual(await get("/999999999989"), [200, [999_999_999_989]]);
  assert.deepEqual(await get("/12"), [429, "That is enough for this minute"]);
  service[Symbol.dispose]();
  await system.terminated;
});
