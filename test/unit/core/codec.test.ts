/**
 * Whatever an encoder takes arrives as structured clone would bring it, in any sequence, with refusals in between.
 *
 * A failure prints seed and path; PNEUMATIC_SEED="seed@path" repeats that run, PNEUMATIC_RUNS sets the number of runs.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Decoder } from "../../../packages/core/src/threads/codec/decoder.ts";
import { FOREIGN, TOO_LARGE } from "../../../packages/core/src/threads/codec/encode-result.ts";
import { Encoder } from "../../../packages/core/src/threads/codec/encoder.ts";
import { LOOSE, Positions } from "../../../packages/core/src/threads/codec/prediction.ts";
import {
  MAX_DEPTH,
  MAX_INTERNED_LENGTH,
  MAX_KEYS,
  MAX_SHAPES,
  MAX_TEXTS,
} from "../../../packages/core/src/threads/codec/tags.ts";
import { CodecLink, isSame } from "../../support/codec-link.ts";
import { isCollected } from "../../support/garbage.ts";

const { PNEUMATIC_RUNS, PNEUMATIC_SEED } = process.env;
const [SEED = Date.now(), PATH = ""] = PNEUMATIC_SEED?.split("@") ?? [];
const PARAMETERS = { seed: Number(SEED), path: PATH, numRuns: Number(PNEUMATIC_RUNS ?? 300) };

const KEYS = ["type", "by", "id", "name", "__proto__", "constructor", "0", "17", "", "a b", "ж", "\ud800", "toString"];
const key = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: fc.string() });
const TEXTS = ["add", "get", "", "é", "ж", "\ud800", "x".repeat(33), "é".repeat(100), "ж".repeat(100)];
/** Any code point, halves of pairs among them. */
const unit = fc.nat(0x10_ff_ff).map((code) => String.fromCodePoint(code));
const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit }), fc.string({ maxLength: 80 }));
const NUMBERS = [0, -0, 1, -1, 2 ** 23 - 1, 2 ** 23, -(2 ** 23), -(2 ** 23) - 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31];
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer(), fc.double());
const bigint = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n),
);
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1 }),
  fc.float64Array({ minLength: 1 }),
  fc.int16Array({ minLength: 1 }),
);
const leaf = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: fc.constantFrom(undefined, null, true, false) },
  { weight: 1, arbitrary: bigint },
  { weight: 1, arbitrary: bytes },
);

function plain(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries);
}

/** Plain data of any depth. */
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(fc.tuple(key, tie("value")), { maxLength: 6 }).map(plain) },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 6 }) },
  ),
})).value;

const twice = { once: 1 };
const cyclic: { self?: object } = {};
cyclic.self = cyclic;
const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 0);
const holed = (): number[] => [1].concat(new Array(1), [3]);
const FOREIGNERS: readonly (readonly [string, unknown])[] = [
  ["a Map", new Map([[1, 2]])],
  ["a Set", new Set([1])],
  ["a Date", new Date(0)],
  ["a regular expression", /a/],
  ["an error", new Error("a")],
  [
    "an instance of a class",
    new (class Point {
      x = 1;
    })(),
  ],
  ["an object that inherits", Object.create({ x: 1 })],
  ["the same object twice", [twice, twice]],
  ["an object in itself", cyclic],
  ["what is too deep", deep],
  ["an array with a hole", holed()],
  ["a long array of holes", new Array(1000)],
  ["an array with a name", Object.assign([1, 2], { index: 1 })],
  ["an array with a hole and a name", Object.assign(holed(), { index: 1 })],
  ["an instance of a class of arrays", new (class List extends Array {})()],
  ["a large bigint", 2n ** 63n],
  ["a part of a buffer", new Uint8Array(new ArrayBuffer(8), 4)],
  ["two views of one buffer", ((buffer) => [new Uint8Array(buffer), new Int8Array(buffer)])(new ArrayBuffer(8))],
  ["a Buffer", Buffer.from("a")],
  ["bytes that may be detached", new Uint8Array(0)],
  ["a view of shared memory", new Uint8Array(new SharedArrayBuffer(8))],
  ["a buffer that can be resized", Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }])],
  ["shared memory", new SharedArrayBuffer(8)],
  ["a function", () => 0],
  ["a symbol", Symbol("a")],
];

