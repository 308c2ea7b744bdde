/** What the types promise; checked by the compiler alone. A `@ts-expect-error` line must not compile, all others must. */
import type {
  AnySender,
  MpmcReceiver,
  Ok,
  OneshotReceiver,
  OneshotSender,
  Permit,
  Permits,
  Receiver,
  RecvError,
  RecvTimeoutError,
  Result,
  Selected,
  SelectedOf,
  SelectOptions,
  SelectTimeout,
  SendError,
  Sender,
  SendTimeoutError,
  SyncSender,
  TryRecvError,
  TrySendError,
  WeakSender,
} from "@pneumatic/core";
import {
  after,
  channel,
  err,
  mpmc,
  never,
  ok,
  oneshot,
  select,
  syncChannel,
  tick,
  toReadableStream,
  toWritableStream,
  trySelect,
  unwrap,
} from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/testing";
import { useClock } from "@pneumatic/core/testing";

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** Compiles only when both types are the same. */
function same<A, B>(_proof: Equal<A, B>): void {}

declare function expression<T>(): T;

interface Order {
  readonly kind: "order";
  readonly amount: number;
}

interface UrgentOrder extends Order {
  readonly deadline: Date;
}

/** What the makers return. */
export function makers(): void {
  const made = channel<Order>();
  same<typeof made, [Sender<Order>, Receiver<Order>]>(true);
  const bounded = syncChannel<Order>(1);
  same<typeof bounded, [SyncSender<Order>, Receiver<Order>]>(true);
  // @ts-expect-error: a capacity is needed
  syncChannel<Order>();
  // @ts-expect-error: an unbounded channel takes none
  channel<Order>(1);
}

/** A handle that accepts more may stand where less is sent, and never the reverse. */
export function variance(): void {
  expression<Sender<string | number>>() satisfies Sender<string>;
  expression<SyncSender<string | number>>() satisfies SyncSender<string>;
  expression<AnySender<string | number>>() satisfies AnySender<string>;
  expression<WeakSender<string | number>>() satisfies WeakSender<string>;
  expression<Sender<Order>>() satisfies Sender<UrgentOrder>;
  expression<Sender<unknown>>() satisfies Sender<never>;
  expression<Receiver<string>>() satisfies Receiver<string | number>;
  expression<Receiver<UrgentOrder>>() satisfies Receiver<Order>;
  expression<WeakSender<string, SyncSender<string | number>>>() satisfies WeakSender<string, SyncSender<string>>;

  // @ts-expect-error: it could not receive numbers
  expression<Sender<string>>() satisfies Sender<string | number>;
  // @ts-expect-error: it could not receive numbers
  expression<SyncSender<string>>() satisfies SyncSender<string | number>;
  // @ts-expect-error: it could not receive numbers
  expression<AnySender<string>>() satisfies AnySender<string | number>;
  // @ts-expect-error: it could not receive numbers
  expression<WeakSender<string>>() satisfies WeakSender<string | number>;
  // @ts-expect-error: an order need not be urgent
  expression<Sender<UrgentOrder>>() satisfies Sender<Order>;
  // @ts-expect-error: it may deliver numbers
  expression<Receiver<string | number>>() satisfies Receiver<string>;
}

/** Both kinds of sender are any sender, and neither is the other. */
export function kinds(): void {
  expression<Sender<Order>>() satisfies AnySender<Order>;
  expression<SyncSender<Order>>() satisfies AnySender<Order>;
  // @ts-expect-error: its sends may wait
  expression<SyncSender<Order>>() satisfies Sender<Order>;
  // @ts-expect-error: its sends never wait
  expression<Sender<Order>>() satisfies SyncSender<Order>;
  // @ts-expect-error: it may be either
  expression<AnySender<Order>>() satisfies Sender<Order>;
  same<ReturnType<Sender<Order>["clone"]>, Sender<Order>>(true);
  same<ReturnType<SyncSender<Order>["clone"]>, SyncSender<Order>>(true);
  same<ReturnType<AnySender<Order>["clone"]>, AnySender<Order>>(true);
  const weak = expression<Sender<Order>>().downgrade();
  same<ReturnType<typeof weak.upgrade>, Sender<Order> | undefined>(true);
  const weakSync = expression<SyncSender<Order>>().downgrade();
  same<ReturnType<typeof weakSync.upgrade>, SyncSender<Order> | undefined>(true);
  same<Sender<Order>["capacity"], undefined>(true);
  same<SyncSender<Order>["capacity"], number>(true);
  expression<Sender<Order>>().sameChannel(expression<SyncSender<string>>()) satisfies boolean;
  expression<Sender<Order>>() satisfies Disposable;
  expression<Receiver<Order>>() satisfies Disposable & AsyncIterable<Order>;
}

