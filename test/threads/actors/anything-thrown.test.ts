/** Anything can be thrown on a thread too: the actor panics, its neighbours on the thread and their calls go on. */
import type { Definition } from "@pneumatic/actors";
import { onThread } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { ANYTHING } from "../../support/anything.mjs";
import { fixtures, threadSystem } from "../../support/thread-worker.ts";

interface Thrower {
  sync(payload: { what: string }): void;
  later(payload: { what: string }): void;
  pipe(payload: { what: string }): void;
  float(payload: { what: string }): void;
  forsake(payload: { what: string }): void;
  fine(): string;
}

const thrower = onThread<Definition<Thrower, { at: string; what: string }>>(new URL("anything.mjs", fixtures));
const many = { intensity: { restarts: 1000, withinMs: 1000 }, backoff: { initialMs: 0, maxMs: 0 } } as const;

describe("thrown on a thread", () => {
  it("is a panic in a handler, a timer, a floating promise and a pipe, and hurts no neighbour", async () => {
    await using system = threadSystem();
    using neighbour = system.spawn(thrower, { args: { at: "", what: "" } });
    using address = system.spawn(thrower, { args: { at: "", what: "" }, ...many });
    for (const what of Object.keys(ANYTHING)) {
      for (const type of ["sync", "later", "float", "forsake"] as const) {
        await expect(address.ask({ type, what }), `${type} ${what}`).rejects.toMatchObject({
          code: "ERR_ACTOR_PANICKED",
        });
      }
      address.tell({ type: "pipe", what });
      expect(await address.ask({ type: "fine" })).toBe("fine");
      expect(await neighbour.ask({ type: "fine" })).toBe("fine");
    }
    expect(system.ledger(neighbour)).toMatchObject({ panicked: 0, handled: Object.keys(ANYTHING).length });
  });

  it("is a failure in state, started and stopped", async () => {
    await using system = threadSystem();
    for (const what of Object.keys(ANYTHING)) {
      for (const at of ["state", "started"]) {
        const failing = system.spawn(thrower, { args: { at, what }, restart: "temporary" });
        expect((await failing.exited).kind, `${at} ${what}`).toBe("startFailed");
      }
      const ending = system.spawn(thrower, { args: { at: "stopped", what }, restart: "temporary" });
      await ending.started;
      ending.drop();
      expect((await ending.exited).kind, `stopped ${what}`).toBe("panicked");
    }
  });
});
