/** What the types of registry, topics and routers promise. A `@ts-expect-error` line must not compile. */
import type {
  ActorSystem,
  Address,
  AddressTo,
  BroadcastAddress,
  Context,
  MessageOf,
  ProtocolOf,
  RegistryKey,
  RouteeInfo,
  RouterAddress,
  Topic,
  WeakAddress,
} from "@pneumatic/actors";
import { actor, bounded, onThread, registryKey, topic } from "@pneumatic/actors";

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** Compiles only when both types are the same. */
function same<A, B>(_proof: Equal<A, B>): void {}

declare function expression<T>(): T;
declare const system: ActorSystem;

interface Reads {
  get(): number;
}
interface Writes extends Reads {
  put(payload: { n: number }): void;
}

/** A key promises the protocol that whoever is registered understands. */
export async function registry(): Promise<void> {
  const key = registryKey<Writes>("writes");
  same<typeof key, RegistryKey<Writes>>(true);
  const found = system.registry.lookup(key);
  same<typeof found, WeakAddress<Writes> | undefined>(true);
  const reply = await found?.ask({ type: "get" });
  same<typeof reply, number | undefined>(true);
  system.registry.register(key, expression<Address<Writes>>()) satisfies Disposable;
  system.registry.register(key, expression<WeakAddress<Writes>>());
  system.registry.register(key, expression<RouterAddress<Writes>>());
  system.registry.register(registryKey<Reads>("reads"), expression<Address<Writes>>());

  // @ts-expect-error: it does not understand `put`
  system.registry.register(key, expression<Address<Reads>>());
  // @ts-expect-error: it replies otherwise
  system.registry.register(registryKey<{ get(): string }>("texts"), expression<Address<Reads>>());
  // @ts-expect-error: it takes another payload
  system.registry.register(registryKey<{ put(payload: { n: string }): void }>("texts"), expression<Address<Writes>>());
  // @ts-expect-error: a broadcast cannot be asked
  system.registry.register(key, expression<BroadcastAddress<Writes>>());
  // @ts-expect-error: a key for less is no key for more
  expression<RegistryKey<Reads>>() satisfies RegistryKey<Writes>;
  // @ts-expect-error: nor the other way round, where less could be registered
  expression<RegistryKey<Writes>>() satisfies RegistryKey<Reads>;
  // @ts-expect-error: a key has a name
  registryKey<Reads>();
}

/** A topic promises that its subscribers take what is published. */
export function topics(): void {
  type Put = { readonly type: "put"; readonly n: number };
  const puts = topic<Put>("puts");
  same<typeof puts, Topic<Put>>(true);
  system.topics.subscribe(puts, expression<Address<Writes>>()) satisfies Disposable;
  system.topics.subscribe(puts, expression<WeakAddress<Writes>>());
  system.topics.subscribe(puts, expression<RouterAddress<Writes>>());
  system.topics.subscribe(puts, expression<BroadcastAddress<Writes>>());
  const count = system.topics.publish(puts, { type: "put", n: 5 });
  same<typeof count, number>(true);
  system.topics.publish(topic<MessageOf<Writes>>("all"), { type: "get" });

  // @ts-expect-error: it does not take `put`
  system.topics.subscribe(puts, expression<Address<Reads>>());
  // @ts-expect-error: it does not take everything that is published
  system.topics.subscribe(topic<Put | { type: "drop" }>("more"), expression<Address<Writes>>());
  // @ts-expect-error: another type
  system.topics.publish(puts, { type: "put", n: "5" });
  // @ts-expect-error: no such property
  system.topics.publish(puts, { type: "put", n: 5, m: 6 });
  // @ts-expect-error: no such message
  system.topics.publish(puts, { type: "get" });
  // @ts-expect-error: what is published is a message
  topic<{ n: number }>("numbers");
  // @ts-expect-error: a topic of less would let less subscribe
  expression<Topic<Put | { type: "get" }>>() satisfies Topic<Put>;
}

const counter = actor({
  state: (start: number) => ({ count: start }),
  on: {
    add: ({ state }, { by }: { by: number }) => {
      state.count += by;
    },
    get: ({ state }) => state.count,
  },
});
type Counter = ProtocolOf<typeof counter>;
const idle = actor({ on: { ping: () => "pong" as const } });

/** A router is an address of what its routees understand. */
export async function routers(context: Context<unknown, Reads>): Promise<void> {
  const router = system.route(counter, { size: 4, args: 5 });
  same<typeof router, RouterAddress<Counter>>(true);
  router satisfies Address<Counter>;
  const count = await router.ask({ type: "get" });
  same<typeof count, number>(true);
  const clone = router.clone();
  same<typeof clone, RouterAddress<Counter>>(true);
  const listed = router.routees();
  same<typeof listed, RouteeInfo[]>(true);
  router.resize({ min: 1, max: 5 });
  system.route(idle, { size: { min: 1, max: 2, loadedAt: 5, idleMs: 10 }, strategy: "random" });
  system.route(idle, { size: 1, name: "idle", mailbox: bounded(5), restart: "transient", backoff: { initialMs: 1 } });
  system.route(onThread<typeof idle>("file:///idle.js"), { size: 2, thread: "dedicated" });
  system.route(counter, { size: 2, args: 5, strategy: "consistent_hash", key: (message) => message.type });
  const own = context.route(idle, { size: 2 });
  same<Awaited<ReturnType<typeof own.ask>>, "pong">(true);

  // @ts-expect-error: there is no such message
  router.tell({ type: "subtract" });
  // @ts-expect-error: `state` takes a number
  system.route(counter, { size: 4 });
  // @ts-expect-error: another type
  system.route(counter, { size: 4, args: "5" });
  // @ts-expect-error: how many?
  system.route(idle, {});
  // @ts-expect-error: how many?
  system.route(idle);
  // @ts-expect-error: there is no such strategy
  system.route(idle, { size: 2, strategy: "best" });
  // @ts-expect-error: it needs a key
  system.route(idle, { size: 2, strategy: "consistent_hash" });
  // @ts-expect-error: a key is a string
  system.route(counter, { size: 2, args: 5, strategy: "consistent_hash", key: () => 5 });
  // @ts-expect-error: no message has that
  system.route(counter, { size: 2, args: 5, strategy: "consistent_hash", key: (message) => message.name });
  // @ts-expect-error: a key is for nothing there
  system.route(idle, { size: 2, strategy: "round_robin", key: () => "" });
  // @ts-expect-error: there is no such option
  system.route(idle, { size: 2, sise: 3 });
}

/** A broadcast is told and cannot be asked. */
export function broadcasts(): void {
  const all = system.route(counter, { size: 4, args: 5, strategy: "broadcast" });
  same<typeof all, BroadcastAddress<Counter>>(true);
  all.tell({ type: "add", by: 5 });
  all.trySend({ type: "get" });
  all.resize(2);
  all satisfies AddressTo<MessageOf<Counter>, unknown>;

  // @ts-expect-error: there is no single reply
  void all.ask({ type: "get" });
  // @ts-expect-error: there is no such message
  all.tell({ type: "subtract" });
  // @ts-expect-error: so it is no address
  all satisfies Address<Counter>;
  // @ts-expect-error: more routees do not share the load
  system.route(idle, { size: { min: 1, max: 2 }, strategy: "broadcast" });
}