/** Only what the channel takes can be sent. */
export function refusals(): void {
  const tx = expression<Sender<Order>>();
  // @ts-expect-error: not an order
  tx.send("order");
  // @ts-expect-error: not an order
  tx.trySend({ kind: "order" });
  // @ts-expect-error: not an order
  expression<AnySender<Order>>().send(1);
  // @ts-expect-error: an unbounded send has no timeout
  tx.send({ kind: "order", amount: 1 }, { timeout: 5 });
  // @ts-expect-error: null is no signal
  expression<Receiver<Order>>().recv({ signal: null });
  // @ts-expect-error: a timeout is a number
  expression<Receiver<Order>>().recvTimeout("5");
  // @ts-expect-error: an iteration has no timeout
  expression<Receiver<Order>>().iter({ timeout: 5 });
  // @ts-expect-error: sends that are still waiting have no outcome yet
  expression<SyncSender<number>>().send(1).ok;
}

/** An error carries the message as it was typed when it was sent. */
export async function carriedTypes(): Promise<void> {
  const urgent = expression<UrgentOrder>();
  const sent = expression<Sender<Order>>().send(urgent);
  same<typeof sent, Result<void, SendError<UrgentOrder>>>(true);
  const tried = expression<SyncSender<Order>>().trySend(urgent);
  same<typeof tried, Result<void, TrySendError<UrgentOrder>>>(true);
  const waited = await expression<SyncSender<Order>>().send(urgent, { timeout: 5, signal: expression<AbortSignal>() });
  same<typeof waited, Result<void, SendError<UrgentOrder> | SendTimeoutError<UrgentOrder>>>(true);
  const timed = await expression<SyncSender<Order>>().sendTimeout(urgent, 5);
  same<typeof timed, Result<void, SendError<UrgentOrder> | SendTimeoutError<UrgentOrder>>>(true);
  if (!waited.ok) waited.error.value.deadline satisfies Date;
  const either = await expression<AnySender<Order>>().send(urgent);
  if (!either.ok) either.error.value satisfies UrgentOrder;
  expression<SendError<UrgentOrder>>() satisfies SendError<Order>;
  // @ts-expect-error: an order need not be urgent
  expression<SendError<Order>>() satisfies SendError<UrgentOrder>;
}

/** `ok` tells success from failure. */
export async function narrowingByOk(): Promise<void> {
  const received = await expression<Receiver<Order>>().recv();
  same<typeof received, Result<Order, RecvError | RecvTimeoutError>>(true);
  if (received.ok) {
    same<typeof received, Ok<Order>>(true);
    received.value.amount satisfies number;
    // @ts-expect-error: a success has no error
    received.error;
  } else {
    same<typeof received.error, RecvError | RecvTimeoutError>(true);
    // @ts-expect-error: a failure has no value
    received.value;
  }
  const tried = expression<Receiver<Order>>().tryRecv();
  same<typeof tried, Result<Order, TryRecvError>>(true);
  // @ts-expect-error: it may have failed
  tried.value;
  same<typeof received, Awaited<ReturnType<Receiver<Order>["recvTimeout"]>>>(true);
}

