/** What the types of actors promise; checked by the compiler alone. A `@ts-expect-error` line must not compile. */
import type {
  ActorSystem,
  Address,
  ArgsOf,
  AskOptions,
  Context,
  Definition,
  ExitReason,
  Ledger,
  MailboxSpec,
  MessageOf,
  ProtocolOf,
  ReplyOf,
  SpawnOptions,
  SupervisorAddress,
  WeakAddress,
} from "@pneumatic/actors";
import { actor, bounded, child, implement, priority, supervisor } from "@pneumatic/actors";
import type { AnySender, Result, SendError, SendTimeoutError, TrySendError } from "@pneumatic/core";
import { err, ok } from "@pneumatic/core";
import { expression, same } from "../support/type-proofs.ts";

declare const system: ActorSystem;

const counter = actor({
  state: (start: number) => ({ count: start }),
  on: {
    add: ({ state }, { by }: { by: number }) => {
      state.count += by;
    },
    get: ({ state }) => state.count,
    later: async ({ state }, { ms }: { ms: number; why?: string }) => `${state.count} in ${ms}`,
    divide: (_, { by }: { by: number }): Result<number, "zero"> => (by === 0 ? err("zero") : ok(1 / by)),
  },
  stopped: ({ state, log }, reason) => {
    same<typeof reason, ExitReason>(true);
    log.info(state.count);
  },
});

type Counter = ProtocolOf<typeof counter>;

/** Replies come from the handlers. */
export async function replies(): Promise<void> {
  const address = system.spawn(counter, { args: 5 });
  same<typeof address, Address<Counter>>(true);
  const count = await address.ask({ type: "get" });
  same<typeof count, number>(true);
  const nothing = await address.ask({ type: "add", by: 2 });
  same<typeof nothing, void>(true);
  const text = await address.ask({ type: "later", ms: 5 });
  same<typeof text, string>(true);
  same<ReplyOf<Counter, "later">, string>(true);
  same<ArgsOf<typeof counter>, number>(true);
  expression<AskOptions>() satisfies { timeout?: number | undefined; signal?: AbortSignal | undefined };
}

/** A reply that is a result narrows. */
export async function results(address: Address<Counter>): Promise<number> {
  const result = await address.ask({ type: "divide", by: 0 });
  same<typeof result, Result<number, "zero">>(true);
  // @ts-expect-error: it may have failed
  result.value;
  if (result.ok) return result.value;
  same<typeof result.error, "zero">(true);
  return 0;
}

/** Messages are told apart by their type. */
export function messages(address: Address<Counter>): void {
  const message = expression<MessageOf<Counter>>();
  switch (message.type) {
    case "add":
      same<typeof message.by, number>(true);
      break;
    case "get":
    case "later":
    case "divide":
      break;
    default:
      message satisfies never;
  }
  address.tell(message);
  address.trySend(message);
  address.tell({ type: "later", ms: 1, why: "because" });

  // @ts-expect-error: there is no such message
  address.tell({ type: "subtract", by: 2 });
  // @ts-expect-error: a payload is needed
  address.tell({ type: "add" });
  // @ts-expect-error: of another type
  address.tell({ type: "add", by: "2" });
  // @ts-expect-error: no such property
  address.tell({ type: "add", by: 2, to: 3 });
  // @ts-expect-error: it takes none
  address.tell({ type: "get", by: 2 });
  // @ts-expect-error: there is no such message
  void address.ask({ type: "subtract", by: 2 });
  // @ts-expect-error: of another type
  void address.ask({ type: "add", by: "2" });
  // @ts-expect-error: of another type
  void address.send({ type: "add", by: "2" });
  // @ts-expect-error: of another type
  address.trySend({ type: "add", by: "2" });
  // @ts-expect-error: it has a type
  address.tell({ by: 2 });
}

/** What was not sent comes back with its own type. */
export async function leftovers(address: Address<Counter>): Promise<void> {
  const message = { type: "add", by: 2 } as const;
  const tried = address.trySend(message);
  same<typeof tried, Result<void, TrySendError<{ readonly type: "add"; readonly by: 2 }>>>(true);
  const sent = await address.send({ type: "get" });
  same<
    typeof sent,
    Result<void, SendError<{ type: "get" }> | SendTimeoutError<{ type: "get" }> | TrySendError<{ type: "get" }>>
  >(true);
}

