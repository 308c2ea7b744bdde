/** Addresses cross threads wherever the runtime finds them: in Maps and Sets, nested, twice, in objects of other realms. */
import { runInNewContext } from "node:vm";
import type { Address, Definition } from "@pneumatic/actors";
import { actor, bounded, MessageNotCloneableError, onThread } from "@pneumatic/actors";
import { channel } from "@pneumatic/core";
import { describe, expect, it } from "vitest";
import type { Seer } from "../../support/thread-relay.ts";
import { seer } from "../../support/thread-relay.ts";
import { failure, fixtures, threadSystem } from "../../support/thread-worker.ts";

type Visited = { count: number; different: number };
interface Collecting {
  visit(payload: { held: unknown }): Visited;
  visitArgs(): Visited;
  echo(payload: { held: unknown }): unknown;
  passOn(payload: { to: unknown; held: unknown; how: string }): unknown;
  sum(payload: { held: unknown }): number;
  ignore(payload: { held: unknown }): void;
  fail(payload: { held: unknown }): void;
}

const { href } = new URL("collecting.mjs", fixtures);
const collecting = onThread<Definition<Collecting, unknown>>(href);
const { addressesIn } = (await import(href)) as { addressesIn(value: unknown): Address<Seer>[] };

/** What holds addresses, made of a function that clones one; and how many of them, in how many handles. */
const shapes: readonly (readonly [string, (clone: () => object) => unknown, Visited])[] = [
  ["a value of a Map", (clone) => new Map([["to", clone()]]), { count: 1, different: 1 }],
  ["a key of a Map", (clone) => new Map([[clone(), "to"]]), { count: 1, different: 1 }],
  ["keys and values of a Map", (clone) => new Map([[clone(), clone()]]), { count: 2, different: 2 }],
  ["members of a Set", (clone) => new Set([clone(), 1, clone()]), { count: 2, different: 2 }],
  [
    "collections in collections",
    (clone) => [new Map<unknown, unknown>([[new Set([clone()]), { deep: [new Map([["a", clone()]])] }]]), clone()],
    { count: 3, different: 3 },
  ],
  ["an object that occurs twice", (clone) => twice({ to: clone() }), { count: 2, different: 1 }],
  ["one address, twice in an object", (clone) => twice(clone()), { count: 2, different: 1 }],
  ["one address, in an object and in a Map", (clone) => inBoth(clone()), { count: 2, different: 1 }],
  ["a long array", (clone) => Array.from({ length: 300 }, clone), { count: 300, different: 300 }],
  [
    "an object of another realm",
    (clone) => runInNewContext("({ deep: { to } })", { to: clone() }),
    { count: 1, different: 1 },
  ],
  [
    "a Map of another realm",
    (clone) => runInNewContext("new Map([['to', to]])", { to: clone() }),
    { count: 1, different: 1 },
  ],
  [
    "keys that look like others",
    (clone) => ({ "a.b": { "": clone() }, __proto__: null, 0: [clone()] }),
    { count: 2, different: 2 },
  ],
];

function twice(value: object): object {
  return { one: value, other: value };
}

function inBoth(value: object): object {
  return { one: value, all: new Map([["other", value]]) };
}