test.each(FOREIGNERS)("%s is for structured clone, alone and in an object", (_, foreign) => {
  const link = new CodecLink();
  expect([link.encode(foreign), link.encode({ type: "new", inner: foreign, after: "x" })]).toEqual([FOREIGN, FOREIGN]);
  expect(link.send({ type: "new" })).toEqual({ type: "new" });
});

test("a sequence of messages arrives as structured clone brings it, whatever was refused in between", () => {
  const limit = fc.oneof(
    fc.constant(60_000),
    fc.nat(100).map((words) => 4 * words),
  );
  const foreign = fc.option(fc.constantFrom(...FOREIGNERS.map(([, each]) => each)), { freq: 3 });
  const kinds = fc.array(value, { minLength: 1, maxLength: 6 }); // few, so that they come again
  const steps = fc.array(fc.record({ kind: fc.nat(), limit, foreign }), { maxLength: 40 });
  const sequence = fc.property(kinds, steps, (values, messages) => {
    const link = new CodecLink({ bytes: 60_128 });
    for (const { kind, limit, foreign } of messages) {
      const message = values[kind % values.length];
      if (foreign !== null) expect(link.encode({ message, foreign })).toBe(FOREIGN);
      for (const each of [message, { message }]) {
        const size = link.encode(each, limit);
        if (size === TOO_LARGE) continue;
        if (!isSame(link.decode(size), structuredClone(each))) throw new Error("It arrived otherwise");
      }
    }
  });
  fc.assert(sequence, PARAMETERS);
});

test.each([
  ["an array", (inner: unknown) => [inner]],
  ["an object", (inner: unknown) => ({ inner })],
])("%s is nested as deep as is allowed, and no deeper", (_, nest) => {
  const link = new CodecLink();
  const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>(nest, 0);
  expect(link.send(nested(MAX_DEPTH + 1))).toEqual(nested(MAX_DEPTH + 1));
  expect(link.encode(nested(MAX_DEPTH + 2))).toBe(FOREIGN);
});

test("a record fits into exactly the bytes it takes, and into no fewer", () => {
  const fitting = fc.property(fc.array(value, { maxLength: 5 }), (values) => {
    const [measured, tight] = [new CodecLink({ bytes: 8192 }), new CodecLink({ bytes: 8192 })];
    for (const each of values) {
      const size = measured.encode(each);
      if (size === TOO_LARGE) continue;
      measured.decode(size);
      for (let limit = 0; limit < size; limit += 4) expect(tight.encode(each, limit)).toBe(TOO_LARGE);
      expect(tight.encode(each, size)).toBe(size);
      if (!isSame(tight.decode(size), structuredClone(each))) throw new Error("It arrived otherwise");
    }
  });
  fc.assert(fitting, PARAMETERS);
});

test("an own __proto__ arrives as an own property, also when its shape is compiled", () => {
  const link = new CodecLink();
  for (let n = 0; n < 300; n++) {
    const message = JSON.parse(`{ "a": ${n}, "__proto__": { "polluted": ${n} } }`);
    const arrived = link.send(message) as object;
    expect(isSame(arrived, message) && Object.getPrototypeOf(arrived) === Object.prototype).toBe(true);
  }
  expect("polluted" in {}).toBe(false);
});

test("a key arrives as an own property whatever Object.prototype has of that name", () => {
  const link = new CodecLink({ bytes: 512 });
  const trap = { configurable: true, get: () => 0, set: () => expect.unreachable("somebody was told") };
  Object.defineProperty(Object.prototype, "trap", trap);
  try {
    for (let n = 0; n < 300; n++)
      expect(isSame(link.send(JSON.parse(`{"trap":${n}}`)), JSON.parse(`{"trap":${n}}`))).toBe(true);
  } finally {
    Reflect.deleteProperty(Object.prototype, "trap");
  }
});

