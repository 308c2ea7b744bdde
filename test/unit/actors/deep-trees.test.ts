/** A tree of any depth ends, is killed, inspected and named without recursion. */
import type { Address, Definition, SupervisorSpec } from "@pneumatic/actors";
import { ActorSystem, actor, child, InvalidDefinitionError, implement, supervisor } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
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

describe("a specification of supervisors within each other", () => {
  const MOST = 500;
  const nothing = actor({ on: {} });
  const nested = (levels: number): SupervisorSpec => {
    let spec: SupervisorSpec = supervisor({ children: { leaf: child(nothing) } });
    for (let level = 1; level < levels; level++) spec = supervisor({ children: { s: spec } });
    return spec;
  };

  it(`is supervised with ${MOST} levels, and stops`, async () => {
    await using system = new ActorSystem({ logLevel: "silent" });
    using address = system.supervise(nested(MOST), { name: "deep" });
    await address.started;
    expect((await system.inspect()).living).toBe(MOST + 1);
    await system.stop(address);
    expect((await system.inspect()).living).toBe(0);
  });

  it("is refused with one more, and leaves its name free", async () => {
    await using system = new ActorSystem({ logLevel: "silent" });
    const deepest = nested(MOST);
    expect(() => supervisor({ children: { s: deepest } })).toThrow(/more than 500 levels of supervisors is too deep/);
    const byHand = { children: { s: deepest } } as never;
    expect(() => system.supervise(byHand, { name: "deep" })).toThrow(InvalidDefinitionError);
    using address = system.supervise(supervisor({ children: {} }), { name: "deep" });
    await address.started;
    expect(() => address.startChild("s", deepest as never)).not.toThrow();
  });

  it("is refused with 100,000 levels that are written by hand, or that contain themselves", () => {
    let spec: object = { children: {} };
    for (let level = 0; level < 100_000; level++) spec = { children: { s: spec } };
    const endless: { children: Record<string, object> } = { children: {} };
    endless.children["s"] = endless;
    for (const each of [spec, endless]) expect(() => supervisor(each as never)).toThrow(/too deep/);
  });
});
