/** What cannot go to another thread is named by its path, and placeholders stand for objects that go in another way. */
import { expect, test } from "vitest";
import { checkCloneable, explained } from "../../../packages/core/src/threads/codec/cloneable.ts";
import { MessageNotCloneableError } from "../../../packages/core/src/threads/codec/errors.ts";
import { fillPlaceholders, putPlaceholders } from "../../../packages/core/src/threads/codec/placeholders.ts";

class Ticket {
  readonly call = (): void => {};
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}
const describeTicket = (object: object): unknown => (object instanceof Ticket ? { ticket: object.number } : undefined);
const revive = (form: unknown): unknown => new Ticket((form as { ticket: number }).ticket);
const numberOf = (ticket: unknown): number => (ticket as Ticket).number;

test.each<[unknown, path: string, reason: string]>([
  [() => 0, "message", "a function"],
  [Symbol("a"), "message", "a symbol"],
  [{ items: [0, 1, 2, { callback() {} }] }, "message.items[3].callback", "a function"],
  [{ "a b": { 0: Symbol("a") } }, 'message["a b"]["0"]', "a symbol"],
  [Object.assign([1], { index: () => 0 }), "message.index", "a function"],
  [new Map([["a", new Map([[1, Symbol("a")]])]]), 'message.get("a").get(1)', "a symbol"],
  [{ map: new Map([[() => 0, 1]]) }, "[...message.map.keys()][0]", "a function"],
  [new Map([[{}, { f() {} }]]), "[...message.values()][0].f", "a function"],
  [{ set: new Set([1, () => 0]) }, "[...message.set][1]", "a function"],
  [{ job: Promise.resolve() }, "message.job", "a Promise"],
  [{ cache: new WeakMap() }, "message.cache", "a WeakMap"],
  [
    new (class Point {
      x = 1;
      f = () => 0;
    })(),
    "message.f",
    "a function",
  ],
])("what cannot be cloned is named by its path: %#", (message, path, reason) => {
  expect(() => checkCloneable(message)).toThrow(MessageNotCloneableError);
  expect(() => checkCloneable(message)).toThrow(
    expect.objectContaining({ path, reason, code: "ERR_CHANNEL_MESSAGE_NOT_CLONEABLE" }),
  );
  expect(() => structuredClone(message)).toThrow();
});

test("what can be cloned passes, cyclic or shared, with what is moved or has a descriptor", () => {
  const { port1, port2 } = new MessageChannel();
  const cyclic: Record<string, unknown> = {
    date: new Date(0),
    all: [/a/, new Error("a"), new Map([[{}, new Set([1])]])],
  };
  cyclic["self"] = cyclic;
  checkCloneable(cyclic);
  checkCloneable({ port1, to: new Ticket(1) }, { transferList: [port1], describe: describeTicket });
  expect(() => checkCloneable({ port1 })).toThrow(
    expect.objectContaining({ path: "message.port1", reason: "a MessagePort" }),
  );
  port2.close();
});

test("a refusal of structured clone is explained, and what a getter throws is not", () => {
  const refusal = (message: unknown): unknown => {
    try {
      return structuredClone(message);
    } catch (failure) {
      return explained(failure, message);
    }
  };
  const proxy = { inner: new Proxy({}, {}) };
  const failure = new RangeError("not now");
  const failing = {
    get a(): never {
      throw failure;
    },
  };
  expect(refusal({ f() {} })).toMatchObject({ path: "message.f", cause: { name: "DataCloneError" } });
  expect(refusal(proxy)).toMatchObject({ path: "message", reason: expect.stringMatching(/^refused \(.*cloned/) });
  expect(refusal(failing)).toBe(failure);
});

test("placeholders stand for objects that go in another way through structured clone, and identity is kept", () => {
  const ticket = new Ticket(1);
  const message: Record<string, unknown> = {
    ticket,
    again: [ticket, new Ticket(2)],
    map: new Map<unknown, unknown>([
      [new Ticket(3), "key"],
      ["value", new Set([new Ticket(4)])],
    ]),
    date: new Date(0),
  };
  message["self"] = message;
  const packed = putPlaceholders(message, describeTicket);
  if (packed === undefined) throw new Error("It has tickets");
  const arrived = fillPlaceholders(structuredClone(packed), revive) as {
    ticket: Ticket;
    again: Ticket[];
    map: Map<unknown, unknown>;
    date: Date;
    self: unknown;
  };
  expect([arrived.ticket, ...arrived.again].map(numberOf)).toEqual([1, 1, 2]);
  expect([arrived.again[0] === arrived.ticket, arrived.self === arrived]).toEqual([true, true]);
  expect([
    numberOf([...arrived.map.keys()][0]),
    ...[...(arrived.map.get("value") as Set<unknown>)].map(numberOf),
  ]).toEqual([3, 4]);
  expect(arrived.date).toEqual(new Date(0));
  expect(message["ticket"]).toBe(ticket);
});

test("a message without such objects needs no placeholders, and an own __proto__ stays one", () => {
  expect(putPlaceholders({ a: [new Map([[1, {}]])] }, describeTicket)).toBeUndefined();
  const message = { inner: JSON.parse('{ "__proto__": { "polluted": 1 } }'), to: new Ticket(1) };
  const packed = putPlaceholders(message, describeTicket);
  if (packed === undefined) throw new Error("It has tickets");
  const arrived = fillPlaceholders(structuredClone(packed), revive) as typeof message;
  expect([Object.keys(arrived.inner), "polluted" in arrived.inner]).toEqual([["__proto__"], false]);
});
