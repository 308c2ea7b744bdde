/**
 * What the compiler says to whoever makes a mistake: where it points, and its last word, which is the reason. One program holds
 * all mistakes, a file for each, so that the compiler starts once.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { typeCheck } from "../../support/type-check.ts";

const SETUP = `
import { ActorSystem, actor, implement, onThread } from "@pneumatic/actors";
export { actor, implement, onThread };
export const system = new ActorSystem();
export const ticker = actor({ on: { tick: () => 1 } });
export const counter = actor({
  state: (start: number) => ({ count: start }),
  on: {
    add: ({ state }, { by }: { by: number; why?: string }) => {
      state.count += by;
    },
    get: ({ state }) => state.count,
  },
});
export const address = system.spawn(counter, { args: 5 });
export interface Orders {
  place(order: { item: string }): { id: string };
  list(): string[];
}
`;
const IMPORTS = `import { type Orders, actor, address, counter, implement, onThread, system, ticker } from "./setup.ts";`;

interface Mistake {
  readonly title: string;
  readonly code: string;
  /** What the compiler underlines begins with this. */
  readonly at: string;
  readonly reason: string;
}

const NO_SUCH_MESSAGE = `Type '"subtract"' is not assignable to type '"add" | "get"'.`;
const NO_BY = `Property 'by' is missing in type '{ type: "add"; }' but required in type '{ by: number; why?: string; }'.`;
const NO_STRING = "Type 'string' is not assignable to type 'number'.";
const OBJECT = `"The payload of a message is an object: { name: value }"`;
const OWN_TYPE = `"The payload of a message has no \`type\` of its own: it stands beside the \`type\` of the message"`;
const ONE_PAYLOAD = `"A message has at most one payload, which is required; let its properties be optional"`;

