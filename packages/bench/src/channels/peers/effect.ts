/** `Queue` of `effect`, once with `take` and once with `takeAll`, which hands out everything that is there. */
import { Effect, Queue } from "effect";
import type { Peer, Plan } from "../plan.ts";

export const take: Peer = { flow: (plan) => flow(plan, consume), share, pingPong, pipeline, burstAwait };

export const takeAll: Peer = {
  flow: (plan) => flow(plan, consumeAll),
  batches: (plan) => flow(plan, consumeAll),
  burst,
};

type Numbers = Queue.Queue<number>;
type Task = Effect.Effect<void>;

function all(tasks: readonly Task[]): Task {
  return Effect.all(tasks, { concurrency: "unbounded", discard: true });
}

function produce(queue: Numbers, first: number, { senders, each }: Plan): Task {
  return Effect.gen(function* () {
    const end = first + senders * each;
    for (let value = first; value < end; value += senders) yield* Queue.offer(queue, value);
  });
}

function consume(queue: Numbers, count: number, plan: Plan): Task {
  return Effect.gen(function* () {
    for (let left = count; left > 0; left--) plan.receive(yield* Queue.take(queue));
  });
}

function consumeAll(queue: Numbers, count: number, plan: Plan): Task {
  return Effect.gen(function* () {
    for (let left = count; left > 0; ) {
      const values = yield* Queue.takeAll(queue);
      for (const value of values) plan.receive(value);
      left -= values.length;
    }
  });
}

function forward(input: Numbers, output: Numbers, count: number): Task {
  return Effect.gen(function* () {
    for (let left = count; left > 0; left--) yield* Queue.offer(output, yield* Queue.take(input));
  });
}

function flow(plan: Plan, receiving: typeof consume): Promise<void> {
  const program = Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(plan.capacity);
    const senders = Array.from({ length: plan.senders }, (_, first) => produce(queue, first, plan));
    yield* all([receiving(queue, plan.senders * plan.each, plan), ...senders]);
  });
  return Effect.runPromise(program);
}

function share(plan: Plan): Promise<void> {
  const program = Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(plan.capacity);
    const senders = Array.from({ length: plan.senders }, (_, first) => produce(queue, first, plan));
    const count = (plan.senders * plan.each) / plan.receivers;
    const receivers = Array.from({ length: plan.receivers }, () => consume(queue, count, plan));
    yield* all([...receivers, ...senders]);
  });
  return Effect.runPromise(program);
}

function burst(plan: Plan): void {
  const queue = Effect.runSync(Queue.unbounded<number>());
  for (let value = 0; value < plan.each; value++) Queue.offerUnsafe(queue, value);
  for (const value of Effect.runSync(Queue.takeAll(queue))) plan.receive(value);
}

function burstAwait(plan: Plan): Promise<void> {
  const queue = Effect.runSync(Queue.unbounded<number>());
  for (let value = 0; value < plan.each; value++) Queue.offerUnsafe(queue, value);
  return Effect.runPromise(consume(queue, plan.each, plan));
}

function pingPong(plan: Plan): Promise<void> {
  const program = Effect.gen(function* () {
    const there = yield* Queue.bounded<number>(plan.capacity);
    const back = yield* Queue.bounded<number>(plan.capacity);
    const player = Effect.gen(function* () {
      for (let value = 0; value < plan.each; value++) {
        yield* Queue.offer(there, value);
        plan.receive(yield* Queue.take(back));
      }
    });
    yield* all([forward(there, back, plan.each), player]);
  });
  return Effect.runPromise(program);
}

function pipeline(plan: Plan): Promise<void> {
  const program = Effect.gen(function* () {
    const first = yield* Queue.bounded<number>(plan.capacity);
    const tasks = [produce(first, 0, plan)];
    let input = first;
    for (let stage = 0; stage < plan.stages; stage++) {
      const output = yield* Queue.bounded<number>(plan.capacity);
      tasks.push(forward(input, output, plan.each));
      input = output;
    }
    yield* all([consume(input, plan.each, plan), ...tasks]);
  });
  return Effect.runPromise(program);
}