/** `kind` and `code` tell the failures apart. */
export async function narrowingByKind(): Promise<void> {
  const received = await expression<Receiver<Order>>().recv({ timeout: 5 });
  if (received.ok) return;
  const { error } = received;
  if (error.kind === "timeout") same<typeof error, RecvTimeoutError>(true);
  else same<typeof error, RecvError>(true);
  if (error.code === "ERR_CHANNEL_DISCONNECTED") same<typeof error, RecvError>(true);
  // @ts-expect-error: a receive is never full
  error.kind === "full";

  const sent = await expression<SyncSender<Order>>().send(expression<Order>(), { timeout: 5 });
  if (!sent.ok && sent.error.kind === "timeout") same<typeof sent.error, SendTimeoutError<Order>>(true);
  if (!sent.ok && sent.error.kind === "disconnected") same<typeof sent.error, SendError<Order>>(true);
  same<TrySendError<Order>["kind"], "full" | "disconnected">(true);
  same<TryRecvError["kind"], "empty" | "disconnected">(true);
  error satisfies Error;
}

/** What a loop sees. */
export async function iteration(): Promise<void> {
  const rx = expression<Receiver<Order>>();
  for await (const order of rx) same<typeof order, Order>(true);
  for await (const order of rx.iter({ signal: expression<AbortSignal>() })) same<typeof order, Order>(true);
  for (const order of rx.tryIter()) same<typeof order, Order>(true);
  const next = await rx.iter().next();
  if (next.done) same<typeof next.value, undefined>(true);
  else same<typeof next.value, Order>(true);
}

/** Results of the user's own. */
export function results(): void {
  ok(1) satisfies Result<number, never>;
  err("full" as const) satisfies Result<never, "full">;
  const value = unwrap(expression<Result<Order, Error>>());
  same<typeof value, Order>(true);
  unwrap(expression<Sender<Order>>().send(expression<Order>())) satisfies undefined | void;
  // @ts-expect-error: a result is read only
  expression<Result<Order, Error>>().ok = true;
}

/** The replaceable clock. */
export function clock(): void {
  useClock(expression<Clock>()) satisfies Disposable;
  // @ts-expect-error: a clock tells the time
  useClock({ setTimeout: () => 1, clearTimeout: () => {} });
}

/** A select tells by its arm what it received. */
export async function selecting(): Promise<void> {
  const order = expression<Receiver<Order>>();
  const reply = expression<OneshotReceiver<string>>();
  const selected = await select({ order, reply, every: tick(10), late: after(10), off: never<boolean>() });
  same<typeof selected.arm, "order" | "reply" | "every" | "late" | "off">(true);
  if (selected.arm === "order") same<typeof selected.result, Result<Order, RecvError>>(true);
  if (selected.arm === "reply") same<typeof selected.result, Result<string, RecvError>>(true);
  if (selected.arm === "every") same<typeof selected.result, Result<number, RecvError>>(true);
  if (selected.arm === "late") same<typeof selected.result, Result<number, RecvError>>(true);
  if (selected.arm === "off") same<typeof selected.result, Result<boolean, RecvError>>(true);
  if (selected.arm === "order" && selected.result.ok) selected.result.value.amount satisfies number;
  // @ts-expect-error: there is no such arm
  selected.arm === "orders";
  // @ts-expect-error: it may be another arm's
  selected.result.value;
  same<ReturnType<typeof never<string>>, Receiver<string>>(true);
  same<ReturnType<typeof tick>, ReturnType<typeof after>>(true);
}

/** With a timeout there may be no arm. */
export async function selectingInTime(): Promise<void> {
  const order = expression<Receiver<Order>>();
  const timed = await select({ order }, { timeout: 5 });
  same<typeof timed.arm, "order" | undefined>(true);
  if (timed.arm === undefined) {
    same<typeof timed, SelectTimeout>(true);
    same<typeof timed.result.error, RecvTimeoutError>(true);
  } else {
    same<typeof timed.result, Result<Order, RecvError>>(true);
  }
  const aborted = await select({ order }, { signal: expression<AbortSignal>(), biased: true });
  same<typeof aborted, Selected<"order", Order>>(true);
  const either = await select({ order }, expression<SelectOptions | undefined>());
  same<typeof either.arm, "order" | undefined>(true);
  const unset = await select({ order }, { timeout: undefined });
  same<typeof unset.arm, "order">(true);
  const tried = trySelect({ order }, { biased: true });
  same<typeof tried, Selected<"order", Order> | undefined>(true);
  // @ts-expect-error: an attempt has no timeout
  trySelect({ order }, { timeout: 5 });
}

