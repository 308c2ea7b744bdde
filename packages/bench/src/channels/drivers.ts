/**
 * The loops that most adapters share. A library gives its operations as plain functions over its own objects, so that nothing
 * is wrapped: what `send` and `receive` return is awaited as it is, and `value` unpacks it.
 */
import type { Peer, Plan } from "./plan.ts";

export interface ChannelOps<S, R, V> {
  open(capacity: number): readonly [sender: S, receiver: R];
  send(sender: S, value: number): unknown;
  receive(receiver: R): Promise<V>;
  value(received: V): number;
  /** One more sender for another task, where senders are counted. */
  another?(sender: S): S;
  /** One more receiver for another task, where it takes one. */
  anotherReceiver?(receiver: R): R;
  finishSender?(sender: S): void;
  finishReceiver?(receiver: R): void;
}

export interface TryOps<S, R, V> extends ChannelOps<S, R, V> {
  /** Whether it was sent. */
  trySend(sender: S, value: number): boolean;
  /** Undefined when nothing is there. */
  tryReceive(receiver: R): number | undefined;
}

type Ways = Required<Pick<Peer, "flow" | "burstAwait" | "pingPong" | "pipeline" | "share" | "once">>;

/** Every way that takes no more than awaiting sends and receives. */
export function awaiting<S, R, V>(ops: ChannelOps<S, R, V>): Ways {
  return {
    flow: (plan) => flow(ops, plan),
    burstAwait: (plan) => burstAwait(ops, plan),
    pingPong: (plan) => pingPong(ops, plan),
    pipeline: (plan) => pipeline(ops, plan),
    share: (plan) => share(ops, plan),
    once: (plan) => once(ops, plan),
  };
}

/** The ways that do not await as long as they can help it. */
export function trying<S, R, V>(ops: TryOps<S, R, V>): Required<Pick<Peer, "tryFlow" | "burst">> {
  return { tryFlow: (plan) => tryFlow(ops, plan), burst: (plan) => burst(ops, plan) };
}

/** `for await` over a receiver that is left, rather than ended, after the last value. */
export function iterating<S, R extends AsyncIterable<number>, V>(
  ops: ChannelOps<S, R, V>,
): Required<Pick<Peer, "iterate">> {
  return { iterate: (plan) => iterate(ops, plan) };
}

/** Sends everything of one sender, awaiting each send. */
export async function produce<S>(
  ops: { send(sender: S, value: number): unknown },
  sender: S,
  first: number,
  { senders, each }: Plan,
): Promise<void> {
  const end = first + senders * each;
  for (let value = first; value < end; value += senders) await ops.send(sender, value);
}

/** Sends everything of one sender, awaiting only when the channel is full. */
export async function produceTrying<S>(
  ops: { send(sender: S, value: number): unknown; trySend(sender: S, value: number): boolean },
  sender: S,
  first: number,
  { senders, each }: Plan,
): Promise<void> {
  const end = first + senders * each;
  for (let value = first; value < end; value += senders) {
    if (!ops.trySend(sender, value)) await ops.send(sender, value);
  }
}

/** Starts every sender of a plan on one channel, each with a handle of its own, given up when it is done. */
export function startSenders<S>(
  ops: { another?(sender: S): S; finishSender?(sender: S): void },
  sender: S,
  plan: Plan,
  sending: (sender: S, first: number) => Promise<void>,
): Promise<void>[] {
  const tasks: Promise<void>[] = [];
  for (let first = 0; first < plan.senders; first++) {
    const own = ops.another?.(sender) ?? sender;
    const task = sending(own, first);
    tasks.push(ops.another === undefined ? task : task.then(() => ops.finishSender?.(own)));
  }
  return tasks;
}

async function consume<S, R, V>(ops: ChannelOps<S, R, V>, receiver: R, count: number, plan: Plan): Promise<void> {
  for (let left = count; left > 0; left--) plan.receive(ops.value(await ops.receive(receiver)));
}

async function flow<S, R, V>(ops: ChannelOps<S, R, V>, plan: Plan): Promise<void> {
  const [sender, receiver] = ops.open(plan.capacity);
  const tasks = startSenders(ops, sender, plan, (own, first) => produce(ops, own, first, plan));
  await Promise.all([consume(ops, receiver, plan.senders * plan.each, plan), ...tasks]);
  ops.finishSender?.(sender);
  ops.finishReceiver?.(receiver);
}

async function iterate<S, R extends AsyncIterable<number>, V>(ops: ChannelOps<S, R, V>, plan: Plan): Promise<void> {
  const [sender, receiver] = ops.open(plan.capacity);
  const tasks = startSenders(ops, sender, plan, (own, first) => produce(ops, own, first, plan));
  let left = plan.senders * plan.each;
  for await (const value of receiver) {
    plan.receive(value);
    if (--left === 0) break;
  }
  await Promise.all(tasks);
}

