/** The time of a test system and vitest's fake timers stand side by side: each moves by itself, and neither the other. */
import { actor } from "@pneumatic/actors";
import { explore, testSystem } from "@pneumatic/actors/testing";
import { afterEach, expect, it, vi } from "vitest";

const patient = actor({
  on: {
    sleep: ({ sleep }) => sleep(1000).then(() => "slept"),
    timer: () => new Promise<string>((resolve) => void setTimeout(resolve, 1000, "rang")),
  },
});

afterEach(() => void vi.useRealTimers());

it.each([
  { what: "what vitest fakes by itself", toFake: undefined },
  { what: "what orders work too", toFake: ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"] as const },
])("a test system runs while the globals are faked: $what", async ({ toFake }) => {
  vi.useFakeTimers(toFake && { toFake: [...toFake] });
  await using system = testSystem({ autoAdvance: true });
  using address = system.spawn(patient);
  expect(await address.ask({ type: "sleep" })).toBe("slept");
  expect(system.now).toBe(1000);
});

it("explore runs while the globals are faked", async () => {
  vi.useFakeTimers();
  const exploration = explore(async (system) => {
    using address = system.spawn(patient);
    await address.ask({ type: "sleep" });
  });
  expect((await exploration).runs).toBe(100);
});

it("a system made before the globals are faked keeps its time", async () => {
  await using system = testSystem();
  using address = system.spawn(patient);
  vi.useFakeTimers();
  const reply = address.ask({ type: "sleep" });
  await system.advance(1000);
  expect(await reply).toBe("slept");
});

it("a timer of the platform in a handler is vitest's to move", async () => {
  vi.useFakeTimers();
  await using system = testSystem();
  using address = system.spawn(patient);
  const reply = address.ask({ type: "timer" });
  await system.settle();
  vi.advanceTimersByTime(1000);
  expect(await reply).toBe("rang");
  expect(system.now).toBe(0);
});