/** The list form knows its names without help. */
export async function selectingFromList(): Promise<void> {
  const order = expression<Receiver<Order>>();
  const clone = expression<MpmcReceiver<string>>();
  const selected = await select([
    ["order", order],
    [7, clone],
    ["reply", expression<OneshotReceiver<boolean>>()],
  ]);
  same<typeof selected.arm, "order" | 7 | "reply">(true);
  if (selected.arm === "order") same<typeof selected.result, Result<Order, RecvError>>(true);
  if (selected.arm === 7) same<typeof selected.result, Result<string, RecvError>>(true);
  if (selected.arm === "reply") same<typeof selected.result, Result<boolean, RecvError>>(true);
  const timed = await select([["order", order]], { timeout: 5 });
  same<typeof timed.arm, "order" | undefined>(true);
  const tried = trySelect([["order", order]]);
  same<typeof tried, Selected<"order", Order> | undefined>(true);
  const many = await select(expression<[number, Receiver<Order>][]>());
  same<typeof many, Selected<number, Order>>(true);
  const record = await select(expression<Record<string, Receiver<Order>>>());
  same<typeof record, Selected<string, Order>>(true);
  same<SelectedOf<{ readonly order: Receiver<Order> }>, Selected<"order", Order>>(true);
  // @ts-expect-error: a sender is no arm
  select({ tx: expression<Sender<Order>>() });
  // @ts-expect-error: a list has pairs
  select([order]);
}

/** Several consumers, one value, and slots held. */
export async function otherEnds(): Promise<void> {
  const made = mpmc.channel<Order>();
  same<typeof made, [Sender<Order>, MpmcReceiver<Order>]>(true);
  const bounded = mpmc.syncChannel<Order>(1, { cooperative: false });
  same<typeof bounded, [SyncSender<Order>, MpmcReceiver<Order>]>(true);
  same<ReturnType<MpmcReceiver<Order>["clone"]>, MpmcReceiver<Order>>(true);
  expression<MpmcReceiver<Order>>() satisfies Receiver<Order>;
  // @ts-expect-error: the only consumer has no clone
  expression<Receiver<Order>>() satisfies MpmcReceiver<Order>;
  const [reply, replied] = oneshot<Order>();
  same<typeof reply, OneshotSender<Order>>(true);
  same<typeof replied, OneshotReceiver<Order>>(true);
  expression<Receiver<Order>>() satisfies OneshotReceiver<Order>;
  // @ts-expect-error: there is one sender
  reply.clone();
  // @ts-expect-error: there is one value
  for await (const _ of replied);
  const reserved = await expression<SyncSender<Order>>().reserve();
  same<typeof reserved, Result<Permit<Order>, SendError<undefined> | SendTimeoutError<undefined>>>(true);
  const sent = expression<Permit<Order>>().send(expression<UrgentOrder>());
  same<typeof sent, Result<void, SendError<UrgentOrder>>>(true);
  const many = expression<SyncSender<Order>>().tryReserveMany(2);
  same<typeof many, Result<Permits<Order>, TrySendError<undefined>>>(true);
  expression<Permit<Order>>() satisfies Permit<UrgentOrder>;
  // @ts-expect-error: an unbounded channel has no slots
  expression<Sender<Order>>().reserve();
}

/** Streams carry the type of their channel. */
export function streams(): void {
  const readable = toReadableStream(expression<Receiver<Order>>());
  same<typeof readable, ReadableStream<Order>>(true);
  const writable = toWritableStream(expression<Sender<Order>>());
  same<typeof writable, WritableStream<Order>>(true);
  toWritableStream(expression<SyncSender<Order>>()) satisfies WritableStream<Order>;
  // @ts-expect-error: a writable stream is not made of a receiver
  toWritableStream(expression<Receiver<Order>>());
}
