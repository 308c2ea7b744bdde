/** A module that cannot be loaded, or that takes its thread along: one reason, one line, and nobody waits for ever. */
import type { ExitReason } from "@pneumatic/actors";
import { onThread } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import type { WorkerDefinition } from "../../support/thread-worker.ts";
import { failure, fixtures, sharing, threadSystem, worker } from "../../support/thread-worker.ts";

type Cause = Extract<ExitReason, { kind: "crashed" }>["cause"];

const moduleOf = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;
const { href: missing } = new URL("missing.mjs", fixtures);

const rows: readonly (readonly [string, string, Cause, string])[] = [
  ["is not there", missing, "loadFailed", "there is no such file"],
  ["imports one that is not there", moduleOf(`import ${JSON.stringify(missing)};`), "loadFailed", "Cannot find module"],
  ["has a syntax error", moduleOf("export default {"), "loadFailed", "SyntaxError"],
  ["throws while it is loaded", moduleOf("throw new RangeError('not today');"), "loadFailed", "RangeError: not today"],
  [
    "rejects while it is loaded",
    moduleOf("await Promise.reject(new Error('not yet'));"),
    "loadFailed",
    "Error: not yet",
  ],
  ["has no such export", moduleOf("export const other = 1;"), "loadFailed", 'it exports "other"'],
  ["exits", moduleOf("process.exit(4);"), "exit", "it exited with code 4"],
  [
    "leaves a rejection to nobody",
    moduleOf("Promise.reject(new Error('dropped')); await new Promise(() => {});"),
    "uncaught",
    "Error: dropped",
  ],
  [
    "hangs",
    moduleOf("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);"),
    "hung",
    "did not turn for 30000 ms",
  ],
];

describe("a module that never settles", () => {
  const url = moduleOf("await new Promise(() => {});");

  it("fails the start after startTimeoutMs, and leaves the thread and its neighbours as they were", async () => {
    await using system = threadSystem({ threads: { heartbeatMs: 60_000 } });
    const [other, neighbour] = await sharing(system);
    await system.stop(other);
    using address = system.spawn(onThread<WorkerDefinition>(url), { startTimeoutMs: 300, restart: "temporary" });
    const asked = failure(address.ask({ type: "seen" }, { timeout: Number.POSITIVE_INFINITY }));
    const { name, cause } = await failure(address.started);
    expect({ name, cause }).toMatchObject({ name: "StartFailedError", cause: { code: "ERR_ACTOR_START_TIMEOUT" } });
    expect(await address.exited).toMatchObject({ kind: "startFailed" });
    expect((await asked).name).toBe("ActorStoppedError");
    expect(await neighbour.ask({ type: "about" })).toMatchObject({ generation: 1 });
    using next = system.spawn(worker);
    await next.started;
    other.drop();
    neighbour.drop();
  });
});

describe.each(rows)("an actor whose module %s", (_, url, cause, text) => {
  it("ends with that reason, and so does whoever waits for it", async () => {
    await using system = threadSystem({ threads: { heartbeatMs: cause === "hung" ? 1000 : 60_000 } });
    const [culprit, neighbour] = await sharing(system);
    await system.stop(culprit);
    using address = system.spawn(onThread<WorkerDefinition>(url), { name: "broken", restart: "temporary" });
    const asked = failure(address.ask({ type: "seen" }, { timeout: Number.POSITIVE_INFINITY }));
    const { name, message } = await failure(address.started);
    expect({ name, message }).toEqual({ name: "StartFailedError", message: expect.stringContaining(text) });
    expect(await address.exited).toEqual({ kind: "crashed", cause });
    expect((await asked).name).toBe("ActorStoppedError");
    const isLost = cause !== "loadFailed";
    expect(await neighbour.ask({ type: "about" })).toMatchObject({ generation: isLost ? 2 : 1 });
    const errors = system.lines.filter(({ level, actor }) => level === 50 && actor === "/broken");
    expect(errors.map(({ msg }) => msg)).toEqual([`actor crashed: ${cause}: stopping`]);
    expect(system.lines.filter(({ how }) => how !== undefined)).toHaveLength(isLost ? 1 : 0);
    culprit.drop();
    neighbour.drop();
  });
});

it("a thread that dies while its actor starts costs no message, and the actor starts again", async () => {
  await using system = threadSystem();
  const words = new Int32Array(new SharedArrayBuffer(4));
  const source = `
    const { actor } = await import(${JSON.stringify(import.meta.resolve("@pneumatic/actors"))});
    export default actor({
      state: (words) => {
        if (Atomics.add(words, 0, 1) < 2) process.exit(1);
      },
      on: { seen: () => ["started"] },
    });
  `;
  type Definition = import("@pneumatic/actors").Definition<{ seen(): string[] }, Int32Array>;
  using address = system.spawn(onThread<Definition>(moduleOf(source)), { args: words, backoff: { initialMs: 0 } });
  expect(await address.ask({ type: "seen" }, { timeout: Number.POSITIVE_INFINITY })).toEqual(["started"]);
  expect(words[0]).toBe(3);
  expect(system.ledger()).toMatchObject({ accepted: 1, handled: 1, panicked: 0 });
  using other = system.spawn(worker);
  await other.started;
});