async function tryFlow<S, R, V>(ops: TryOps<S, R, V>, plan: Plan): Promise<void> {
  const [sender, receiver] = ops.open(plan.capacity);
  const tasks = startSenders(ops, sender, plan, (own, first) => produceTrying(ops, own, first, plan));
  await Promise.all([consumeTrying(ops, receiver, plan.senders * plan.each, plan), ...tasks]);
  ops.finishSender?.(sender);
  ops.finishReceiver?.(receiver);
}

async function consumeTrying<S, R, V>(ops: TryOps<S, R, V>, receiver: R, count: number, plan: Plan): Promise<void> {
  for (let left = count; left > 0; left--) {
    plan.receive(ops.tryReceive(receiver) ?? ops.value(await ops.receive(receiver)));
  }
}

function burst<S, R, V>(ops: TryOps<S, R, V>, plan: Plan): void {
  const [sender, receiver] = ops.open(plan.capacity);
  for (let value = 0; value < plan.each; value++) ops.trySend(sender, value);
  for (let value = ops.tryReceive(receiver); value !== undefined; value = ops.tryReceive(receiver)) plan.receive(value);
  ops.finishSender?.(sender);
  ops.finishReceiver?.(receiver);
}

async function burstAwait<S, R, V>(ops: ChannelOps<S, R, V>, plan: Plan): Promise<void> {
  const [sender, receiver] = ops.open(plan.capacity);
  for (let value = 0; value < plan.each; value++) ops.send(sender, value);
  await consume(ops, receiver, plan.each, plan);
  ops.finishSender?.(sender);
  ops.finishReceiver?.(receiver);
}

async function pingPong<S, R, V>(ops: ChannelOps<S, R, V>, plan: Plan): Promise<void> {
  const [there, here] = ops.open(plan.capacity);
  const [back, home] = ops.open(plan.capacity);
  async function echo(): Promise<void> {
    for (let left = plan.each; left > 0; left--) await ops.send(back, ops.value(await ops.receive(here)));
  }
  const echoing = echo();
  for (let value = 0; value < plan.each; value++) {
    await ops.send(there, value);
    plan.receive(ops.value(await ops.receive(home)));
  }
  await echoing;
  for (const sender of [there, back]) ops.finishSender?.(sender);
  for (const receiver of [here, home]) ops.finishReceiver?.(receiver);
}

async function pipeline<S, R, V>(ops: ChannelOps<S, R, V>, plan: Plan): Promise<void> {
  const [first, start] = ops.open(plan.capacity);
  const ends: (readonly [S, R])[] = [[first, start]];
  const tasks = [produce(ops, first, 0, plan)];
  let input = start;
  for (let stage = 0; stage < plan.stages; stage++) {
    const [output, next] = ops.open(plan.capacity);
    ends.push([output, next]);
    tasks.push(forward(ops, input, output, plan.each));
    input = next;
  }
  await Promise.all([consume(ops, input, plan.each, plan), ...tasks]);
  for (const [sender, receiver] of ends) {
    ops.finishSender?.(sender);
    ops.finishReceiver?.(receiver);
  }
}

async function forward<S, R, V>(ops: ChannelOps<S, R, V>, input: R, output: S, count: number): Promise<void> {
  for (let left = count; left > 0; left--) await ops.send(output, ops.value(await ops.receive(input)));
}

async function share<S, R, V>(ops: ChannelOps<S, R, V>, plan: Plan): Promise<void> {
  const [sender, receiver] = ops.open(plan.capacity);
  const tasks = startSenders(ops, sender, plan, (own, first) => produce(ops, own, first, plan));
  const receivers = [receiver];
  while (receivers.length < plan.receivers) receivers.push(ops.anotherReceiver?.(receiver) ?? receiver);
  const count = (plan.senders * plan.each) / plan.receivers;
  await Promise.all([...receivers.map((own) => consume(ops, own, count, plan)), ...tasks]);
  ops.finishSender?.(sender);
  for (const own of new Set(receivers)) ops.finishReceiver?.(own);
}

async function once<S, R, V>(ops: ChannelOps<S, R, V>, plan: Plan): Promise<void> {
  for (let value = 0; value < plan.each; value++) {
    const [sender, receiver] = ops.open(1);
    ops.send(sender, value);
    plan.receive(ops.value(await ops.receive(receiver)));
    ops.finishSender?.(sender);
    ops.finishReceiver?.(receiver);
  }
}