const mistakes: readonly Mistake[] = [
  ...(["ask", "tell", "send", "trySend"] as const).flatMap((by) => [
    {
      title: `${by} of a message that does not exist`,
      code: `void address.${by}({ type: "subtract", by: 2 });`,
      at: `type: "subtract"`,
      reason: NO_SUCH_MESSAGE,
    },
    {
      title: `${by} without a property of the payload`,
      code: `void address.${by}({ type: "add" });`,
      at: `{ type: "add" }`,
      reason: NO_BY,
    },
    {
      title: `${by} with a payload of another type`,
      code: `void address.${by}({ type: "add", by: "2" });`,
      at: `by: "2"`,
      reason: NO_STRING,
    },
  ]),
  {
    title: "ask with a property that is misspelt",
    code: `void address.ask({ type: "add", by: 2, whi: "because" });`,
    at: "whi",
    reason:
      "Object literal may only specify known properties, and 'whi' does not exist in type '{ readonly type: \"add\"; } & { by: number; why?: string; } & { readonly type: \"add\"; }'.",
  },
  {
    title: "a handler whose payload is a primitive",
    code: "actor({ on: { fine: () => 1, add: (_, by: number) => by } });",
    at: "add:",
    reason: `Type '(_: Context<unknown, NoMessages>, by: number) => number' is not assignable to type '${OBJECT}'.`,
  },
  {
    title: "a handler whose payload has no type",
    code: "actor({ on: { add: (_, { by }) => by } });",
    at: "add:",
    reason: `Type '(_: Context<unknown, NoMessages>, { by }: never) => never' is not assignable to type '"The payload of a message needs a type: (context, { name }: { name: string }) => ..."'.`,
  },
  {
    title: "a handler whose payload has a type of its own",
    code: "actor({ on: { move: (_, { type }: { type: string }) => type } });",
    at: "move:",
    reason: `Type '(_: Context<unknown, NoMessages>, { type }: { type: string; }) => string' is not assignable to type '${OWN_TYPE}'.`,
  },
  {
    title: "a handler whose payload has a type of its own in one case",
    code: `actor({ on: { move: (_, payload: { x: number } | { type: "x" }) => {} } });`,
    at: "move:",
    reason: `Type '(_: Context<unknown, NoMessages>, payload: { x: number; } | { type: "x"; }) => void' is not assignable to type '${OWN_TYPE}'.`,
  },
  {
    title: "a handler whose payload is optional",
    code: "actor({ on: { list: (_, filter?: { from: number }) => filter } });",
    at: "list:",
    reason: `Type '(_: Context<unknown, NoMessages>, filter?: { from: number; } | undefined) => { from: number; } | undefined' is not assignable to type '${ONE_PAYLOAD}'.`,
  },
  {
    title: "a handler that is a generator",
    code: "actor({ on: { list: async function* () { yield 1; } } });",
    at: "list:",
    reason: `Type '() => AsyncGenerator<number, void, unknown>' is not assignable to type '"A handler is no generator: it returns its reply, or a promise of it"'.`,
  },
  {
    title: "an actor on a thread without the type of its definition",
    code: `system.spawn(onThread(new URL("./counter.js", import.meta.url)));`,
    at: "new URL",
    reason: `Argument of type 'URL' is not assignable to parameter of type '"onThread needs the type of the actor: onThread<typeof definition>(url)"'.`,
  },
  {
    title: "a spawn without args",
    code: "system.spawn(counter);",
    at: "spawn",
    reason: "Expected 2 arguments, but got 1.",
  },
  {
    title: "a spawn with options and without args",
    code: `system.spawn(counter, { name: "c" });`,
    at: `{ name: "c" }`,
    reason: `Property 'args' is missing in type '{ name: string; }' but required in type '{ readonly args: number; }'.`,
  },
  {
    title: "a spawn with args where there are none",
    code: "system.spawn(ticker, { args: 5 });",
    at: "args: 5",
    reason: "Type 'number' is not assignable to type 'undefined'.",
  },
  {
    title: "a spawn with args of another type",
    code: `system.spawn(counter, { args: "5" });`,
    at: `args: "5"`,
    reason: NO_STRING,
  },
  {
    title: "an implementation without one of its handlers",
    code: "implement<Orders>()({ on: { place: (_, { item }) => ({ id: item }) } });",
    at: "on:",
    reason: `Property 'list' is missing in type '{ place: (_: Context<unknown, Orders>, { item }: { item: string; }) => { id: string; }; }' but required in type 'HandlersOf<Orders, unknown>'.`,
  },
  {
    title: "an implementation with a handler too many",
    code: `implement<Orders>()({ on: { place: () => ({ id: "1" }), list: () => [], ship: () => {} } });`,
    at: "ship:",
    reason:
      "Object literal may only specify known properties, and 'ship' does not exist in type 'HandlersOf<Orders, unknown>'.",
  },
  {
    title: "an implementation with a reply of another type",
    code: "implement<Orders>()({ on: { place: () => 5, list: () => [] } });",
    at: "5",
    reason: "Type 'number' is not assignable to type 'MaybePromise<{ id: string; }>'.",
  },
  {
    title: "an implementation of a message without an object",
    code: "implement<{ add(n: number): void }>()({ on: { add: (_, n) => void n } });",
    at: "add:",
    reason: `Type '(_: Context<unknown, { add(n: number): void; }>, n: number) => undefined' is not assignable to type '${OBJECT}'.`,
  },
  {
    title: "an implementation of what is no message",
    code: "implement<{ size: number }>()({ on: { size: 5 } });",
    at: "size: 5",
    reason: `Type 'number' is not assignable to type '"Each property of a protocol is a required method: name(payload): reply"'.`,
  },
  {
    title: "an implementation that tells itself what it does not know",
    code: `implement<Orders>()({ on: { place: ({ self }) => (self.tell({ type: "lst" }), { id: "1" }), list: () => [] } });`,
    at: `type: "lst"`,
    reason: `Type '"lst"' is not assignable to type '"list" | "place"'. Did you mean '"list"'?`,
  },
];

interface Diagnostic {
  readonly file: string;
  readonly column: number;
  readonly lines: readonly string[];
}

const diagnostics: Diagnostic[] = [];
const fileOf = (index: number): string => `mistake-${index}.ts`;

beforeAll(async () => {
  const files = mistakes.map(({ code }, index) => [fileOf(index), `${IMPORTS}\n${code}\n`] as const);
  const printed = await typeCheck("diagnostics", [["setup.ts", SETUP], ...files], ["--noUnusedLocals", "false"]);
  for (const text of printed.split(/^(?=\S)/m)) {
    const [, file = text, column, message = ""] = /^(.+)\(\d+,(\d+)\): error TS\d+: (.*)$/s.exec(text) ?? [];
    diagnostics.push({ file, column: Number(column), lines: message.trim().split(/\n\s*/) });
  }
});

describe("the compiler", () => {
  it("finds nothing but the mistakes", () => {
    const files = new Set(diagnostics.map(({ file }) => file));
    expect([...files].sort()).toEqual(mistakes.map((_, index) => fileOf(index)).sort());
  });

  it.each(mistakes.map((mistake, index) => ({ ...mistake, file: fileOf(index) })))(
    "explains, once and shortly, $title",
    ({ code, at, reason, file }) => {
      const [diagnostic, ...more] = diagnostics.filter((one) => one.file === file);
      expect(more).toEqual([]);
      expect(code.slice((diagnostic?.column ?? 0) - 1).startsWith(at)).toBe(true);
      expect(diagnostic?.lines.at(-1)).toBe(reason);
      expect(diagnostic?.lines.length).toBeLessThanOrEqual(3);
      expect(diagnostic?.lines.join("\n").length).toBeLessThan(600);
    },
  );
});
