/** The addresses in messages, arguments and dead letters are found wherever they are: in Maps and Sets, deep, of other realms. */
import { runInNewContext } from "node:vm";
import type { Address } from "@pneumatic/actors";
import { ActorSystem, actor, topic } from "@pneumatic/actors";
import { expect, test } from "vitest";
import { RecordingLog } from "../../support/recording-log.ts";
import { quiet } from "../../support/test-system.ts";

const listener = actor({ name: "listener", on: { hear: () => "heard" } });
type Listener = Address<{ hear(): string }>;

/** As JavaScript sees it. */
// biome-ignore lint/suspicious/noExplicitAny: the values have shapes that no type can say
type Untyped = any;

function newSystem(): ActorSystem {
  return new ActorSystem({ logger: new RecordingLog().logger, deadLetters: { keep: 0 } });
}

/** `inner`, inside of so many arrays and Maps by turns. */
function buried(inner: unknown, levels: number): unknown {
  let value = inner;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : new Map([["in", value]]);
  return value;
}

const HIDDEN = Symbol("hidden");

const SHAPES: Readonly<Record<string, (address: Listener) => object>> = {
  "a property": (address) => ({ type: "take", address }),
  "an array": (address) => ({ type: "take", all: [1, address] }),
  "a value of a Map": (address) => ({ type: "take", all: new Map([["one", address]]) }),
  "a key of a Map": (address) => ({ type: "take", all: new Map([[address, 1]]) }),
  "a Set": (address) => ({ type: "take", all: new Set([address]) }),
  "a Map in a Set in an array": (address) => ({ type: "take", all: [new Set([new Map([[1, { address }]])])] }),
  "an object without a prototype": (address) => ({ type: "take", in: Object.assign(Object.create(null), { address }) }),
  "an object of another realm": (address) => runInNewContext("({ type: 'take', in: { address } })", { address }),
  "a Map of another realm": (address) =>
    runInNewContext("({ type: 'take', in: new Map([[1, address]]) })", { address }),
  "an object beside a getter that throws": (address) => {
    return { type: "take", in: Object.defineProperty({ address }, "odd", { enumerable: true, get: throws }) };
  },
  "20,000 levels": (address) => ({ type: "take", all: buried(address, 20_000) }),
};

function throws(): never {
  throw new Error("unreadable");
}

test.each(Object.entries(SHAPES))("an address in %s is dropped with its dead letter", async (_, shape) => {
  await using system = newSystem();
  const address = system.spawn(listener);
  const gone: Untyped = system.spawn(actor({ name: "gone", on: {} }));
  await system.stop(gone);
  gone.tell(shape(address));
  expect(await address.exited).toEqual({ kind: "normal" });
});

test.each(Object.entries(SHAPES))("an address in %s of `args` belongs to the actor", async (_, shape) => {
  await using system = newSystem();
  const address = system.spawn(listener);
  const owner = system.spawn(actor({ name: "owner", state: (args: object) => args, on: {} }), { args: shape(address) });
  await owner.started;
  owner.drop();
  await owner.exited;
  expect(await address.exited).toEqual({ kind: "normal" });
});

test.each(Object.entries(SHAPES).filter(([name]) => !name.includes("getter")))(
  "an address in %s is cloned for each routee but one of a broadcast",
  async (_, shape) => {
    await using system = newSystem();
    const address = system.spawn(listener);
    const taken: unknown[] = [];
    const taker: Untyped = actor({ name: "taker", on: { take: (_, message: object) => void taken.push(message) } });
    using all: Untyped = (system as Untyped).route(taker, { size: 3, strategy: "broadcast" });
    all.tell(shape(address));
    await quiet();
    expect(taken.length).toBe(3);
    const { actors } = await system.inspect();
    expect(actors.find(({ definition }) => definition === "listener")?.strongAddresses).toBe(3);
    expect(new Set(taken).size).toBe(3);
    await system.stop(address);
  },
);

test("a message without addresses is shared by all subscribers, whatever is in it", async () => {
  await using system = newSystem();
  const taken: object[] = [];
  const NEWS = topic<{ type: "take"; all: unknown }>("news");
  const taker = actor({ on: { take: (_, message: object) => void taken.push(message) } });
  using one = system.spawn(taker as Untyped) as Untyped;
  using other = system.spawn(taker as Untyped) as Untyped;
  system.topics.subscribe(NEWS, one);
  system.topics.subscribe(NEWS, other);
  system.topics.publish(NEWS, { type: "take", all: new Map([[1, new Set([{}])]]) });
  await quiet();
  expect(taken.length).toBe(2);
  expect(taken[0]).toBe(taken[1]);
});

test("a copy with addresses of its own has what symbols name as it is", async () => {
  await using system = newSystem();
  const address = system.spawn(listener);
  const taken: Untyped[] = [];
  const taker: Untyped = actor({ on: { take: (_, message: object) => void taken.push(message) } });
  using all: Untyped = (system as Untyped).route(taker, { size: 2, strategy: "broadcast" });
  const hidden = {};
  all.tell({ type: "take", address, [HIDDEN]: hidden });
  await quiet();
  expect(taken.length).toBe(2);
  expect(taken.map((each) => each[HIDDEN])).toEqual([hidden, hidden]);
  await system.stop(address);
});

test("a broadcast that cannot be cloned makes no clone", async () => {
  await using system = newSystem();
  const address = system.spawn(listener);
  const dropped = system.spawn(listener);
  dropped.drop();
  const taker: Untyped = actor({ on: { take: () => {} } });
  using all: Untyped = (system as Untyped).route(taker, { size: 2, strategy: "broadcast" });
  expect(() =>
    all.tell({
      type: "take",
      all: new Map<unknown, unknown>([
        [1, address],
        [2, [dropped]],
      ]),
    }),
  ).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_USE_AFTER_DROP" }));
  const { actors } = await system.inspect();
  expect(actors.find(({ definition }) => definition === "listener")?.strongAddresses).toBe(1);
  address.drop();
});
