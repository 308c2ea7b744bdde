/**
 * What a protocol may be, and what a payload: every shape that an interface or a handler can have is either accepted, with the
 * messages and replies that are proved here, or refused at its own key.
 */
import type {
  ActorSystem,
  Address,
  ArgsOf,
  Definition,
  MessageOf,
  NoMessages,
  ProtocolOf,
  ReplyOf,
  WeakAddress,
} from "@pneumatic/actors";
import { actor, child, implement, supervisor } from "@pneumatic/actors";
import type { Err, Ok, Result } from "@pneumatic/core";
import { err, ok } from "@pneumatic/core";
import { expression, same } from "../support/type-proofs.ts";

declare const system: ActorSystem;

/** `any`, as it comes from code without types. */
type Untyped = ReturnType<typeof JSON.parse>;

interface Account {
  deposit(payload: { readonly amount: number; readonly note?: string }): number;
  withdraw(payload: { readonly amount: number }): Result<number, "too little">;
  owner(): Promise<string>;
  close(): void;
}

/** A message of which only the protocol is known is answered by the union of the replies. */
export async function asksOfUnions(address: Address<Account>, weak: WeakAddress<Account>): Promise<void> {
  const any = await address.ask(expression<MessageOf<Account>>());
  same<typeof any, string | number | void | Result<number, "too little">>(true);
  const either = expression<{ type: "owner" } | { type: "deposit"; amount: number }>();
  const reply = await address.ask(either);
  same<typeof reply, string | number>(true);
  const chosen = await address.ask({ type: expression<boolean>() ? "owner" : "close" });
  same<typeof chosen, string | void>(true);
  const late = await weak.ask(either, { timeout: 5, signal: expression<AbortSignal>() });
  same<typeof late, string | number>(true);
  same<ReplyOf<Account, "owner">, string>(true);

  // @ts-expect-error: one of them does not exist
  void address.ask(expression<{ type: "owner" } | { type: "open" }>());
  // @ts-expect-error: one of them has no amount
  void address.ask(expression<{ type: "owner" } | { type: "deposit" }>());
  // @ts-expect-error: of another type
  void address.ask(expression<{ type: "owner" } | { type: "deposit"; amount: string }>());
  // @ts-expect-error: any string is not a message
  void address.ask({ type: expression<string>() });
  // @ts-expect-error: there is no such property
  void address.ask({ type: "deposit", amount: 1, nota: "for rent" });
  // @ts-expect-error: it takes no payload
  void address.ask({ type: "owner", amount: 1 });
  // @ts-expect-error: there is no such option
  void address.ask({ type: "owner" }, { timeoutMs: 5 });
}

/** Replies are compared message by message, so that two cannot be exchanged for each other. */
export function varianceOfReplies(): void {
  type Pair<A, B> = { a(): A; b(): B };
  expression<Address<Pair<1, "x">>>() satisfies Address<Pair<number, string>>;
  // @ts-expect-error: the replies are the other way round
  expression<Address<Pair<number, string>>>() satisfies Address<Pair<string, number>>;
  expression<Address<{ get(): Promise<number> }>>() satisfies Address<{ get(): number }>;
  expression<WeakAddress<{ get(): number }>>() satisfies WeakAddress<{ get(): Promise<number> }>;
  const later = actor({ on: { length: async (_, { text }: { text: string }) => text.length, more: () => 1 } });
  system.spawn(later) satisfies Address<{ length(payload: { text: string }): Promise<number> }>;
  expression<Address<Account>>() satisfies { ask(message: { type: "owner" }): Promise<string> };
  // @ts-expect-error: the owner is a string
  expression<Address<Account>>() satisfies { ask(message: { type: "owner" }): Promise<number> };
}

/** A reply that is a result narrows, whichever way the actor was defined. */
export async function results(address: Address<Account>): Promise<void> {
  const withdrawn = await address.ask({ type: "withdraw", amount: 5 });
  // @ts-expect-error: it may have failed
  withdrawn.value;
  if (withdrawn.ok) same<typeof withdrawn, Ok<number>>(true);
  else same<typeof withdrawn, Err<"too little">>(true);

  const inferred = actor({
    on: {
      parse: (_, { text }: { text: string }) => (text === "" ? err("empty" as const) : ok(text.length)),
      later: async (_, { text }: { text: string }) => (text === "" ? err(new RangeError()) : ok(text)),
    },
  });
  const parser = system.spawn(inferred);
  const parsed = await parser.ask({ type: "parse", text: "" });
  if (parsed.ok) same<typeof parsed.value, number>(true);
  else same<typeof parsed.error, "empty">(true);
  const later = await parser.ask({ type: "later", text: "" });
  if (later.ok) same<typeof later.value, string>(true);
  else same<typeof later.error, RangeError>(true);
}

