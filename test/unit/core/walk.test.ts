/** The one walk over values, and the one copy in which objects are replaced. */
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Reach, Visitor } from "../../../packages/core/src/internal/walk.ts";
import { isCollection, isPlain, PRUNE, replace, STOP, walk } from "../../../packages/core/src/internal/walk.ts";

const DEPTH = 100_000;

class Ticket {
  readonly number: number;
  constructor(number = 0) {
    this.number = number;
  }
  get [Symbol.toStringTag](): string {
    return "Ticket";
  }
}

class Point {
  x: unknown;
  constructor(x: unknown) {
    this.x = x;
  }
}

/** The paths of all that is visited in `value`, beginning with its own. */
function paths(value: unknown, reach: Reach, isTolerant = false): string[] {
  const found: string[] = [];
  const visit: Visitor = (_, path) => {
    found.push(path.text("v"));
    return undefined;
  };
  walk(value, visit, { reach, isTolerant });
  return found;
}

/** Where a ticket is found in `value`. */
function ticketPath(value: unknown, reach: Reach): string | undefined {
  let found: string | undefined;
  walk(
    value,
    (each, path) => {
      if (!(each instanceof Ticket)) return undefined;
      found = path.text("v");
      return STOP;
    },
    { reach },
  );
  return found;
}

const REACHES: readonly Reach[] = ["plain", "collections", "cloned"];

test.each<[unknown, ...paths: (string | undefined)[]]>([
  [new Ticket(), "v", "v", "v"],
  [{ a: [0, { "b c": new Ticket() }] }, ...repeated('v.a[1]["b c"]')],
  [Object.assign(Object.create(null), { a: new Ticket() }), ...repeated("v.a")],
  [Object.assign([1, "two"], { extra: new Ticket() }), ...repeated("v.extra")],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
  [[, , new Ticket()], ...repeated("v[2]")],
  [runInNewContext("({ a: [t] })", { t: new Ticket() }), ...repeated("v.a[0]")],
  [{ m: new Map([["k", new Ticket()]]) }, undefined, 'v.m.get("k")', 'v.m.get("k")'],
  [new Map([[1n, [new Ticket()]]]), undefined, "v.get(1n)[0]", "v.get(1n)[0]"],
  [new Map([[new Ticket(), 1]]), undefined, "[...v.keys()][0]", "[...v.keys()][0]"],
  [new Map([[{}, { t: new Ticket() }]]), undefined, "[...v.values()][0].t", "[...v.values()][0].t"],
  [{ s: new Set([1, new Ticket()]) }, undefined, "[...v.s][1]", "[...v.s][1]"],
  [runInNewContext("new Map([['k', t]])", { t: new Ticket() }), undefined, 'v.get("k")', 'v.get("k")'],
  [runInNewContext("new Set([t])", { t: new Ticket() }), undefined, "[...v][0]", "[...v][0]"],
  [new (class extends Set<unknown> {})([new Ticket()]), undefined, "[...v][0]", "[...v][0]"],
  [new Point(new Ticket()), undefined, undefined, "v.x"],
  [Object.assign(Object.create(Map.prototype), { x: new Ticket() }), undefined, undefined, "v.x"],
  [Object.assign(new Error("no"), { x: new Ticket() }), undefined, undefined, undefined],
  [{ [Symbol("hidden")]: new Ticket() }, undefined, undefined, undefined],
  [Object.defineProperty({}, "x", { value: new Ticket(), enumerable: false }), undefined, undefined, undefined],
])("a walk finds what is within its reach, and knows the way: %#", (value, ...expected) => {
  expect(REACHES.map((reach) => ticketPath(value, reach))).toEqual(expected);
});

function repeated(path: string): string[] {
  return REACHES.map(() => path);
}

test("a walk visits parents before their parts, in order, and each object, function and symbol once", () => {
  const shared = {};
  const value = { a: { b: shared }, n: 1, f() {}, s: Symbol("s"), again: shared, c: [[]] };
  expect(paths(value, "plain")).toEqual(["v", "v.a", "v.a.b", "v.f", "v.s", "v.c", "v.c[0]"]);
  expect(paths("text", "plain")).toEqual([]);
});

test("a visitor can keep a walk out of a value, and end it", () => {
  const value = { out: { inner: {} }, end: {}, after: {} };
  const seen: unknown[] = [];
  const visit: Visitor = (each) => {
    seen.push(each);
    return each === value.out ? PRUNE : each === value.end ? STOP : undefined;
  };
  expect(walk(value, visit, { reach: "plain" })).toBe(true);
  expect(seen).toEqual([value, value.out, value.end]);
  expect(walk(value, () => PRUNE, { reach: "plain" })).toBe(false);
  expect(walk(value, () => undefined, { reach: "plain" })).toBe(false);
});

test("a way has keys unless it leads through a collection", () => {
  const keys: (string[] | undefined)[] = [];
  const visit: Visitor = (value, path) => {
    if (value instanceof Ticket) keys.push(path.keys());
    return undefined;
  };
  walk([{ a: new Ticket() }, new Set([new Ticket()]), new Map([["k", [new Ticket()]]])], visit, {
    reach: "collections",
  });
  expect(keys).toEqual([["0", "a"], undefined, undefined]);
});

test("what throws when it is read ends a walk, or counts as absent", () => {
  const failure = new Error("not now");
  const value = {
    get bad(): never {
      throw failure;
    },
    proxy: new Proxy(
      {},
      {
        ownKeys() {
          throw failure;
        },
      },
    ),
    good: {},
  };
  expect(() => paths(value, "plain")).toThrow(failure);
  expect(paths(value, "plain", true)).toEqual(["v", "v.proxy", "v.good"]);
});

