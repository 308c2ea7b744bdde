/** A thread that does not turn its event loop is found, says where it was, and is replaced; unless it said that it would block. */
import { blocking, InvalidDefinitionError } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { neighbours, ThreadGate } from "../../support/thread-gate.ts";
import { alone, failure, patient, threadSystem, worker } from "../../support/thread-worker.ts";

const forever = { timeout: Number.POSITIVE_INFINITY };
const heartbeatMs = 1000;
const quick = { threads: { heartbeatMs } };

describe("a thread that hangs", () => {
  // On a busy machine the inspector may need more than its 250 ms: hence the retries. What is inlined shows as its caller.
  it.each([
    ["hang", "(hang|harm)"],
    ["wait", "(wait|harm)"],
    ["regexp", "(regexp|harm)"],
    ["hangAfterAwait", "(hang|hangAfterAwait)"],
  ] as const)("is in its error and in the log with its stack: %s", { retry: 9 }, async (how, innermost) => {
    await using system = threadSystem(quick);
    using address = system.spawn(worker, { ...alone, ...patient, name: "w" });
    const { cause } = await failure(address.ask({ type: "harm", how }, forever));
    expect(cause).toMatchObject({ how: "hung" });
    const place = `at ${innermost} \\(file://.*/worker\\.mjs:\\d+\\)`;
    expect(cause?.message).toMatch(
      new RegExp(`did not turn for ${heartbeatMs} ms ${place}\\. Work that takes so long`),
    );
    expect(cause?.stack?.split("\n")[1]).toMatch(new RegExp(`${place}$`));
    await address.ask({ type: "about" }, forever);
    const told = system.lines.filter(({ err }) => (err as Error | undefined)?.stack?.includes(cause?.stack as string));
    expect(told.map(({ level, actor }) => ({ level, actor }))).toEqual([
      { level: 40, actor: undefined },
      { level: 50, actor: "/w" },
    ]);
  });

  it("is found within its limit and 500 ms of a processor, and is back in service then", async () => {
    await using system = threadSystem(quick);
    using address = system.spawn(worker, { ...alone, ...patient });
    await address.started;
    const begin = process.cpuUsage();
    const { cause } = await failure(address.ask({ type: "harm", how: "hang" }, forever));
    const { user, system: kernel } = process.cpuUsage(begin);
    expect(cause).toMatchObject({ how: "hung" });
    expect((user + kernel) / 1000).toBeLessThan(heartbeatMs + 500);
    expect(await address.ask({ type: "about" }, forever)).toMatchObject({ generation: 2 });
  });

  it("is given up when it cannot be terminated, in the middle of a native call, and keeps no shutdown waiting", async () => {
    let hasExited = false;
    process.once("worker", (thread) => {
      thread.once("exit", () => {
        hasExited = true;
      });
    });
    const system = threadSystem(quick);
    using address = system.spawn(worker, { ...alone, ...patient });
    const { cause } = await failure(address.ask({ type: "harm", how: "native" }, forever));
    const message = `The thread was lost (hung): its event loop did not turn for ${heartbeatMs} ms. Work that takes so long on purpose goes into blocking()`;
    expect(cause).toMatchObject({ how: "hung", message });
    expect(await address.ask({ type: "about" }, forever)).toMatchObject({ generation: 2 });
    await system.shutdown();
    expect(hasExited).toBe(false);
    expect(system.ledger()).toMatchObject({ accepted: 2, handled: 1, panicked: 1 });
  });

  it("is nobody's fault when who hangs has been killed already: the others are hit, and no restart of theirs counts", async () => {
    await using system = threadSystem(quick);
    const gate = new ThreadGate();
    const [first, second] = await neighbours(system, gate, { intensity: { restarts: 0, withinMs: 60_000 } });
    first.tell({ type: "block", n: 1 });
    await gate.reached();
    await system.kill(first, { restart: false });
    expect(await second.ask({ type: "marked", n: 2 }, forever)).toBe(2);
    const { actors } = await system.inspect();
    expect(actors.map(({ restarts }) => restarts).toSorted()).toEqual([...actors.slice(1).map(() => 0), 1]);
    expect(system.lines.filter(({ how }) => how === "hung")).toHaveLength(1);
  });
});

describe("a blocking() section", () => {
  it.each(["plain", "nested"] as const)("may take longer than the limit: %s", async (how) => {
    await using system = threadSystem(quick);
    using address = system.spawn(worker, { ...alone, ...patient });
    await address.ask({ type: "block", how, ms: 3 * heartbeatMs }, forever);
    expect(await address.ask({ type: "about" })).toMatchObject({ generation: 1 });
    expect(system.ledger()).toMatchObject({ handled: 2, panicked: 0 });
  });

  it("ends when it throws, and the handler panics", async () => {
    await using system = threadSystem(quick);
    using address = system.spawn(worker, { ...alone, ...patient });
    const { cause } = await failure(address.ask({ type: "block", how: "failed", ms: 3 * heartbeatMs }, forever));
    expect(cause).toMatchObject({ message: "in a section" });
  });

  it.each(["thenHangs", "failedThenHangs"] as const)("hides no hang that comes after it: %s", async (how) => {
    await using system = threadSystem(quick);
    using address = system.spawn(worker, { ...alone, ...patient });
    const { cause } = await failure(address.ask({ type: "block", how, ms: 2 * heartbeatMs }, forever));
    expect(cause).toMatchObject({ how: "hung" });
  });

  it("only calls the function where there is no host", () => {
    expect(blocking(() => 5)).toBe(5);
    expect(() => blocking(() => raise(new RangeError("as it is")))).toThrow("as it is");
  });

  it("refuses what is no function", () => {
    expect(() => blocking(5 as never)).toThrow(InvalidDefinitionError);
    expect(() => blocking(Promise.resolve() as never)).toThrow(
      "blocking(work) takes a function that does the work, not object",
    );
  });
});

function raise(error: Error): never {
  throw error;
}