/** What `state` takes is what `spawn` needs, also when it takes anything. */
export function args(): void {
  const anything = actor({ state: (given: unknown) => ({ given }), on: {} });
  same<ArgsOf<typeof anything>, unknown>(true);
  system.spawn(anything, { args: 5 });
  system.spawn(anything, { args: undefined });
  system.spawn(anything);
  const nothing = actor({ state: () => 5, on: {} });
  same<ArgsOf<typeof nothing>, undefined>(true);
  // @ts-expect-error: it takes none
  system.spawn(nothing, { args: 5 });
  system.spawn(nothing, { args: undefined });
  const protocolFirst = implement<NoMessages>()({ state: (_: unknown) => 5, on: {} });
  system.spawn(protocolFirst, { args: "5", name: "five" });
  const nullable = actor({ state: (given: string | null) => given, on: {} });
  // @ts-expect-error: null is an argument
  system.spawn(nullable);
  system.spawn(nullable, { args: null });
  expression<Definition<Account, unknown>>() satisfies Definition<Account, undefined>;
  // @ts-expect-error: it is spawned without any
  expression<Definition<Account, string>>() satisfies Definition<Account, undefined>;
}

interface Listed {
  readonly id: string;
}

/** What can stand beside `type`, in handlers whose payload is written there. */
export function inferredPayloads(): void {
  const accepted = actor({
    on: {
      partial: (_, { n }: { n?: number }) => n,
      union: (_, payload: { a: number } | { b: string }) => ("a" in payload ? payload.a : payload.b),
      named: (_, { id }: Listed) => id,
      nested: (_, { list }: { list: readonly { type: string }[] }) => list.length,
      open: (_, payload: Record<string, unknown>) => Object.keys(payload),
      generic: <T>(_: unknown, { value }: { value: T }) => value,
    },
  });
  type Accepted = ProtocolOf<typeof accepted>;
  const address = system.spawn(accepted);
  address.tell({ type: "partial" });
  address.tell({ type: "union", b: "5" });
  address.tell({ type: "open", whatever: 5 });
  address.tell({ type: "generic", value: 5 });
  same<ReplyOf<Accepted, "generic">, unknown>(true);
  same<ReplyOf<Accepted, "union">, string | number>(true);
  // @ts-expect-error: it is one or the other
  address.tell({ type: "union" });

  actor({
    on: {
      fine: () => 1,
      // @ts-expect-error: one member has a type of its own
      halfTyped: (_, payload: { n: number } | { type: "n" }) => payload,
      // @ts-expect-error: a type that may be missing is still its own
      maybeTyped: (_, payload: { n: number; type?: string }) => payload,
      // @ts-expect-error: one member is an array
      halfList: (_, payload: { n: number } | number[]) => payload,
      // @ts-expect-error: one member is a primitive
      halfPrimitive: (_, payload: { n: number } | string) => payload,
      // @ts-expect-error: nothing may be passed for it
      maybe: (_, payload: { n: number } | undefined) => payload,
      // @ts-expect-error: null is no payload
      nullable: (_, payload: { n: number } | null) => payload,
      // @ts-expect-error: nothing would be checked
      any: (_, payload: Untyped) => payload,
      // @ts-expect-error: it need not be an object
      unknown: (_, payload: unknown) => payload,
      // @ts-expect-error: nobody can send it
      never: (_, payload: never) => payload,
      // @ts-expect-error: its type was left out
      left: (_, { by }) => by,
      // @ts-expect-error: a payload is one parameter
      rest: (_, ...payloads: { n: number }[]) => payloads,
    },
  });
}

interface Faulty {
  fine(payload: { n: number }): number;
  primitive(n: number): void;
  text(payload: { n: number } | string): void;
  list(list: readonly string[]): void;
  typed(payload: { type: string }): void;
  halfTyped(payload: { n: number } | { type: "n" }): void;
  two(a: { a: number }, b: { b: number }): void;
  maybe(payload?: { n: number }): void;
  many(...payloads: { n: number }[]): void;
  callable(run: () => void): void;
  any(payload: Untyped): void;
  never(payload: never): void;
  unknown(payload: unknown): void;
  absent?(): number;
  readonly size: number;
}

/** A protocol is refused at the key of each message that cannot be one. Payloads keep their types there. */
export function faultyProtocols(): void {
  implement<Faulty>()({
    on: {
      fine: (_, { n }) => n,
      // @ts-expect-error: a primitive is no payload
      primitive: (_, n) => same<typeof n, number>(true),
      // @ts-expect-error: a primitive is no payload
      text: () => {},
      // @ts-expect-error: an array is no payload
      list: (_, list) => same<typeof list, readonly string[]>(true),
      // @ts-expect-error: it has a type of its own
      typed: (_, { type }) => same<typeof type, string>(true),
      // @ts-expect-error: one member has a type of its own
      halfTyped: () => {},
      // @ts-expect-error: one payload at most
      two: (_, a, b) => [a.a, b.b],
      // @ts-expect-error: a payload is required
      maybe: () => {},
      // @ts-expect-error: a payload is one parameter
      many: () => {},
      // @ts-expect-error: a function is no payload
      callable: (_, run) => run(),
      // @ts-expect-error: nothing would be checked
      any: () => {},
      // @ts-expect-error: nobody can send it
      never: () => {},
      // @ts-expect-error: it need not be an object
      unknown: () => {},
      // @ts-expect-error: a message that may be missing is none
      absent: () => 5,
      // @ts-expect-error: what is no method is no message
      size: 5,
    },
  });
  // @ts-expect-error: `size` and `absent` do not go away by leaving them out
  implement<Pick<Faulty, "fine" | "size" | "absent">>()({ on: { fine: () => 5 } });
}