/** `args` is required exactly when `state` takes any. */
export function args(): void {
  system.spawn(counter, { args: 5, name: "counter" });
  // @ts-expect-error: it takes args
  system.spawn(counter);
  // @ts-expect-error: it takes args
  system.spawn(counter, { name: "counter" });
  // @ts-expect-error: of another type
  system.spawn(counter, { args: "5" });

  const bare = actor({ on: {} });
  system.spawn(bare);
  system.spawn(bare, { name: "bare" });
  // @ts-expect-error: it takes none
  system.spawn(bare, { args: 5 });

  const none = actor({ state: () => 5, on: {} });
  system.spawn(none);
  // @ts-expect-error: it takes none
  system.spawn(none, { args: 5 });

  const optional = actor({ state: (start: number | undefined) => start ?? 0, on: {} });
  system.spawn(optional);
  system.spawn(optional, { args: 5 });
  // @ts-expect-error: of another type
  system.spawn(optional, { args: "5" });

  child(counter, { args: 5 });
  // @ts-expect-error: it takes args
  child(counter);
  // @ts-expect-error: the id is its name
  child(counter, { args: 5, name: "counter" });

  expression<SpawnOptions>() satisfies object;
  system.spawn(bare, { mailbox: bounded(5, { overflow: "reject" }), restart: "permanent", shutdownMs: 5 });
  // @ts-expect-error: there is no such kind of restart
  system.spawn(bare, { restart: "always" });
  // @ts-expect-error: there is no such overflow
  bounded(5, { overflow: "block" });
  // @ts-expect-error: there is no such option
  system.spawn(bare, { retries: 5 });
}

/** The function of a priority mailbox takes the messages of the definition it is spawned with. */
export function priorities(): void {
  const bare = actor({ on: { go: () => {} } });
  const ranked = (message: MessageOf<Counter>): number => (message.type === "get" ? 0 : 1);
  system.spawn(counter, { args: 5, mailbox: priority((message) => (message.type === "add" ? message.by : 0)) });
  system.spawn(counter, { args: 5, mailbox: priority(ranked, { capacity: 5, overflow: "dropOldest" }) });
  child(counter, { args: 5, mailbox: priority(({ type }) => ["get", "add"].indexOf(type)) });
  system.spawn(bare, { mailbox: priority(() => 0) });
  actor({
    on: {
      hire: ({ spawn }) => spawn(counter, { args: 5, mailbox: priority(({ type }) => type.length) }).drop(),
    },
  });
  priority(() => 0) satisfies MailboxSpec;
  // @ts-expect-error: there is no such message
  system.spawn(counter, { args: 5, mailbox: priority((message) => (message.type === "remove" ? 0 : 1)) });
  // @ts-expect-error: it takes other messages
  system.spawn(bare, { mailbox: priority(({ by }: { by: number }) => by) });
  // @ts-expect-error: its priority is no number
  system.spawn(counter, { args: 5, mailbox: priority(({ type }) => type) });
  // @ts-expect-error: there is no such option
  priority(() => 0, { limit: 5 });
}

/** The state is known to handlers and hooks, also when `state` takes its context. */
export function states(): void {
  actor({
    state: (start: number, { generation, log }) => {
      log.info(generation);
      return { start, generation };
    },
    started: ({ state }) => same<typeof state, { start: number; generation: number }>(true),
    on: {
      get: ({ state }) => state.start,
      put: ({ state, attempt }, { n }: { n: number }) => state.generation + n + attempt,
    },
    stopped: ({ state }) => same<typeof state, { start: number; generation: number }>(true),
  });
  actor({
    state: async () => "later",
    on: { get: ({ state }) => same<typeof state, string>(true) },
  });
  const context = actor({
    state: (_: undefined, context) => context.spawn(counter, { args: 1 }),
    on: {
      get: ({ state }) => state.ask({ type: "get" }),
      // @ts-expect-error: the state is an address
      wrong: ({ state }) => state.count,
    },
  });
  same<ReplyOf<ProtocolOf<typeof context>, "get">, number>(true);
}