test("objects without a prototype arrive as plain ones, and symbols are left behind, as by structured clone", () => {
  const message = Object.assign(Object.create(null), { a: 1, [Symbol("b")]: 2 });
  Object.defineProperty(message, "hidden", { value: 1 });
  expect(isSame(new CodecLink().send(message), structuredClone(message))).toBe(true);
});

test("what others have added to Object.prototype does not arrive", () => {
  const link = new CodecLink();
  Reflect.set(Object.prototype, "added", 1);
  try {
    expect([link.encode({ type: "a" }), link.encode({})]).toEqual([FOREIGN, FOREIGN]);
  } finally {
    Reflect.deleteProperty(Object.prototype, "added");
  }
  expect(link.send({ type: "a" })).toEqual({ type: "a" });
});

test("a getter is called as by structured clone, and when it throws the tables are as they were", () => {
  const link = new CodecLink();
  const failing = {
    first: "text",
    get second(): never {
      throw new RangeError("not now");
    },
  };
  expect(() => link.encode(failing)).toThrow(new RangeError("not now"));
  const message = {
    first: "text",
    get second() {
      return { third: "text" };
    },
  };
  expect(link.send(message)).toEqual({ first: "text", second: { third: "text" } });
  expect(link.send({ first: "text" })).toEqual({ first: "text" });
});

test("a getter that sends is refused, and one that changes its object does no harm", () => {
  const link = new CodecLink();
  const sending = {
    get inner() {
      return link.encode(1);
    },
  };
  expect(() => link.encode(sending)).toThrow(/sends nothing while it is read/);
  const keys = Array.from({ length: MAX_KEYS + 1 }, (_, n) => [`key${n}`, n]);
  const growing: Record<string, unknown> = Object.fromEntries(keys);
  Object.defineProperty(growing, "last", { enumerable: true, get: () => (growing["more"] = 1) });
  expect(link.encode(growing)).toBe(FOREIGN);
  expect(link.send([1])).toEqual([1]);
});

function* range<T>(count: number, each: (n: number) => T): Generator<T> {
  for (let n = 0; n < count; n++) yield each(n);
}
const manyKeys = (count: number): object =>
  Object.fromEntries(range(count, (n) => [`key${n}`, { n, list: ["a", { b: "b" }] }]));

test.each<[string, Iterable<unknown>]>([
  ["keys", range(3 * MAX_KEYS, manyKeys)],
  ["shapes", range(2 * MAX_SHAPES, (n) => ({ [`a${n % 40}`]: 1, [`b${n}`]: "x", c: [{ d: "y" }] }))],
  ["texts", range(2 * MAX_TEXTS, (n) => ({ [`place${n % 400}`]: `text ${n}`, last: "text 1" }))],
  ["dictionaries", range(20_000, (n) => ({ [`dictionary${n}`]: { [`inner${n}`]: n } }))],
])("messages go on to arrive when there are more %s than the tables hold", (_, messages) => {
  const link = new CodecLink({ bytes: 32_768 });
  for (const message of messages) {
    if (!isSame(link.send(message), structuredClone(message))) throw new Error("It arrived otherwise");
  }
  const last = { type: "add", by: 5, list: ["text 1", "text 9999"] };
  expect([link.send(last), link.send(last)]).toEqual([last, last]);
});

test("what does not fit into the tables of one ring is no matter to another", () => {
  const links = [new CodecLink(), new CodecLink()];
  const message = manyKeys(MAX_KEYS + 2);
  links[1]?.send({ one: "entry", more: { in: "both tables" } });
  for (let n = 0; n < 3; n++) for (const link of links) expect(link.send([message])).toEqual([message]);
});

test("the memory for guesses is bounded, however different the messages are", () => {
  const positions = new Positions();
  let depth = 0;
  for (let at = positions.top; at !== LOOSE && depth < 20_000; depth++) at = positions.start(positions.element(at));
  const others = new Positions();
  const start = others.start(others.top);
  let keys = 0;
  for (let n = 0; n < 20_000; n++) if (others.step(others.step(start, `a${n >> 6}`), `b${n & 63}`) !== LOOSE) keys++;
  expect([depth < 10_000, keys < 10_000]).toEqual([true, true]);
});

