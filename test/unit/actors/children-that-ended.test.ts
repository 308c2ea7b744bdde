/** A child that has ended can be started once more in its place, or taken off the list, so that nothing of it is left. */
import { ActorSystem, actor, child, supervisor } from "@pneumatic/actors";
import { expect, it } from "vitest";
import { bytesInUse } from "../../support/garbage.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const counter = actor({
  state: () => ({ n: 0 }),
  on: {
    add: ({ state }) => ++state.n,
    stop: ({ stop }) => stop(),
  },
});

const spec = supervisor({ children: { first: child(counter), second: child(counter, { restart: "transient" }) } });

it("is started once more, in its old place, with a new state, under its supervisor", async () => {
  await using system = new TestSystem();
  using sup = system.supervise(spec);
  using before = sup.child("first");
  await before.ask({ type: "add" });
  await sup.terminateChild("first");
  using again = await sup.restartChild("first");
  expect(await again.ask({ type: "add" })).toBe(1);
  expect(sup.children().map(({ id, alive }) => [id, alive])).toEqual([
    ["first", true],
    ["second", true],
  ]);
  await expect(before.ask({ type: "add" })).rejects.toMatchObject({ code: "ERR_ACTOR_STOPPED" });
  expect(again.path).toBe(before.path);
});

it("is taken off the list, and its name is free", async () => {
  await using system = new TestSystem();
  using sup = system.supervise(spec);
  await sup.terminateChild("first");
  await sup.deleteChild("first");
  expect(sup.children().map(({ id }) => id)).toEqual(["second"]);
  expect(() => sup.child("first")).toThrow('has no child "first"; it has: second');
  using anew = sup.startChild("first", child(counter));
  expect(await anew.ask({ type: "add" })).toBe(1);
});

it.each(["restartChild", "deleteChild"] as const)(
  "%s refuses a child that is alive, and one that is unknown",
  async (method) => {
    await using system = new TestSystem();
    using sup = system.supervise(spec);
    await expect(sup[method]("first")).rejects.toMatchObject({
      code: "ERR_ACTOR_INVALID_DEFINITION",
      message: expect.stringContaining('is alive: terminateChild("first") ends it first'),
    });
    await expect(sup[method]("third")).rejects.toThrow('has no child "third"; it has: first, second');
    await quiet();
    expect(sup.children().every(({ alive }) => alive)).toBe(true);
  },
);

it("restartChild refuses when the supervisor has ended", async () => {
  await using system = new TestSystem();
  using sup = system.supervise(spec);
  await sup.terminateChild("first");
  await system.stop(sup);
  await expect(sup.restartChild("first")).rejects.toMatchObject({ code: "ERR_ACTOR_SPAWN_REFUSED" });
});

it("restarts a child that ended by itself", async () => {
  await using system = new TestSystem();
  using sup = system.supervise(spec);
  using second = sup.child("second");
  second.tell({ type: "stop" });
  await second.exited;
  using again = await sup.restartChild("second");
  expect(await again.ask({ type: "add" })).toBe(1);
});

it("leaves nothing, though thousands of children come and go", async () => {
  await using system = new ActorSystem({ logLevel: "silent" });
  using sup = system.supervise(supervisor({ children: {} }));
  const comeAndGo = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      sup.startChild(`child-${n}`, child(counter)).drop();
      await sup.terminateChild(`child-${n}`);
      await sup.deleteChild(`child-${n}`);
    }
  };
  await comeAndGo(500);
  const before = await bytesInUse();
  await comeAndGo(5000);
  expect(sup.children()).toEqual([]);
  let left = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10 && left >= 500_000; round++) {
    await new Promise(setImmediate); // the registry of lost addresses lets go in a turn of its own
    left = (await bytesInUse()) - before;
  }
  expect(left).toBeLessThan(500_000);
});
