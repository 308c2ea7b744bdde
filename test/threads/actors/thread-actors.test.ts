/** An actor on a thread is an actor: what it says, where it lives, how it starts and stops. */
import {
  ActorStoppedError,
  actor,
  InvalidDefinitionError,
  MessageNotCloneableError,
  onThread,
  StartFailedError,
  topic,
} from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { runModule } from "../../support/node-process.ts";
import type { WorkerDefinition } from "../../support/thread-worker.ts";
import { alone, failure, fixtures, patient, threadSystem, worker } from "../../support/thread-worker.ts";

describe("an actor on a thread", () => {
  it("replies, with a state made from its arguments, under the path and the generation of its cell", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker, { name: "w", args: { label: "hello" } });
    expect(await address.ask({ type: "about" })).toEqual({ label: "hello", path: "/w", generation: 1 });
  });

  it("handles the messages of a sender in order, one at a time", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker);
    address.tell({ type: "wait", ms: 20 });
    for (let n = 0; n < 100; n++) address.tell({ type: "see", n });
    expect(await address.ask({ type: "seen" })).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it("is loaded by a named export where one is given", async () => {
    await using system = threadSystem();
    type Named = import("@pneumatic/actors").Definition<{ ping(): string }, unknown>;
    using address = system.spawn(onThread<Named>(new URL("worker.mjs", fixtures), "named"));
    expect(await address.ask({ type: "ping" })).toBe("pong");
  });

  it("tells itself, at once and at a later time, through its own mailbox", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker);
    await address.ask({ type: "later", ms: 5 });
    await address.ask({ type: "wait", ms: 30 });
    expect(await address.ask({ type: "seen" })).toEqual([99]);
    expect(system.ledger(address).accepted).toBe(4);
  });

  it("sees the signal of the ask in flight, and never sees an ask that was given up while queued", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker);
    const [first, second] = [new AbortController(), new AbortController()];
    const inFlight = failure(address.ask({ type: "waitForAbort" }, { signal: first.signal }));
    const queued = failure(address.ask({ type: "see", n: 1 }, { signal: second.signal }));
    await address.started;
    while (!system.lines.some(({ msg }) => msg === "waits for abort")) await new Promise(setImmediate);
    second.abort(new Error("given up"));
    first.abort(new Error("given up")); // after it the thread would go on with the second
    expect([(await inFlight).message, (await queued).message]).toEqual(["given up", "given up"]);
    await address.ask({ type: "wait", ms: 10 });
    expect(await address.ask({ type: "seen" })).toEqual([-1]);
    expect(system.ledger(address).expired).toBe(1);
  });

  it("logs through the system, with its path, its id and its generation, hooks included", async () => {
    await using system = threadSystem();
    const address = system.spawn(worker, { name: "w" });
    await address.ask({ type: "seen" });
    address.drop();
    await address.exited;
    const bindings = { actor: "/w", id: 1, generation: 1 };
    expect(system.lines).toContainEqual(expect.objectContaining({ ...bindings, msg: "started on a thread" }));
    expect(system.lines).toContainEqual(
      expect.objectContaining({ ...bindings, msg: "stopped on a thread", reason: "normal" }),
    );
  });

  it("stops itself, and its restart policy applies", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker);
    address.tell({ type: "stop" });
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(await failure(address.ask({ type: "seen" }))).toBeInstanceOf(ActorStoppedError);
  });

  it("says what it cannot do there", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker, { name: "w", ...patient });
    const { cause } = await failure(address.ask({ type: "supervise" }));
    expect(cause).toMatchObject({
      code: "ERR_ACTOR_THREAD_LIMIT",
      message: 'Actor "/w" is on a thread and cannot supervise there',
    });
  });
});

describe("what crosses to a thread", () => {
  it.each([
    ["a map", new Map([["k", { deep: [1n] }]])],
    ["a set", new Set([1, 2])],
    ["a date", new Date(1)],
    ["a typed array", new Float64Array([1.5])],
    ["nothing", undefined],
    ["a cycle", Object.assign({ name: "self" } as Record<string, unknown>, {})],
  ])("arrives and comes back equal: %s", async (_, value) => {
    await using system = threadSystem();
    using address = system.spawn(worker);
    expect(await address.ask({ type: "echo", value })).toEqual(value);
  });

  it("is copied at the call, so that later changes are not seen", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker);
    const value = { n: 1 };
    const reply = address.ask({ type: "echo", value });
    value.n = 2;
    expect(await reply).toEqual({ n: 1 });
  });

  it.each([
    ["a function", { deep: [() => {}] }, "the message.value.deep[0]", "is a function"],
    ["a symbol", Symbol("s"), "the message.value", "is a symbol"],
    ["a promise", Promise.resolve(), "the message", "is refused"],
  ])("is refused at the door when it cannot be copied, and nothing is sent: %s", async (_, value, path, why) => {
    await using system = threadSystem();
    using address = system.spawn(worker, { name: "w" });
    const refused = (send: () => void): void => {
      expect(send).toThrow(MessageNotCloneableError);
      expect(send).toThrow(`Cannot send to or from actor "/w", between threads: ${path} ${why}`);
    };
    refused(() => address.tell({ type: "echo", value }));
    refused(() => void address.trySend({ type: "echo", value }));
    expect(await failure(address.send({ type: "echo", value }))).toMatchObject({ path });
    expect(await failure(address.ask({ type: "echo", value }))).toMatchObject({ path });
    expect(system.ledger(address).accepted).toBe(0);
  });

  it("rejects the ask and panics the actor when the reply cannot be copied", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker, patient);
    expect(await failure(address.ask({ type: "uncloneable" }))).toMatchObject({
      cause: { name: "MessageNotCloneableError", path: "the reply" },
    });
    expect(await address.ask({ type: "about" })).toMatchObject({ generation: 2 });
  });

  it("keeps name, message, stack, cause, members and properties of an error", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker, patient);
    const { cause } = await failure(address.ask({ type: "fail" }));
    expect(cause).toBeInstanceOf(AggregateError);
    expect(cause).toMatchObject({
      name: "AggregateError",
      message: "the failure",
      code: "E_CUSTOM",
      detail: { depth: 1 },
    });
    expect(cause?.cause).toBeInstanceOf(TypeError);
    const [one, two] = (cause as unknown as AggregateError).errors;
    expect(one).toBeInstanceOf(RangeError);
    expect(two).toBe("two");
    expect(cause?.stack).toContain("worker.mjs");
  });
});

