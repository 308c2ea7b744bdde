/** An address that was forgotten is dropped when it is collected, and the log names its actor and both remedies. */
import { actor } from "@pneumatic/actors";
import { expect, test, vi } from "vitest";
import { isCollected } from "../../support/garbage.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const sleeper = actor({ name: "sleeper", on: { ping: () => "pong" } });

/** Forgets what `make` made, and waits until that was collected and seen to. */
async function lose(make: () => WeakKey): Promise<void> {
  const lost = new WeakRef(make());
  expect(await isCollected(lost)).toBe(true);
  await quiet();
}

function warnings(system: TestSystem): unknown[] {
  return system.logged.filter(({ level }) => level === "warn").map(({ message, fields }) => ({ message, fields }));
}

const LOST = (path: string): RegExp =>
  new RegExp(
    `^An address of actor "${path}" was lost without drop\\(\\).*\`using\`.*ctx\\.own\\(\\).*system\\.own\\(\\)`,
  );

test("an actor whose only address is lost is drained, and the log names it once", async () => {
  await using system = new TestSystem({ name: "shop" });
  const exits: Promise<unknown>[] = [];
  await lose(() => {
    const address = system.spawn(sleeper, { name: "sleepy" });
    address.tell({ type: "ping" });
    exits.push(address.exited);
    return address;
  });
  expect(await exits[0]).toEqual({ kind: "normal" });
  expect(system.ledger().handled).toBe(1);
  expect(warnings(system)).toEqual([
    {
      message: expect.stringMatching(LOST("/sleepy")),
      fields: { system: "shop", actor: "/sleepy", id: 1, generation: 1 },
    },
  ]);
});

test("an actor lives on when one of two addresses is lost, which is logged all the same", async () => {
  await using system = new TestSystem();
  using address = system.spawn(sleeper);
  await lose(() => address.clone());
  expect(await address.ask({ type: "ping" })).toBe("pong");
  expect(warnings(system)).toHaveLength(1);
});

test.each(["dropped", "owned by the system"] as const)("an address that is %s is not lost", async (fate) => {
  await using system = new TestSystem();
  using address = system.spawn(sleeper);
  const forget = (): WeakKey => {
    const clone = address.clone();
    if (fate === "dropped") clone.drop();
    else system.own(clone);
    return clone;
  };
  const lost = new WeakRef(forget());
  expect(await isCollected(lost)).toBe(fate === "dropped");
  await quiet();
  expect(warnings(system)).toEqual([]);
});

test("nobody hears of a lost address of an actor that has ended", async () => {
  await using system = new TestSystem();
  using warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  await lose(() => {
    const address = system.spawn(sleeper);
    void system.kill(address, { restart: false });
    return address;
  });
  expect([warnings(system), warned.mock.calls]).toEqual([[], []]);
});