test("texts of every length arrive, also at the end of the memory", () => {
  const memory = new SharedArrayBuffer(64);
  const [encoder, decoder] = [new Encoder(memory), new Decoder(memory)];
  for (let length = 0; length <= 40; length++) {
    const texts = ["\u0001\u00ff".repeat(20).slice(0, length), "\u0001\uffff".repeat(10).slice(0, length >> 1)];
    for (const text of texts) {
      const size = 8 + ((length + 3) & ~3);
      const at = 64 - size;
      const used = encoder.encode(text, at, size);
      expect([decoder.decode(at, used), used > 0]).toEqual([text, true]);
    }
  }
});

test("more objects than are compared one by one arrive, and are refused when one of them comes twice", () => {
  const link = new CodecLink();
  const many = Array.from({ length: 100 }, (_, n) => ({ n }));
  for (let n = 0; n < 2; n++) expect(link.send(many)).toEqual(many);
  for (const again of [0, 30, 31, 32, 99]) expect(link.encode([...many, many[again]])).toBe(FOREIGN);
});

test.each([1, 100])("a message with %i objects is not held once it is encoded", async (count) => {
  const link = new CodecLink();
  const sent = (): WeakRef<object>[] => {
    const objects = Array.from({ length: count }, (_, n) => ({ n }));
    link.encode(objects);
    return objects.map((object) => new WeakRef(object));
  };
  expect(await isCollected(...sent())).toBe(true);
});

test("a text that comes again is sent once", () => {
  const link = new CodecLink();
  const first = link.encode({ type: "a longer text" });
  link.decode(first);
  expect([first > 20, link.encode({ type: "a longer text" })]).toEqual([true, 8]);
});

test("a long text is never kept", () => {
  const link = new CodecLink();
  const message = { type: "x".repeat(MAX_INTERNED_LENGTH + 1) };
  link.send(message);
  expect(link.encode(message)).toBeGreaterThan(MAX_INTERNED_LENGTH);
});

test("texts that never come again are no burden on the tables", () => {
  const link = new CodecLink({ bytes: 256 });
  for (let n = 0; n < 20_000; n++) link.decode(link.encode({ id: `unique ${n}` }, 64));
  link.send({ type: "again" });
  expect(link.encode({ type: "again" })).toBe(8);
});

test("an object that cannot be copied goes as its descriptor and is revived", () => {
  class Ticket {
    readonly number: number;
    constructor(number: number) {
      this.number = number;
    }
  }
  const describe = (object: object): unknown =>
    object instanceof Ticket ? { ticket: object.number, kind: "ticket" } : undefined;
  const revive = (form: unknown): unknown => new Ticket((form as { ticket: number }).ticket);
  const link = new CodecLink({ describe, revive });
  const message = { to: new Ticket(1), all: [new Ticket(2), { nested: new Ticket(3) }] };
  for (let n = 0; n < 200; n++) expect(link.send(message)).toStrictEqual(message);
  expect(link.send(new Ticket(4))).toStrictEqual(new Ticket(4));
  const once = new Ticket(5);
  expect([link.encode([once, once]), link.encode(new Date(0))]).toEqual([FOREIGN, FOREIGN]);
});

test("bytes arrive in a buffer of their own, of the same class", () => {
  const link = new CodecLink();
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  const all = { buffer, view: new DataView(new ArrayBuffer(5)), floats: new Float64Array([0.5, Number.NaN]) };
  const arrived = link.send(all) as typeof all;
  expect(isSame(arrived, all)).toBe(true);
  expect(
    [arrived.buffer, arrived.view.buffer, arrived.floats.buffer].every((each) => each instanceof ArrayBuffer),
  ).toBe(true);
  link.bytes.fill(0);
  expect(new Uint8Array(arrived.buffer)).toEqual(new Uint8Array([1, 2, 3]));
});