type Nest = (inner: unknown) => unknown;

test.each<[string, Nest]>([
  ["objects", (inner) => ({ inner })],
  ["arrays", (inner) => [inner]],
  ["maps", (inner) => new Map([["inner", inner]])],
  ["keys of maps", (inner) => new Map([[inner, 1]])],
  ["sets", (inner) => new Set([inner])],
  ["instances", (inner) => new Point(inner)],
])("depth does not matter: %s", (_, nest) => {
  let value: unknown = new Ticket(7);
  for (let depth = 0; depth < DEPTH; depth++) value = nest(value);
  const found: Ticket[] = [];
  const visit: Visitor = (each) => {
    if (each instanceof Ticket) found.push(each);
    return undefined;
  };
  walk(value, visit, { reach: "cloned" });
  const copy = replace(value, (each) => (each instanceof Ticket ? new Ticket(8) : undefined), { reach: "cloned" });
  walk(copy, visit, { reach: "cloned" });
  expect(found.map(({ number }) => number)).toEqual([7, 8]);
});

function withoutTickets(value: unknown, reach: Reach): unknown {
  return replace(value, (each) => (each instanceof Ticket ? null : undefined), { reach });
}

test("what holds nothing to replace is returned as it is", () => {
  const value = { a: [new Map([[1, {}]])] };
  expect(withoutTickets(value, "cloned")).toBe(value);
  expect(withoutTickets(7, "cloned")).toBe(7);
  const ticket = new Ticket();
  const kept = { ticket };
  expect(replace(kept, (each) => (each === ticket ? ticket : undefined), { reach: "cloned" })).toBe(kept);
});

test("a copy has the replaced in the place of the originals, which do not change", () => {
  const date = new Date(0);
  const value = {
    t: new Ticket(),
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
    list: Object.assign([1, , new Ticket()], { extra: new Ticket() }),
    dense: [new Ticket(), 2],
    map: new Map<unknown, unknown>([
      ["a", 1],
      ["b", new Ticket()],
      ["c", 3],
    ]),
    set: new Set([1, new Ticket(), 3]),
    point: new Point(new Ticket()),
    date,
  };
  const copy = withoutTickets(value, "cloned") as typeof value;
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
  expect(copy.list).toStrictEqual(Object.assign([1, , null], { extra: null }));
  expect([copy.t, copy.dense, [...copy.map], [...copy.set]]).toEqual([
    null,
    [null, 2],
    [
      ["a", 1],
      ["b", null],
      ["c", 3],
    ],
    [1, null, 3],
  ]);
  expect([copy.point instanceof Point, copy.point.x, copy.date === date]).toEqual([true, null, true]);
  expect(value.t).toBeInstanceOf(Ticket);
  const { map, point } = withoutTickets(value, "plain") as typeof value;
  expect([map === value.map, point === value.point]).toEqual([true, true]);
});

test("a copy keeps identity, cycles and prototypes, and each object is asked about once", () => {
  const ticket = new Ticket();
  const value: Record<string, unknown> = Object.assign(Object.create(null), { ticket, again: [ticket], inner: {} });
  value["self"] = value;
  const asked: unknown[] = [];
  const instead = {};
  const copy = replace(
    value,
    (each) => {
      asked.push(each);
      return each === ticket ? instead : undefined;
    },
    { reach: "plain" },
  ) as typeof value;
  expect([copy["ticket"], copy["self"], Object.getPrototypeOf(copy)]).toEqual([instead, copy, null]);
  expect((copy["again"] as unknown[])[0]).toBe(instead);
  expect(copy["inner"]).not.toBe(value["inner"]);
  expect(asked.length).toBe(new Set(asked).size);
});

test("a replacer is told the way, and an own __proto__ stays a property", () => {
  const ways: unknown[] = [];
  const value = { a: [0, new Ticket()], dense: [new Ticket()], m: new Map([["k", new Ticket()]]) };
  replace(
    value,
    (each, path) => {
      if (each instanceof Ticket) ways.push(path.text("v"), path.keys());
      return undefined;
    },
    { reach: "collections" },
  );
  expect(ways).toEqual(["v.a[1]", ["a", "1"], "v.dense[0]", ["dense", "0"], 'v.m.get("k")', undefined]);
  const odd = [JSON.parse('{ "__proto__": { "polluted": 1 } }'), new Ticket()];
  const [copy] = withoutTickets(odd, "plain") as [object];
  expect([Object.keys(copy), "polluted" in copy]).toEqual([["__proto__"], false]);
});

test.each<[unknown, isPlain: boolean, isCollection: boolean]>([
  [{}, true, false],
  [Object.create(null), true, false],
  [runInNewContext("({})"), true, false],
  [Object.create({}), false, false],
  [Object.create(Object.create(null)), false, false],
  [new Point(1), false, false],
  [[], false, false],
  [new Map(), false, true],
  [new Set(), false, true],
  [runInNewContext("new Map()"), false, true],
  [Object.create(Map.prototype), false, false],
  [{ [Symbol.toStringTag]: "Map" }, true, false],
  [new WeakMap(), false, false],
])("plain objects and collections are told from what looks like them: %#", (value, isPlainObject, isCollected) => {
  expect([isPlain(value as object), isCollection(value as object)]).toEqual([isPlainObject, isCollected]);
});