describe.each(shapes)("addresses in %s", (_, shape, visited) => {
  const begin = () => {
    const system = threadSystem({ deadLetters: { keep: 0 } });
    const target = system.spawn(seer);
    const address = system.spawn(collecting, { args: undefined });
    return { system, target, address, held: () => shape(() => target.clone()) };
  };
  const numbers = Array.from({ length: visited.count }, (_, n) => n);

  it("go to a thread in a message", async () => {
    const { system, target, address, held } = begin();
    await using _ = system;
    expect(await address.ask({ type: "visit", held: held() })).toEqual(visited);
    expect(await target.ask({ type: "seen" })).toEqual(numbers);
  });

  it("go to a thread in arguments, and are dropped with the actor", async () => {
    const { system, target, held } = begin();
    await using _ = system;
    const address = system.spawn(collecting, { args: held() });
    expect(await address.ask({ type: "visitArgs" })).toEqual(visited);
    expect(await target.ask({ type: "seen" })).toEqual(numbers);
    target.drop();
    address.drop();
    expect(await target.exited).toEqual({ kind: "normal" });
  });

  it("come from a thread in a reply", async () => {
    const { system, target, address, held } = begin();
    await using _ = system;
    const found = addressesIn(await address.ask({ type: "echo", held: held() }));
    expect({ count: found.length, different: new Set(found).size }).toEqual(visited);
    for (const [n, each] of found.entries()) each.tell({ type: "see", n });
    for (const each of new Set(found)) each.drop();
    expect(await target.ask({ type: "seen" })).toEqual(numbers);
    target.drop();
    expect(await target.exited).toEqual({ kind: "normal" });
  });

  it.each(["ask", "tell", "send", "trySend"])("go from a thread to another actor, by %s", async (how) => {
    const { system, target, address, held } = begin();
    await using _ = system;
    const visitor = actor({
      on: {
        visit: (_, message: { held: unknown }) => {
          for (const each of addressesIn(message.held)) each.tell({ type: "see", n: 1 });
          for (const each of new Set(addressesIn(message.held))) each.drop();
        },
      },
    });
    const to = system.spawn(visitor, { mailbox: bounded(10) });
    await address.ask({ type: "passOn", to: to.clone(), held: held(), how });
    to.drop();
    await to.exited;
    expect(await target.ask({ type: "seen" })).toHaveLength(visited.count);
    target.drop();
    expect(await target.exited).toEqual({ kind: "normal" });
  });

  it("are dropped with a message that is never handled, or that its handler panics on", async () => {
    const { system, target, address, held } = begin();
    await using _ = system;
    await failure(address.ask({ type: "fail", held: held() }));
    await failure(address.ask({ type: "nonsense", held: held() } as never));
    target.drop();
    address.drop();
    await address.exited;
    expect(await target.exited).toEqual({ kind: "normal" });
  });
});

describe("an address", () => {
  class Holder {
    readonly held: unknown;
    constructor(held: unknown) {
      this.held = held;
    }
  }

  it("is refused in an instance of a class, where nobody would find it, with the way to it", async () => {
    await using system = threadSystem();
    using target = system.spawn(seer);
    using address = system.spawn(collecting, { args: undefined });
    const told = (held: unknown) => (): void => address.tell({ type: "ignore", held });
    expect(told([new Holder([target])])).toThrow(MessageNotCloneableError);
    expect(told([new Holder([target])])).toThrow(
      "the message.held[0].held[0] is an address outside of plain objects, arrays, Maps and Sets",
    );
    expect(told([target, new Holder(new Map([["to", target]]))])).not.toThrow(); // found at its first place
  });

  it("crosses in a value of any depth, or the value is refused at the call", async () => {
    await using system = threadSystem();
    using target = system.spawn(seer);
    using address = system.spawn(collecting, { args: undefined });
    let held: unknown = target;
    for (let n = 0; n < 100_000; n++) held = n % 2 === 0 ? { held } : new Map([["held", held]]);
    expect(() => address.tell({ type: "ignore", held })).toThrow(MessageNotCloneableError);
    expect(await address.ask({ type: "visit", held: [new Set([target.clone()])] })).toEqual({ count: 1, different: 1 });
  });
});

it("an end of a channel crosses in a Map, too", async () => {
  await using system = threadSystem();
  using address = system.spawn(collecting, { args: undefined });
  const [sender, receiver] = channel<number>();
  const sum = address.ask({ type: "sum", held: new Map([["from", receiver]]) });
  sender.send(1);
  sender.send(2);
  sender.drop();
  expect(await sum).toBe(3);
});
