/** A queued tick of an actor on a thread is not handled once its timer is cancelled or set anew, or its incarnation ends. */
import type { Definition } from "@pneumatic/actors";
import { bounded, onThread, unbounded } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { fixtures, threadSystem } from "../../support/thread-worker.ts";

type Then = "cancel" | "anew" | "panic" | "nothing";
interface Ticking {
  run(payload: { then: Then }): void;
  rest(): void;
  ticks(): { ticks: string[]; generation: number };
}
const definition = onThread<Definition<Ticking, undefined>>(new URL("ticking.mjs", fixtures));

const RIGHT: Record<Then, { ticks: string[]; generation: number }> = {
  cancel: { ticks: [], generation: 1 },
  anew: { ticks: ["a anew", "b anew"], generation: 1 },
  panic: { ticks: [], generation: 2 },
  nothing: { ticks: ["a", "b"], generation: 1 },
};

describe.each([
  ["unbounded", unbounded()],
  ["bounded", bounded(100)],
] as const)("in a mailbox that is %s", (_, mailbox) => {
  it.each(Object.keys(RIGHT) as Then[])("after its handler: %s", async (then) => {
    await using system = threadSystem();
    using address = system.spawn(definition, { mailbox });
    address.tell({ type: "run", then });
    await address.ask({ type: "rest" });
    await address.ask({ type: "rest" });
    expect(await address.ask({ type: "ticks" })).toEqual(RIGHT[then]);
    const { accepted, handled, panicked, expired, deadLettered } = system.ledger();
    expect(expired).toBeGreaterThan(1);
    expect(deadLettered).toEqual({});
    expect(handled + panicked + expired).toBe(accepted);
  });
});
