/** Ours, through the public API alone. */
import type { ChannelOptions, MpmcReceiver, Receiver, Result, Sender, SyncSender } from "@pneumatic/core";
import { channel, mpmc, oneshot, select, syncChannel, trySelect } from "@pneumatic/core";
import type { TryOps } from "../drivers.ts";
import { awaiting, produce, produceTrying, startSenders, trying } from "../drivers.ts";
import type { Peer, Plan, Run } from "../plan.ts";

type Received = Result<number, unknown>;

function receivedValue(received: Received): number {
  return received.ok ? received.value : Number.NaN;
}

function triedValue(received: Received): number | undefined {
  return received.ok ? received.value : undefined;
}

export function pneumatic(options: ChannelOptions | undefined): Peer {
  const bounded = boundedOps(options);
  const unbounded = { ...unboundedOps(options) };
  return {
    ...awaiting(bounded),
    ...trying(bounded),
    burst: trying(unbounded).burst,
    burstAwait: awaiting(unbounded).burstAwait,
    iterateReady: (plan) => iterateReady(unbounded, plan),
    drain: (plan) => drain(unbounded, plan),
    iterate: (plan) => iterate(bounded, plan),
    batches: (plan) => batches(bounded, plan),
    select: selecting(bounded),
    trySelect: trySelecting(bounded),
    share: sharing(options),
    once: onces(),
  };
}

type BoundedOps = TryOps<SyncSender<number>, Receiver<number>, Received>;
type UnboundedOps = TryOps<Sender<number>, Receiver<number>, Received>;

function boundedOps(options: ChannelOptions | undefined): BoundedOps {
  return {
    open: (capacity) => syncChannel<number>(capacity, options),
    send: (sender, value) => sender.send(value),
    receive: (receiver) => receiver.recv(),
    value: receivedValue,
    another: (sender) => sender.clone(),
    finishSender: (sender) => sender.drop(),
    finishReceiver: (receiver) => receiver.drop(),
    trySend: (sender, value) => sender.trySend(value).ok,
    tryReceive: (receiver) => triedValue(receiver.tryRecv()),
  };
}

function unboundedOps(options: ChannelOptions | undefined): UnboundedOps {
  return {
    open: () => channel<number>(options),
    send: (sender, value) => sender.send(value),
    receive: (receiver) => receiver.recv(),
    value: receivedValue,
    another: (sender) => sender.clone(),
    finishSender: (sender) => sender.drop(),
    finishReceiver: (receiver) => receiver.drop(),
    trySend: (sender, value) => sender.send(value).ok,
    tryReceive: (receiver) => triedValue(receiver.tryRecv()),
  };
}

/** A burst that is received as one array, as effect's `takeAll` does. */
function drain(ops: UnboundedOps, plan: Plan): void {
  const [sender, receiver] = ops.open(plan.capacity);
  for (let value = 0; value < plan.each; value++) sender.send(value);
  for (const value of receiver.drain()) plan.receive(value);
  sender.drop();
  receiver.drop();
}

/** A burst that is received through the iterator of what is there. */
function iterateReady(ops: UnboundedOps, plan: Plan): void {
  const [sender, receiver] = ops.open(plan.capacity);
  for (let value = 0; value < plan.each; value++) sender.send(value);
  for (const value of receiver.tryIter()) plan.receive(value);
  sender.drop();
  receiver.drop();
}

async function iterate(ops: BoundedOps, plan: Plan): Promise<void> {
  const [sender, receiver] = ops.open(plan.capacity);
  const tasks = startSenders(ops, sender, plan, (own, first) => produce(ops, own, first, plan));
  sender.drop();
  for await (const value of receiver) plan.receive(value);
  await Promise.all(tasks);
}

async function batches(ops: BoundedOps, plan: Plan): Promise<void> {
  const [sender, receiver] = ops.open(plan.capacity);
  const tasks = startSenders(ops, sender, plan, (own, first) => produceTrying(ops, own, first, plan));
  sender.drop();
  const batch: number[] = [];
  while ((await receiver.recvMany(batch, plan.capacity)) > 0) {
    for (const value of batch) plan.receive(value);
    batch.length = 0;
  }
  await Promise.all(tasks);
}

/** Four channels, each with a sender of its own that awaits. */
function openFour(ops: BoundedOps, plan: Plan) {
  const tasks: Promise<void>[] = [];
  const senders: SyncSender<number>[] = [];
  function open(): Receiver<number> {
    const [sender, receiver] = ops.open(plan.capacity);
    senders.push(sender); // dropped in the end: an arm that is disconnected is always ready
    tasks.push(produce(ops, sender, tasks.length, plan));
    return receiver;
  }
  const arms = { a: open(), b: open(), c: open(), d: open() };
  async function finish(): Promise<void> {
    await Promise.all(tasks);
    for (const sender of senders) sender.drop();
  }
  return { arms, finish };
}

function selecting(ops: BoundedOps): Run {
  return async (plan) => {
    const { arms, finish } = openFour(ops, plan);
    for (let left = plan.senders * plan.each; left > 0; left--)
      plan.receive(receivedValue((await select(arms)).result));
    await finish();
  };
}

function trySelecting(ops: BoundedOps): Run {
  return async (plan) => {
    const { arms, finish } = openFour(ops, plan);
    for (let left = plan.senders * plan.each; left > 0; left--) {
      plan.receive(receivedValue((trySelect(arms) ?? (await select(arms))).result));
    }
    await finish();
  };
}

function sharing(options: ChannelOptions | undefined): Run {
  return (plan) => {
    return awaiting<SyncSender<number>, MpmcReceiver<number>, Received>({
      open: (capacity) => mpmc.syncChannel<number>(capacity, options),
      send: (sender, value) => sender.send(value),
      receive: (receiver) => receiver.recv(),
      value: receivedValue,
      another: (sender) => sender.clone(),
      anotherReceiver: (receiver) => receiver.clone(),
      finishSender: (sender) => sender.drop(),
      finishReceiver: (receiver) => receiver.drop(),
    }).share(plan);
  };
}

function onces(): Run {
  return async (plan) => {
    for (let value = 0; value < plan.each; value++) {
      const [sender, receiver] = oneshot<number>();
      sender.send(value);
      plan.receive(receivedValue(await receiver.recv()));
    }
  };
}
