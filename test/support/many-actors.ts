/**
 * A large program as text, by which the cost of type-checking is measured: actors of five to ten messages, in pairs that
 * know each other, under supervisors of ten. Every other pair is written protocol-first; the others are inferred, and the
 * first of them knows the second by what it needs of it. Each actor is also told and asked all it understands.
 */

const GROUP = 10;
const FEWEST_MESSAGES = 5;
const MOST_MESSAGES = 10;

interface Verb {
  readonly name: string;
  readonly payload?: string;
  readonly reply: string;
  /** Of the handler, which has `context` and `payload`. */
  readonly body: string;
  /** What a message has beside its type. */
  readonly fields?: string;
}

/** The first meets the partner, the second asks it; every actor has both. */
const VERBS: readonly Verb[] = [
  {
    name: "meet",
    payload: "{ readonly partner: Address<Partner> }",
    reply: "void",
    body: "{ context.state.partner = context.own(payload.partner); }",
    fields: "partner",
  },
  {
    name: "total",
    reply: "Promise<number>",
    body: `{
      const partner = context.state.partner;
      const balance = await partner?.ask({ type: "divide", by: 2 });
      return context.state.total + (balance?.ok ? balance.value : 0);
    }`,
  },
  {
    name: "divide",
    payload: "{ readonly by: number }",
    reply: 'Result<number, "zero">',
    body: '{ return payload.by === 0 ? err("zero") : ok(context.state.total / payload.by); }',
    fields: "by: 2",
  },
  {
    name: "add",
    payload: "{ readonly by: number; readonly why?: string }",
    reply: "void",
    body: '{ context.state.total += payload.by; context.log.debug(payload.why ?? ""); }',
    fields: "by: 2",
  },
  { name: "name", reply: "string", body: '{ return context.path + "#" + String(context.generation); }' },
  {
    name: "find",
    payload: "{ readonly id: string }",
    reply: "Promise<Item | undefined>",
    body: "{ return payload.id === context.path ? { id: payload.id, amount: context.state.total } : undefined; }",
    fields: 'id: "1"',
  },
  {
    name: "list",
    payload: '{ readonly query: { readonly kind: "all" } | { readonly kind: "after"; readonly date: Date } }',
    reply: "readonly Item[]",
    body: '{ return payload.query.kind === "all" ? [] : [{ id: payload.query.date.toISOString(), amount: 1 }]; }',
    fields: 'query: { kind: "all" }',
  },
  {
    name: "note",
    payload: "{ readonly lines: readonly string[] }",
    reply: "void",
    body: "{ for (const line of payload.lines) context.log.info(line); }",
    fields: "lines: []",
  },
  { name: "items", reply: "ReadonlyMap<string, Item>", body: "{ return new Map<string, Item>(); }" },
  { name: "reset", reply: "void", body: "{ context.state.total = 0; }" },
];

/** The files of a program of `count` actors, by name. */
export function manyActors(count: number): ReadonlyMap<string, string> {
  const groups = Array.from({ length: count / GROUP }, (_, group) => group);
  const files = groups.map((group) => [`group-${group}.ts`, groupFile(group * GROUP)] as const);
  return new Map([...files, ["main.ts", mainFile(groups)]]);
}

function groupFile(first: number): string {
  const numbers = Array.from({ length: GROUP }, (_, n) => first + n);
  return `import type { Address } from "@pneumatic/actors";
import { type ProtocolOf, actor, child, implement, supervisor } from "@pneumatic/actors";
import { type Result, err, ok } from "@pneumatic/core";

interface Item { readonly id: string; readonly amount: number }
interface State<Partner> { total: number; partner: Partner | undefined }
${numbers.map((n) => (n % 4 < 2 ? protocolFirst(n) : inferred(n))).join("\n")}
export const group = supervisor({
  intensity: { restarts: 5, withinMs: 1000 },
  children: {
${numbers.map((n) => `    worker${n}: child(worker${n}, { args: ${n}, restart: "transient" }),`).join("\n")}
  },
});
`;
}