/** A payload that cannot stand beside `type` is refused at its key, and at no other. */
export function payloads(): void {
  actor({
    on: {
      fine: (_, { n }: { n: number }) => n,
      alsoFine: () => 1,
      // @ts-expect-error: it has a type of its own
      typed: (_, { type }: { type: string }) => type,
      // @ts-expect-error: an array is no payload
      list: (_, list: number[]) => list,
      // @ts-expect-error: a tuple is no payload
      tuple: (_, pair: readonly [number, number]) => pair,
      // @ts-expect-error: a primitive is no payload
      primitive: (_, n: number) => n,
      // @ts-expect-error: a function is no payload
      callable: (_, run: () => void) => run(),
      // @ts-expect-error: a payload is required
      optional: (_, payload?: { n: number }) => payload,
      // @ts-expect-error: nothing may be passed for it
      nothing: (_, n: undefined) => n,
    },
  });
  actor({
    on: {
      // @ts-expect-error: one payload at most
      two: (_, a: { a: number }, b: { b: number }) => [a, b],
    },
  });
  actor({
    on: {
      // @ts-expect-error: a handler is a function
      constant: 5,
    },
  });
  // @ts-expect-error: an actor needs handlers
  actor({});
  // @ts-expect-error: an actor needs handlers
  actor({ state: () => 5 });
}

interface Receipt {
  readonly id: string;
}

interface Orders {
  place(order: { item: string }): Receipt;
  cancel(order: { id: string }): void;
  list(): Promise<Receipt[]>;
}

/** A protocol written first gives payloads, replies and `self` their types. */
export async function protocolFirst(): Promise<void> {
  const orders = implement<Orders>()({
    state: (limit: number) => ({ limit, receipts: [] as Receipt[] }),
    on: {
      place: ({ state, self }, { item }) => {
        same<typeof item, string>(true);
        same<typeof self, WeakAddress<Orders>>(true);
        self.tell({ type: "cancel", id: item });
        // @ts-expect-error: there is no such message
        self.tell({ type: "ship" });
        return state.receipts[0] ?? { id: item };
      },
      cancel: async ({ timers }) => {
        timers.after("again", 5, { type: "cancel", id: "1" });
        // @ts-expect-error: a payload is needed
        timers.every("again", 5, { type: "cancel" });
      },
      list: ({ state }) => state.receipts,
    },
  });
  same<typeof orders, Definition<Orders, number>>(true);
  const address = system.spawn(orders, { args: 5 });
  same<typeof address, Address<Orders>>(true);
  const receipts = await address.ask({ type: "list" });
  same<typeof receipts, Receipt[]>(true);

  implement<Orders>()({
    on: {
      // @ts-expect-error: a receipt is expected
      place: () => 5,
      cancel: () => {},
      list: async () => [],
    },
  });
  implement<Orders>()({
    // @ts-expect-error: a handler is missing
    on: { place: () => ({ id: "1" }), cancel: () => {} },
  });
  implement<Orders>()({
    on: {
      // @ts-expect-error: the payload is an order
      place: (_, { item }: { item: number }) => ({ id: `${item}` }),
      cancel: () => {},
      list: async () => [],
    },
  });
}

/** Inferred definitions have a `self` that takes no messages. */
export function inferredSelf(): void {
  actor({
    on: {
      loop: ({ self }) => {
        // @ts-expect-error: it does not know its own messages
        self.tell({ type: "loop" });
      },
    },
  });
}

interface Ping {
  ping(payload: { from: Address<Pong>; n: number }): void;
}

interface Pong {
  pong(payload: { from: Address<Ping>; n: number }): number;
}

/** Actors that know each other need no `any`. */
export function mutualRecursion(): void {
  const pinger = implement<Ping>()({
    on: {
      ping: ({ self }, { from, n }) => {
        const me = self.upgrade();
        same<typeof me, Address<Ping> | undefined>(true);
        if (me) from.tell({ type: "pong", from: me, n: n + 1 });
      },
    },
  });
  const ponger = implement<Pong>()({
    on: {
      pong: (_, { from, n }) => {
        // @ts-expect-error: a ping is not a pong
        from.tell({ type: "pong", from, n });
        return n;
      },
    },
  });
  const ping = system.spawn(pinger);
  ping.tell({ type: "ping", from: system.spawn(ponger), n: 1 });
  // @ts-expect-error: it takes an address of the other
  ping.tell({ type: "ping", from: ping, n: 1 });
}

interface Reads {
  get(): number;
}

interface Writes extends Reads {
  put(payload: { n: number }): void;
}