interface Store<T> {
  put(payload: { readonly value: T }): void;
  get(): T;
}

interface Shapes {
  readonly property: (payload: { n: number }) => number;
  overloaded(payload: { a: number }): number;
  overloaded(payload: { b: string }): string;
  generic<T>(payload: { value: T }): T;
  union(payload: { a: number } | { b: string }): void;
  partial(payload: { n?: number }): void;
}

class Shelf {
  #books: string[] = [];
  put({ book }: { book: string }): void {
    this.#books.push(book);
  }
  count(): number {
    return this.#books.length;
  }
}

/** What else a protocol may be. Of overloads the last counts; a type parameter of a method is as wide as it may be. */
export async function unusualProtocols(): Promise<void> {
  const shapes = implement<Shapes>()({
    on: {
      property: (_, { n }) => n,
      overloaded: (_, { b }) => b,
      generic: (_, { value }) => value,
      union: (_, payload) => same<typeof payload, { a: number } | { b: string }>(true),
      partial: (_, { n }) => same<typeof n, number | undefined>(true),
    },
  });
  const address = system.spawn(shapes);
  same<ReturnType<typeof address.clone>, Address<Shapes>>(true);
  const text = await address.ask({ type: "overloaded", b: "5" });
  same<typeof text, string>(true);
  // @ts-expect-error: of overloads the last counts
  address.tell({ type: "overloaded", a: 5 });
  const value = await address.ask({ type: "generic", value: 5 });
  same<typeof value, unknown>(true);

  const shelf = system.spawn(implement<Shelf>()({ on: { put: () => {}, count: () => 5 } }));
  const count = await shelf.ask({ type: "count" });
  same<typeof count, number>(true);

  const silent = implement<NoMessages>()({ on: {} });
  same<typeof silent, Definition<NoMessages, undefined>>(true);
  // @ts-expect-error: it takes none
  system.spawn(silent).tell({ type: "anything" });
  // @ts-expect-error: it has no messages
  implement<NoMessages>()({ on: { put: () => {} } });
  // @ts-expect-error: the protocol was left out
  implement()({ on: { put: () => {} } });
  // @ts-expect-error: any is no protocol
  implement<Untyped>()({ on: { put: () => {} } });
}

/** A protocol may be generic, for code that knows no more than that. */
export async function genericProtocols<T>(address: Address<Store<T>>, value: T): Promise<Awaited<T>> {
  address.tell({ type: "put", value });
  const store = implement<Store<T>>()({
    state: (initial: { readonly value: T }) => ({ ...initial }),
    on: {
      put: ({ state }, payload) => {
        state.value = payload.value;
      },
      get: ({ state }) => state.value,
    },
  });
  using spawned = system.spawn(store, { args: { value } });
  same<typeof spawned, Address<Store<T>>>(true);
  return await address.ask({ type: "get" });
}

/** Children are known by their ids, also where those are made at run time. */
export function children(): void {
  const account = implement<Account>()({
    state: ({ owner }: { owner: string }) => ({ owner, amount: 0 }),
    on: {
      deposit: ({ state }, { amount }) => state.amount + amount,
      withdraw: ({ state }, { amount }) => (state.amount < amount ? err("too little") : ok(state.amount - amount)),
      owner: ({ state }) => state.owner,
      close: ({ stop }) => stop(),
    },
  });
  const silent = actor({ on: {} });
  const bank = system.supervise(
    supervisor({ children: { savings: child(account, { args: { owner: "Ada" } }), silent: child(silent) } }),
  );
  same<ReturnType<typeof bank.child<"savings">>, Address<Account>>(true);
  same<ReturnType<typeof bank.child<"silent">>, Address<ProtocolOf<typeof silent>>>(true);
  // @ts-expect-error: there is no such child
  bank.child("loan");
  // @ts-expect-error: it is known what it might be, and not which
  bank.child(expression<string>());
  const ids: readonly string[] = ["a", "b"];
  const specs = Object.fromEntries(ids.map((id) => [id, child(account, { args: { owner: id } })]));
  const many = system.supervise(supervisor({ children: specs }));
  same<ReturnType<typeof many.child<string>>, Address<Account>>(true);
}
