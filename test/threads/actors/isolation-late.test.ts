/** What fails on a thread when no handler is there to catch it: whose work it was panics; nobody's costs the thread. */
import type { Definition } from "@pneumatic/actors";
import { onThread, subscribe } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { neighbours, ThreadGate } from "../../support/thread-gate.ts";
import type { LateHarm } from "../../support/thread-worker.ts";
import { fixtures, sharing, threadSystem } from "../../support/thread-worker.ts";

const macrotask = (): Promise<void> => new Promise(setImmediate);

/** The reason of the next failure of that actor. */
function nextFailure(path: string): Promise<unknown> {
  return new Promise((resolve) => {
    const subscription = subscribe("pneumatic:actor:panicked", (event) => {
      if (event.path !== path) return;
      subscription[Symbol.dispose]();
      resolve(event.reason);
    });
  });
}

describe("an actor on a thread whose work fails after its handler has replied", () => {
  it.each<LateHarm>(["rejection", "throw"])("panics outside of a message, and loses none: %s", async (how) => {
    await using system = threadSystem();
    const [culprit, neighbour] = await sharing(system);
    const failure = nextFailure("/culprit");
    await culprit.ask({ type: "harmLater", how });
    expect(await failure).toMatchObject({ kind: "panicked", error: { message: "late" }, message: undefined });
    expect(await culprit.ask({ type: "about" })).toMatchObject({ generation: 2 });
    expect(await neighbour.ask({ type: "about" })).toMatchObject({ generation: 1 });
    expect(system.ledger()).toMatchObject({ accepted: 3, handled: 3, panicked: 0, deadLettered: {} });
    culprit.drop();
    neighbour.drop();
  });

  it("crashes when that ends the thread, and loses none", async () => {
    await using system = threadSystem();
    const [culprit, neighbour] = await sharing(system);
    const [failure, hit] = [nextFailure("/culprit"), nextFailure("/neighbour")];
    await culprit.ask({ type: "harmLater", how: "exit" });
    expect(await failure).toEqual({ kind: "crashed", cause: "exit" });
    expect(await hit).toEqual({ kind: "crashed", cause: "hostLost" });
    expect(await culprit.ask({ type: "about" })).toMatchObject({ generation: 2 });
    expect(system.ledger()).toMatchObject({ accepted: 2, handled: 2, panicked: 0, deadLettered: {} });
    culprit.drop();
    neighbour.drop();
  });

  it("goes on untouched when that was work of an earlier incarnation, and the log says so", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const [first, second] = await neighbours(system, gate);
    await first.ask({ type: "failLater" });
    await system.kill(first);
    await first.ask({ type: "marked", n: 1 });
    gate.open();
    const isLate = ({ msg }: Record<string, unknown>): boolean =>
      msg === "an actor that has ended has failed once more";
    while (!system.lines.some(isLate)) await macrotask();
    expect(system.lines.find(isLate)).toMatchObject({ level: 40, err: { message: "late" } });
    await first.ask({ type: "marked", n: 2 });
    await second.ask({ type: "marked", n: 3 });
    const { actors } = await system.inspect();
    expect(actors.map(({ restarts }) => restarts).toSorted()).toEqual([...actors.slice(1).map(() => 0), 1]);
  });
});

describe("what a module does of its own", () => {
  interface Haunted {
    haunt(): void;
  }
  const haunted = onThread<Definition<Haunted, unknown>>(new URL("haunted.mjs", fixtures));

  it("ends the thread when it fails, and the actor that is alone there crashes", async () => {
    await using system = threadSystem();
    using address = system.spawn(haunted, { thread: "dedicated", restart: "temporary" });
    address.tell({ type: "haunt" });
    expect(await address.exited).toEqual({ kind: "crashed", cause: "uncaught" });
  });

  it("ends all actors of the thread when it happens again and again, and not before", async () => {
    await using system = threadSystem();
    const causes: string[] = [];
    using _lost = subscribe("pneumatic:host:lost", (event) => {
      if (event.path === undefined && event.system === system.name) causes.push(event.cause);
    });
    const [culprit, neighbour] = await sharing(system, { intensity: { restarts: 0, withinMs: 60_000 } });
    // It takes the place of the one that shares the thread.
    await system.stop(culprit);
    using ghost = system.spawn(haunted, { backoff: { initialMs: 0 }, intensity: { restarts: 0, withinMs: 60_000 } });
    for (let n = 0; n < 20; n++) ghost.tell({ type: "haunt" });
    expect(await ghost.exited).toEqual({ kind: "crashed", cause: "uncaught" });
    expect((await neighbour.exited).kind).toBe("crashed");
    expect(causes.length).toBeLessThanOrEqual(8);
    expect(system.ledger().deadLettered.intensityExceeded).toBeGreaterThan(10);
    culprit.drop();
    neighbour.drop();
  });
});
