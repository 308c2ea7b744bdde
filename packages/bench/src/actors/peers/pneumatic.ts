/** Ours, through the public API alone. The log is silent: it is not what is measured. */
import type { Address, ProtocolOf } from "@pneumatic/actors";
import { ActorSystem, actor, implement } from "@pneumatic/actors";
import type { Peer, Plan } from "../plan.ts";
import { MESSAGES_PER_FORK } from "../plan.ts";
import { load } from "./pneumatic-load.ts";

export const peer: Peer = {
  tell,
  selfTell,
  ask,
  ring,
  spawn,
  forkJoin,
  askActor,
  restart,
  ...load,
};

/** A restart is never one too many, and never waits. */
const ANY_RESTARTS = { intensity: { restarts: Number.MAX_SAFE_INTEGER, withinMs: 0 } };

interface Job {
  readonly plan: Plan;
  done(): void;
}

interface Looping {
  next(payload: { value: number }): void;
}

interface Node {
  link(payload: { next: Address<Node> }): void;
  pass(payload: { hop: number }): void;
}

const counter = actor({
  state: ({ handle }: Plan) => ({ handle, count: 0 }),
  on: {
    add: ({ state }, { value }: { value: number }) => {
      state.handle(value);
      state.count++;
    },
    count: ({ state }) => state.count,
    increment: (_context, { value }: { value: number }) => value + 1,
  },
});

const looping = implement<Looping>()({
  state: (job: Job) => job,
  on: {
    next: ({ state, self }, { value }) => {
      state.plan.handle(value);
      if (value + 1 < state.plan.total) self.tell({ type: "next", value: value + 1 });
      else state.done();
    },
  },
});

const node = implement<Node>()({
  state: (job: Job): { readonly job: Job; next?: Address<Node> } => ({ job }),
  on: {
    link: (context, { next }) => {
      context.state.next = context.own(next);
    },
    pass: ({ state }, { hop }) => {
      state.job.plan.handle(hop);
      if (hop + 1 < state.job.plan.total) state.next?.tell({ type: "pass", hop: hop + 1 });
      else state.job.done();
    },
  },
});

const worker = actor({
  state: (job: Job) => ({ job, left: MESSAGES_PER_FORK }),
  on: {
    work: ({ state }, { value }: { value: number }) => {
      state.job.plan.handle(value);
      if (--state.left === 0) state.job.done();
    },
  },
});

const asking = actor({
  state: (given: { plan: Plan; server: Address<ProtocolOf<typeof counter>>; done(): void }) => given,
  on: {
    start: async ({ state: { plan, server, done } }) => {
      for (let value = 0; value < plan.total; value++) plan.reply(await server.ask({ type: "increment", value }));
      done();
    },
  },
});

const fragile = actor({
  state: (plan: Plan) => ({ plan, count: 0 }),
  on: {
    fail: () => {
      throw new Error("on purpose");
    },
    add: ({ state }, { value }: { value: number }) => {
      state.plan.handle(value);
      state.plan.reply(++state.count);
    },
    flush: () => true,
  },
});

function openSystem(): ActorSystem {
  return new ActorSystem({ logLevel: "silent" });
}

async function tell(plan: Plan): Promise<void> {
  await using system = openSystem();
  using address = system.spawn(counter, { args: plan });
  for (let sent = 0; sent < plan.total; ) {
    for (const end = sent + plan.width; sent < end; sent++) address.tell({ type: "add", value: sent });
    plan.reply(await address.ask({ type: "count" }));
  }
}

async function selfTell(plan: Plan): Promise<void> {
  await using system = openSystem();
  await new Promise<void>((done) => {
    system.own(system.spawn(looping, { args: { plan, done } })).tell({ type: "next", value: 0 });
  });
}

async function ask(plan: Plan): Promise<void> {
  await using system = openSystem();
  using address = system.spawn(counter, { args: plan });
  async function asker(first: number): Promise<void> {
    for (let value = first; value < plan.total; value += plan.width) {
      plan.reply(await address.ask({ type: "increment", value }));
    }
  }
  await Promise.all(Array.from({ length: plan.width }, (_, first) => asker(first)));
}

async function ring(plan: Plan): Promise<void> {
  await using system = openSystem();
  await new Promise<void>((resolve) => {
    const done = () => {
      plan.end();
      resolve();
    };
    const nodes = Array.from({ length: plan.width }, () => system.own(system.spawn(node, { args: { plan, done } })));
    for (const [index, address] of nodes.entries()) {
      address.tell({ type: "link", next: nodes[(index + 1) % nodes.length]!.clone() });
    }
    plan.begin();
    nodes[0]?.tell({ type: "pass", hop: 0 });
  });
}

async function spawn(plan: Plan): Promise<void> {
  await using system = openSystem();
  for (let value = 0; value < plan.total; ) {
    const exits: Promise<unknown>[] = [];
    for (const end = value + plan.width; value < end; value++) {
      using address = system.spawn(counter, { args: plan });
      address.tell({ type: "add", value });
      exits.push(address.exited);
    }
    await Promise.all(exits);
  }
}

async function forkJoin(plan: Plan): Promise<void> {
  await using system = openSystem();
  for (let first = 0; first < plan.total; first += plan.width) {
    await new Promise<void>((resolve) => {
      let left = plan.width;
      const done = () => (--left === 0 ? resolve() : undefined);
      const workers = Array.from({ length: plan.width }, () => system.spawn(worker, { args: { plan, done } }));
      for (let round = 0; round < MESSAGES_PER_FORK; round++) {
        for (const [index, address] of workers.entries()) address.tell({ type: "work", value: first + index });
      }
      for (const address of workers) address.drop();
    });
  }
}

async function askActor(plan: Plan): Promise<void> {
  await using system = openSystem();
  await new Promise<void>((done) => {
    const server = system.spawn(counter, { args: plan });
    using client = system.spawn(asking, { args: { plan, server, done } });
    client.tell({ type: "start" });
  });
}

async function restart(plan: Plan): Promise<void> {
  await using system = openSystem();
  using address = system.spawn(fragile, { args: plan, ...ANY_RESTARTS });
  for (let value = 0; value < plan.total; ) {
    for (const end = value + plan.width; value < end; value++) {
      address.tell({ type: "fail" });
      address.tell({ type: "add", value });
    }
    await address.ask({ type: "flush" });
  }
}