/** An address of more messages may stand where fewer are sent, and never the reverse. */
export function variance(): void {
  expression<Address<Writes>>() satisfies Address<Reads>;
  expression<WeakAddress<Writes>>() satisfies WeakAddress<Reads>;
  expression<Address<{ get(): 1 }>>() satisfies Address<Reads>;
  expression<Address<{ put(payload: { n: number | string }): void }>>() satisfies Address<{
    put(payload: { n: number }): void;
  }>;
  expression<Definition<Writes, number | string>>() satisfies Definition<Writes, number>;

  // @ts-expect-error: it does not understand `put`
  expression<Address<Reads>>() satisfies Address<Writes>;
  // @ts-expect-error: it does not understand `put`
  expression<WeakAddress<Reads>>() satisfies WeakAddress<Writes>;
  // @ts-expect-error: its reply may be another number
  expression<Address<Reads>>() satisfies Address<{ get(): 1 }>;
  // @ts-expect-error: it does not take strings
  expression<Address<{ put(payload: { n: number }): void }>>() satisfies Address<{
    put(payload: { n: number | string }): void;
  }>;
  // @ts-expect-error: a weak address does not own
  expression<WeakAddress<Writes>>() satisfies Address<Writes>;
  // @ts-expect-error: it would be spawned without what it needs
  expression<Definition<Writes, number>>() satisfies Definition<Writes, number | string>;
}

/** An address is a sender of its messages. */
export function senders(): void {
  expression<Address<Writes>>() satisfies AnySender<MessageOf<Writes>>;
  expression<Address<Writes>>() satisfies AnySender<MessageOf<Reads>>;
  expression<Address<Writes>>() satisfies AnySender<{ type: "get" }>;
  // @ts-expect-error: it does not understand strings
  expression<Address<Writes>>() satisfies AnySender<string>;
  // @ts-expect-error: it does not understand `put`
  expression<Address<Reads>>() satisfies AnySender<MessageOf<Writes>>;
}

/** Each child of a supervisor has its own address type. */
export async function supervisors(): Promise<void> {
  const spec = supervisor({
    strategy: "one_for_one",
    intensity: { restarts: 1, withinMs: 1000 },
    children: { counter: child(counter, { args: 5 }), idle: child(actor({ on: { ping: () => "pong" as const } })) },
  });
  const shop = system.supervise(spec);
  shop satisfies SupervisorAddress;
  const address = shop.child("counter");
  same<typeof address, Address<Counter>>(true);
  const reply = await shop.child("idle").ask({ type: "ping" });
  same<typeof reply, "pong">(true);
  const started = shop.startChild("another", child(counter, { args: 1 }));
  same<typeof started, Address<Counter>>(true);
  const listed = shop.children();
  same<(typeof listed)[number]["id"], string>(true);
  const clone = shop.clone();
  same<typeof clone, typeof shop>(true);
  const reason = await shop.terminateChild("another");
  same<typeof reason, ExitReason>(true);

  // @ts-expect-error: there is no such child
  shop.child("countr");
  // @ts-expect-error: that child does not understand it
  shop.child("idle").tell({ type: "get" });
  // @ts-expect-error: a child is made by child()
  supervisor({ children: { counter } });
  // @ts-expect-error: there is no such strategy
  supervisor({ strategy: "some_for_all", children: {} });
}

/** Reasons and ledgers are closed. */
export function closedUnions(reason: ExitReason, ledger: Ledger): string {
  const { deadLettered } = ledger;
  deadLettered.full satisfies number | undefined;
  // @ts-expect-error: there is no such reason
  deadLettered.lost;
  switch (reason.kind) {
    case "normal":
    case "shutdown":
    case "killed":
      return reason.kind;
    case "panicked":
      same<typeof reason.error, unknown>(true);
      return String(reason.message);
    case "startFailed":
      return String(reason.error);
    case "crashed":
      return reason.cause;
    default:
      return reason satisfies never;
  }
}

/** The parts of a context that must not be written to. */
export function contexts(context: Context<{ n: number }, Reads>): void {
  context.state.n = 5;
  // @ts-expect-error: the state is replaced by a restart alone
  context.state = { n: 5 };
  same<typeof context.signal, AbortSignal>(true);
  const own = context.own(expression<Address<Reads>>());
  same<typeof own, Address<Reads>>(true);
  // @ts-expect-error: only what can be dropped can be owned
  context.own(context.self);
}
