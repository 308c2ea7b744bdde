/** The registry finds an actor by a typed key, and keeps none alive. */
import type { ProtocolOf } from "@pneumatic/actors";
import { actor, DuplicateKeyError, InvalidDefinitionError, registryKey } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const echo = actor({
  state: (_: { open: Promise<void> } | undefined) => 0,
  on: {
    ping: () => "pong",
    hold: (_, { open }: { open: Promise<void> }) => open,
    fail: () => {
      throw new Error("bad");
    },
  },
});
const ECHO = registryKey<ProtocolOf<typeof echo>>("echo");

describe("a registered actor", () => {
  test("is found by its key", async () => {
    await using system = new TestSystem();
    using address = system.spawn(echo);
    expect(system.registry.lookup(ECHO)).toBeUndefined();
    system.registry.register(ECHO, address);
    const found = system.registry.lookup(ECHO);
    expect(found?.path).toBe(address.path);
    expect(await found?.ask({ type: "ping" })).toBe("pong");
  });

  test("is not kept alive, and is forgotten before `exited` settles", async () => {
    await using system = new TestSystem();
    const address = system.spawn(echo);
    system.registry.register(ECHO, address);
    const found = address.exited.then(() => system.registry.lookup(ECHO));
    address.drop();
    expect(await found).toBeUndefined();
  });

  test("is found while it drains", async () => {
    await using system = new TestSystem();
    const address = system.spawn(echo);
    system.registry.register(ECHO, address);
    const open = gate();
    address.tell({ type: "hold", open: open.promise });
    address.drop();
    await quiet();
    expect(system.registry.lookup(ECHO)?.path).toBe(address.path);
    open.open();
    await address.exited;
    expect(system.registry.lookup(ECHO)).toBeUndefined();
  });

  test("stays registered through a restart, and is forgotten when it is killed for good", async () => {
    await using system = new TestSystem();
    using address = system.spawn(echo);
    system.registry.register(ECHO, address);
    await rejection(address.ask({ type: "fail" }));
    expect(await system.registry.lookup(ECHO)?.ask({ type: "ping" })).toBe("pong");
    await system.kill(address, { restart: false });
    expect(system.registry.lookup(ECHO)).toBeUndefined();
  });

  test("gives its key free when its registration is disposed of, which is for once", async () => {
    await using system = new TestSystem();
    using first = system.spawn(echo);
    using second = system.spawn(echo);
    const registration = system.registry.register(ECHO, first);
    registration[Symbol.dispose]();
    system.registry.register(ECHO, second);
    registration[Symbol.dispose]();
    expect(system.registry.lookup(ECHO)?.path).toBe(second.path);
    await system.stop(first);
    expect(system.registry.lookup(ECHO)?.path).toBe(second.path);
  });

  test("may be registered again, which is the same registration", async () => {
    await using system = new TestSystem();
    using address = system.spawn(echo);
    const registration = system.registry.register(ECHO, address);
    expect(system.registry.register(ECHO, address.downgrade())).toBe(registration);
    registration[Symbol.dispose]();
    expect(system.registry.lookup(ECHO)).toBeUndefined();
  });

  test("may have several keys, and all go with it", async () => {
    await using system = new TestSystem();
    const address = system.spawn(echo);
    const other = registryKey<{ ping(): string }>("other");
    system.registry.register(ECHO, address);
    system.registry.register(other, address);
    expect(system.registry.lookup(other)?.path).toBe(address.path);
    address.drop();
    await address.exited;
    expect([system.registry.lookup(ECHO), system.registry.lookup(other)]).toEqual([undefined, undefined]);
  });

  test("keeps its key from others while it lives", async () => {
    await using system = new TestSystem();
    using first = system.spawn(echo, { name: "first" });
    using second = system.spawn(echo, { name: "second" });
    system.registry.register(ECHO, first);
    let error: unknown;
    try {
      system.registry.register(ECHO, second);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DuplicateKeyError);
    expect(error).toMatchObject({ code: "ERR_ACTOR_DUPLICATE_KEY", holder: "/first" });
    expect(String(error)).toContain('Cannot register "/second" under "echo": "/first" is registered.');
    await system.stop(first);
    system.registry.register(ECHO, second);
    expect(system.registry.lookup(ECHO)?.path).toBe("/second");
  });
});

test("a registration of an actor that has ended is none", async () => {
  await using system = new TestSystem();
  const address = system.spawn(echo);
  const weak = address.downgrade();
  address.drop();
  await weak.exited;
  const registration = system.registry.register(ECHO, weak);
  expect(system.registry.lookup(ECHO)).toBeUndefined();
  registration[Symbol.dispose]();
});

test("two keys of one name are two keys, and each system has its own registry", async () => {
  await using system = new TestSystem();
  await using elsewhere = new TestSystem();
  using address = system.spawn(echo);
  system.registry.register(ECHO, address);
  expect(system.registry.lookup(registryKey<{ other(): void }>("echo"))).toBeUndefined();
  expect(elsewhere.registry.lookup(ECHO)).toBeUndefined();
  elsewhere.registry.register(ECHO, address);
  await system.stop(address);
  expect(elsewhere.registry.lookup(ECHO)).toBeUndefined();
});

test("registrations that come and go leave an actor alive that nobody else ends", async () => {
  await using system = new TestSystem();
  using address = system.spawn(echo);
  for (let n = 0; n < 1000; n++) system.registry.register(ECHO, address)[Symbol.dispose]();
  expect(await isPending(address.exited)).toBe(true);
});

test.each([
  ["a key of no name", () => registryKey("")],
  ["a key whose name is no string", () => registryKey(5 as never)],
])("%s is refused", (_, make) => {
  expect(make).toThrow(InvalidDefinitionError);
});

test("what is no key and no address is refused", async () => {
  await using system = new TestSystem();
  using address = system.spawn(echo);
  const fake = { name: "echo" };
  expect(() => system.registry.register(fake as typeof ECHO, address)).toThrow(/made by registryKey/);
  expect(() => system.registry.lookup(fake)).toThrow(InvalidDefinitionError);
  expect(() => system.registry.register(ECHO, {} as never)).toThrow(InvalidDefinitionError);
});