function protocolFirst(n: number): string {
  const partner = `Worker${n % 2 === 0 ? n + 1 : n - 1}`;
  const verbs = verbsOf(n);
  const methods = verbs.map(
    ({ name, payload, reply }) => `  ${name}(${payload ? `payload: ${payload}` : ""}): ${reply};`,
  );
  const handlers = verbs.map(({ name, payload, reply, body }) => handler(name, payload && "payload", reply, body));
  return `
export interface Worker${n} {
${methods.join("\n").replace("Partner", partner)}
}
export const worker${n} = implement<Worker${n}>()({
  name: "worker-${n}",
  state: (total: number): State<Address<${partner}>> => ({ total, partner: undefined }),
  on: {
${handlers.join("\n")}
  },
});
${usesOf(n, partner)}`;
}

/** The second of a pair knows all of the first; the first takes whoever can divide. */
function inferred(n: number): string {
  const partner =
    n % 2 === 0 ? '{ divide(payload: { readonly by: number }): Result<number, "zero"> }' : `Worker${n - 1}`;
  const handlers = verbsOf(n).map(({ name, payload, reply, body }) => {
    return handler(name, payload && `payload: ${payload.replace("Partner", partner)}`, `: ${reply}`, body);
  });
  return `
export const worker${n} = actor({
  name: "worker-${n}",
  state: (total: number): State<Address<${partner}>> => ({ total, partner: undefined }),
  on: {
${handlers.join("\n")}
  },
});
export type Worker${n} = ProtocolOf<typeof worker${n}>;
${usesOf(n, n % 2 === 0 ? `Worker${n + 1}` : partner)}`;
}

function handler(name: string, payload: string | undefined, reply: string, body: string): string {
  const annotated = reply.startsWith(": ");
  const isAsync = reply.includes("Promise<");
  return `    ${name}: ${isAsync ? "async " : ""}(context${payload ? `, ${payload}` : ""})${annotated ? reply : ""} => ${body},`;
}

/** What others do with it: everything, and the reply of each message has its own type. */
function usesOf(n: number, partner: string): string {
  const messages = verbsOf(n).map(({ name, fields }) => `{ type: "${name}"${fields ? `, ${fields}` : ""} }`);
  return `export async function use${n}(address: Address<Worker${n}>, partner: Address<${partner}>): Promise<number> {
${messages.map((message) => `  address.tell(${message});`).join("\n")}
${messages.map((message, m) => `  const reply${m} = await address.ask(${message});`).join("\n")}
  if (!address.trySend(${messages[0]}).ok) await address.send(${messages[1]});
  return reply2.ok ? reply1 + reply2.value : [${messages.map((_, m) => `reply${m}`).join(", ")}].length;
}`;
}

function verbsOf(n: number): readonly Verb[] {
  return VERBS.slice(0, FEWEST_MESSAGES + (n % (MOST_MESSAGES - FEWEST_MESSAGES + 1)));
}

function mainFile(groups: readonly number[]): string {
  const imports = groups.map((group) => {
    const uses = Array.from({ length: GROUP }, (_, n) => `use${group * GROUP + n}`);
    return `import { group as group${group}, ${uses.join(", ")} } from "./group-${group}.ts";`;
  });
  const uses = groups.map((group) => {
    const pairs = Array.from({ length: GROUP }, (_, n) => [n, n % 2 === 0 ? n + 1 : n - 1] as const);
    const calls = pairs.map(([n, partner]) => {
      const [one, other] = [n, partner].map((id) => `top.child("worker${group * GROUP + id}")`);
      return `  await use${group * GROUP + n}(${one}, ${other});`;
    });
    return `{\n  using top = system.supervise(group${group});\n${calls.join("\n")}\n}`;
  });
  return `import { ActorSystem } from "@pneumatic/actors";
${imports.join("\n")}

await using system = new ActorSystem();
${uses.join("\n")}
`;
}
