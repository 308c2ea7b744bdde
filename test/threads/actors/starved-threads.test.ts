/** A thread that has no processor is not hung, nor one that loads a module or runs out of memory. */
import type { Definition } from "@pneumatic/actors";
import { onThread } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { busyMachine } from "../../support/busy-machine.ts";
import { alone, failure, fixtures, patient, threadSystem, worker } from "../../support/thread-worker.ts";

const forever = { timeout: Number.POSITIVE_INFINITY };
const heartbeatMs = 1000;
const quick = { threads: { heartbeatMs } };

interface Toil {
  toil(payload: { cpuMs: number }): void;
  hoard(payload: { maxMb: number; cpuMs: number }): void;
  generation(): number;
}
type Toiling = Definition<Toil, undefined>;
const { href } = new URL("toiling.mjs", fixtures);
const toiling = onThread<Toiling>(href);

describe("on a busy machine", () => {
  it("a healthy handler is not taken for hung, although it takes several limits", async () => {
    using _ = busyMachine();
    await using system = threadSystem(quick);
    using address = system.spawn(toiling, { thread: "dedicated" });
    for (let n = 0; n < 3; n++) {
      const begin = performance.now();
      await address.ask({ type: "toil", cpuMs: 700 }, forever);
      expect(performance.now() - begin).toBeGreaterThan(heartbeatMs);
    }
    expect(await address.ask({ type: "generation" }, forever)).toBe(1);
    expect(system.lines.filter(({ how }) => how !== undefined)).toEqual([]);
  });

  it("a thread that never yields is found, later", async () => {
    using _ = busyMachine();
    await using system = threadSystem(quick);
    using address = system.spawn(worker, { ...alone, ...patient });
    const { cause } = await failure(address.ask({ type: "harm", how: "hang" }, forever));
    expect(cause).toMatchObject({ how: "hung" });
    expect(await address.ask({ type: "about" }, forever)).toMatchObject({ generation: 2 });
  });

  it("a thread that runs out of memory is not taken for hung", async () => {
    using _ = busyMachine();
    await using system = threadSystem(quick);
    using address = system.spawn(worker, { ...alone, ...patient });
    for (let n = 0; n < 3; n++) {
      const { cause } = await failure(address.ask({ type: "harm", how: "outOfMemory" }, forever));
      expect(cause).toMatchObject({ how: "outOfMemory" });
    }
  });
});

it("a thread whose heap is full is not taken for hung before another limit has passed", async () => {
  await using system = threadSystem(quick);
  const dedicated = { ...alone, ...patient };
  using address = system.spawn(toiling, dedicated);
  const { cause } = await failure(address.ask({ type: "hoard", maxMb: 40, cpuMs: 1.3 * heartbeatMs }, forever));
  expect(cause).toMatchObject({ how: "outOfMemory" });
  using other = system.spawn(toiling, dedicated);
  const { cause: later } = await failure(other.ask({ type: "hoard", maxMb: 40, cpuMs: 60_000 }, forever));
  expect(later).toMatchObject({
    how: "hung",
    message: expect.stringContaining(`did not turn for ${2 * heartbeatMs} ms`),
  });
});

it("a module that is slow to load is a slow start and no hang", async () => {
  await using system = threadSystem(quick);
  using address = system.spawn(onThread<Toiling>(`${href}?loading=3000`), { restart: "temporary" });
  await address.started;
  expect(await address.ask({ type: "generation" }, forever)).toBe(1);
});
