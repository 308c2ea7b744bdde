/** `effect`: the usual actor of it, a fiber that takes everything from its queue in a loop. Asks have no deadline. */
import { Effect, Fiber, Queue } from "effect";
import { turn } from "../../runner/clock.ts";
import type { Flood, Peer, Plan, Population } from "../plan.ts";
import { MESSAGES_PER_FORK } from "../plan.ts";

export const peer: Peer = { tell, selfTell, ask, ring, spawn, forkJoin, askActor, flood, populate };

interface Request {
  readonly value: number;
  readonly reply: (value: number) => void;
}

type Message = number | Request;

interface Actor<M> {
  tell(message: M): void;
  stop(): void;
}

/** Starts an actor: `handle` returns false to end it. */
function startActor<M>(handle: (message: M, actor: Actor<M>) => boolean): Actor<M> {
  const queue = Effect.runSync(Queue.unbounded<M>());
  const actor: Actor<M> = {
    tell: (message) => {
      Queue.offerUnsafe(queue, message);
    },
    stop: () => {
      Effect.runFork(Fiber.interrupt(fiber));
    },
  };
  const loop = Effect.gen(function* () {
    for (;;) {
      for (const message of yield* Queue.takeAll(queue)) if (!handle(message, actor)) return;
    }
  });
  const fiber = Effect.runFork(loop);
  return actor;
}

function startCounter(plan: Plan): Actor<Message> {
  let count = 0;
  return startActor((message) => {
    if (typeof message !== "number") message.reply(count);
    else {
      plan.handle(message);
      count++;
    }
    return true;
  });
}

function request(actor: Actor<Message> | Actor<Request>, value: number): Promise<number> {
  return new Promise((reply) => actor.tell({ value, reply }));
}

async function tell(plan: Plan): Promise<void> {
  const counter = startCounter(plan);
  for (let sent = 0; sent < plan.total; ) {
    for (const end = sent + plan.width; sent < end; sent++) counter.tell(sent);
    plan.reply(await request(counter, 0));
  }
  counter.stop();
}

function selfTell(plan: Plan): Promise<void> {
  return new Promise((done) => {
    const looping = startActor<number>((value, self) => {
      plan.handle(value);
      if (value + 1 < plan.total) self.tell(value + 1);
      else done();
      return value + 1 < plan.total;
    });
    looping.tell(0);
  });
}

function startIncrementing(): Actor<Request> {
  return startActor<Request>(({ value, reply }) => {
    reply(value + 1);
    return true;
  });
}

async function ask(plan: Plan): Promise<void> {
  const incrementing = startIncrementing();
  async function asker(first: number): Promise<void> {
    for (let value = first; value < plan.total; value += plan.width) plan.reply(await request(incrementing, value));
  }
  await Promise.all(Array.from({ length: plan.width }, (_, first) => asker(first)));
  incrementing.stop();
}

async function ring(plan: Plan): Promise<void> {
  const nodes: Actor<number>[] = [];
  await new Promise<void>((done) => {
    const finish = () => {
      plan.end();
      done();
    };
    for (let index = 0; index < plan.width; index++) {
      const next = (index + 1) % plan.width;
      const node = startActor<number>((hop) => {
        plan.handle(hop);
        if (hop + 1 < plan.total) nodes[next]!.tell(hop + 1);
        else finish();
        return true;
      });
      nodes.push(node);
    }
    plan.begin();
    nodes[0]!.tell(0);
  });
  for (const node of nodes) node.stop();
}

async function spawn(plan: Plan): Promise<void> {
  for (let value = 0; value < plan.total; ) {
    let left = plan.width;
    await new Promise<void>((resolve) => {
      for (const end = value + plan.width; value < end; value++) {
        const once = startActor<number>((given) => {
          plan.handle(given);
          if (--left === 0) resolve();
          return false;
        });
        once.tell(value);
      }
    });
  }
}

async function forkJoin(plan: Plan): Promise<void> {
  for (let first = 0; first < plan.total; first += plan.width) {
    let left = plan.width;
    await new Promise<void>((resolve) => {
      function startWorker(): Actor<number> {
        let messages = MESSAGES_PER_FORK;
        return startActor((value) => {
          plan.handle(value);
          if (--messages === 0 && --left === 0) resolve();
          return messages > 0;
        });
      }
      const workers = Array.from({ length: plan.width }, startWorker);
      for (let round = 0; round < MESSAGES_PER_FORK; round++) {
        for (const [index, worker] of workers.entries()) worker.tell(first + index);
      }
    });
  }
}

async function askActor(plan: Plan): Promise<void> {
  const incrementing = startIncrementing();
  const asking = Effect.gen(function* () {
    for (let value = 0; value < plan.total; value++) {
      plan.reply(yield* Effect.promise(() => request(incrementing, value)));
    }
  });
  await Effect.runPromise(asking);
  incrementing.stop();
}

const RESOLVED = Promise.resolve();

async function flood({ actors, isAsync, handle }: Flood): Promise<void> {
  const loop = (index: number) =>
    Effect.gen(function* () {
      const queue = yield* Queue.unbounded<number>();
      Queue.offerUnsafe(queue, 0);
      for (;;) {
        for (const value of yield* Queue.takeAll(queue)) {
          if (isAsync) yield* Effect.promise(() => RESOLVED);
          if (!handle(index, value)) return;
          Queue.offerUnsafe(queue, value + 1);
        }
      }
    });
  await Effect.runPromise(
    Effect.all(
      Array.from({ length: actors }, (_, index) => loop(index)),
      { concurrency: "unbounded" },
    ),
  );
}

async function populate(population: Population): Promise<void> {
  const { actors, messages } = population;
  const handle = () => {
    population.handle();
    return true;
  };
  const fibers = new Array<Actor<object>>(actors);
  const first = startActor<object>(handle);
  await turn();
  population.weigh("none");
  for (let index = 0; index < actors; index++) fibers[index] = startActor<object>(handle);
  await turn();
  await turn();
  population.weigh("idle");
  const message = {};
  for (const fiber of fibers) fiber.tell(message);
  await population.handled(actors);
  await turn();
  population.weigh("used");
  population.weigh("unqueued");
  for (let sent = 0; sent < messages; sent++) first.tell(message);
  population.weigh("queued");
  await population.handled(actors + messages);
  for (const fiber of [first, ...fibers]) fiber.stop();
}