describe("the start of an actor on a thread", () => {
  it.each([
    ["the module cannot be loaded", new URL("broken.mjs", fixtures), "default", "this module cannot be loaded"],
    ["there is no such module", new URL("missing.mjs", fixtures), "default", "there is no such file"],
    [
      "there is no such export",
      new URL("worker.mjs", fixtures),
      "nothing",
      'it has no export "nothing"; it exports "default", "named", "notAnActor"',
    ],
    [
      "the export is no actor",
      new URL("worker.mjs", fixtures),
      "notAnActor",
      "of type number, and not what actor() or implement() has made",
    ],
  ])("fails when %s, and says so", async (_, url, name, message) => {
    await using system = threadSystem();
    using address = system.spawn(onThread<WorkerDefinition>(url, name));
    const error = await failure(address.started);
    expect(error).toBeInstanceOf(StartFailedError);
    expect(error.message).toContain(message);
    expect(await address.exited).toEqual({ kind: "crashed", cause: "loadFailed" });
  });

  it("is refused at the door for what is no address of a module, and for options of another kind", async () => {
    await using system = threadSystem();
    const local = { thread: "dedicated" } as const;
    expect(() => onThread<typeof worker>("./worker.mjs")).toThrow(InvalidDefinitionError);
    expect(() => system.spawn(worker, { thread: "both" as "shared" })).toThrow(
      'thread of an actor must be one of "shared", "dedicated", not "both"',
    );
    expect(() => system.spawn(worker, { resourceLimits: {} } as never)).toThrow(
      'resourceLimits go with thread: "dedicated"',
    );
    expect(() => system.spawn(actor({ on: {} }), local)).toThrow(
      "thread of an actor must be left out: it is for a definition made by onThread()",
    );
  });
});

describe("a publication", () => {
  it("is undeliverable for a subscriber on a thread that it cannot be copied to, and reaches the others", async () => {
    await using system = threadSystem();
    const news = topic<{ type: "echo"; value: unknown }>("news");
    const told: unknown[] = [];
    using far = system.spawn(worker, { name: "far" });
    const reader = actor({ on: { echo: (_, { value }: { value: unknown }) => void told.push(value) } });
    using near = system.spawn(reader);
    system.topics.subscribe(news, far);
    system.topics.subscribe(news, near);
    const value = (): void => {};
    expect(system.topics.publish(news, { type: "echo", value })).toBe(2);
    expect(system.ledger(far).deadLettered).toEqual({ undeliverable: 1 });
    await system.drain(near);
    expect(told).toEqual([value]);
    expect(system.lines.map(({ msg }) => msg)).toContain("a subscriber cannot be told");
  });
});

describe("a process with actors on threads", () => {
  it("exits by itself when the last address is dropped", async () => {
    const { code, output } = await runModule(`
      import { ActorSystem, onThread } from "@pneumatic/actors";
      const system = new ActorSystem({ logLevel: "silent" });
      const url = ${JSON.stringify(new URL("worker.mjs", fixtures).href)};
      const addresses = [1, 2, 3].map(() => system.spawn(onThread(url)));
      await Promise.all(addresses.map((address) => address.ask({ type: "see", n: 1 })));
      for (const address of addresses) address.drop();
      console.log("dropped");
    `);
    expect({ code, output }).toEqual({ code: 0, output: "dropped\n" });
  });

  it("ends a thread of its own with its actor, and every thread with shutdown, hung ones too", async () => {
    const system = threadSystem();
    using hung = system.spawn(worker, { ...alone, shutdownMs: 10 });
    await hung.started;
    hung.tell({ type: "harm", how: "hang" });
    await system.shutdown({ timeoutMs: 100 });
    expect(await hung.exited).toEqual({ kind: "killed" });
  });
});
