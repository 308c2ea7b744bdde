/** The packages may be loaded when vitest's fake timers are in place already. */
import { afterAll, expect, it, vi } from "vitest";

vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "performance"] });
const { actor } = await import("@pneumatic/actors");
const { explore, testSystem } = await import("@pneumatic/actors/testing");

afterAll(() => void vi.useRealTimers());

const patient = actor({ on: { sleep: ({ sleep }) => sleep(1000).then(() => "slept") } });

it("a test system runs by its own time", async () => {
  await using system = testSystem({ autoAdvance: true });
  using address = system.spawn(patient);
  expect(await address.ask({ type: "sleep" })).toBe("slept");
  expect(system.now).toBe(1000);
});

it("explore runs", async () => {
  const exploration = explore(async (system) => {
    using address = system.spawn(patient);
    await address.ask({ type: "sleep" });
  });
  expect((await exploration).runs).toBe(100);
});
