/**
 * Worlds of actors that do what a number says: they tell, ask, send, sleep, spawn, stop, kill, panic, stash, watch, set timers
 * and use channels, with all kinds of mailboxes. What an actor does for a message follows from the message alone, so that two
 * runs of a world differ in nothing but their order. JavaScript, since it also runs in processes of its own.
 */
import { createHash } from "node:crypto";
import { bounded, child, implement, priority, retry, supervisor, unbounded } from "@pneumatic/actors";
import { explore } from "@pneumatic/actors/testing";
import { channel, oneshot, select, syncChannel } from "@pneumatic/core";

/** Integers below a bound, always the same for the same number. (A multiplicative hash; its quality matters little.) */
function diceOf(number) {
  let state = (number ^ 0x9e3779b9) >>> 0;
  return (bound) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % bound;
  };
}

const MAILBOXES = [
  () => unbounded(),
  () => unbounded(),
  () => bounded(2),
  () => bounded(0),
  () => bounded(1, { overflow: "reject" }),
  () => bounded(2, { overflow: "dropOldest" }),
  () => bounded(1, { overflow: "dropNewest" }),
  () => priority(({ id }) => id % 3),
];
const POISONS = ["drop", "drop", "quarantine", retry(2)];
const MOST_ACTIONS = 4;
const LONGEST_MS = 300;

/** Plays world `number` in a test system; `note` is told what happens. Resolves when enough has happened. */
export async function play(system, number, note = () => {}) {
  const world = {
    system,
    number,
    note: (what) => note(`${system.now} ${what}`),
    all: [],
    stashed: new Set(),
    channels: channelsOf(system),
  };
  const dice = diceOf(number);
  const group = supervisor({
    strategy: ["one_for_one", "one_for_all", "rest_for_one"][dice(3)],
    intensity: { restarts: 5, withinMs: 1000 },
    children: { first: child(walker(world)), second: child(walker(world), { poison: POISONS[dice(4)] }) },
  });
  const head = system.own(system.supervise(group, { name: "group" }));
  world.all.push(system.own(head.child("first")), system.own(head.child("second")));
  const routed = {
    size: { min: 1, max: 3 },
    strategy: ["round_robin", "random", "least_loaded"][dice(3)],
    name: "pool",
  };
  world.all.push(system.own(system.route(walker(world), routed)));
  for (let at = 0; at < 2 + dice(3); at++) {
    const life = {
      restart: ["permanent", "transient", "temporary"][dice(3)],
      mailbox: MAILBOXES[dice(MAILBOXES.length)](),
    };
    world.all.push(
      system.own(system.spawn(walker(world), { ...life, poison: POISONS[dice(4)], name: `walker-${at}` })),
    );
  }
  const asked = world.all.map(async (address, at) => {
    for (let round = 0; round < 3; round++) {
      address.tell({ type: "walk", id: number * 7919 + at * 31 + round, fuel: 3 });
      await said(world, `scenario ${at}`, () => address.ask({ type: "walk", id: number + at + round * 13, fuel: 2 }));
    }
  });
  await Promise.all(asked);
}

function channelsOf(system) {
  const [tx, rx] = channel();
  const [boundedTx, boundedRx] = syncChannel(1);
  for (const end of [tx, rx, boundedTx, boundedRx]) system.own(end);
  return { tx, rx, boundedTx, boundedRx };
}

function walker(world) {
  return implement()({
    name: "walker",
    state: (_, { path, generation }) => {
      world.note(`${path} starts as ${generation}`);
      return { handled: 0 };
    },
    started: async ({ sleep, path }) => {
      if (path.length % 2 === 0) await sleep(5);
    },
    on: {
      walk: (context, { id, fuel }) => walk(world, context, id, fuel),
      note: ({ path }, { what }) => world.note(`${path} notes ${what}`),
    },
    stopped: async ({ path, sleep }, { kind }) => {
      world.note(`${path} stops: ${kind}`);
      if (path.length % 3 === 0) await sleep(7).catch(() => {});
    },
  });
}

async function walk(world, context, id, fuel) {
  const dice = diceOf(world.number * 31337 + id);
  world.note(`${context.path} walks ${id}`);
  context.state.handled++;
  const actions = 1 + dice(MOST_ACTIONS);
  for (let at = 0; at < actions; at++) {
    const other = world.all[dice(world.all.length)];
    const next = { type: "walk", id: id * 3 + at, fuel: fuel - 1 };
    if (fuel > 0) await ACTIONS[dice(ACTIONS.length)](world, context, { other, next, dice });
  }
  world.note(`${context.path} walked ${id}`);
  return context.state.handled;
}

/** What came of it, as a note. */
async function said(world, who, work) {
  try {
    const result = await work();
    world.note(
      `${who} got ${typeof result === "object" ? JSON.stringify(result?.ok ?? result?.kind) : String(result)}`,
    );
  } catch (error) {
    world.note(`${who} got ${error.name}`);
  }
}

const ACTIONS = [
  (_world, _context, { other, next }) => other.tell(next),
  (_world, { self }, { next }) => self.tell(next),
  (world, { path }, { other, next }) => said(world, path, () => other.ask(next, { timeout: 200 })),
  (world, { path }, { other, next }) => said(world, path, () => other.ask(next)),
  (world, { path }, { other, next, dice }) =>
    said(world, path, () => Promise.resolve(other.send(next, { timeout: dice(LONGEST_MS) }))),
  (world, { path }, { other, next }) => said(world, path, () => other.trySend(next)),
  (_world, { sleep }, { dice }) => sleep(dice(LONGEST_MS)),
  (world, { path, sleep }, { dice }) =>
    said(world, path, async () => {
      const controller = new AbortController();
      const slept = sleep(LONGEST_MS, { signal: controller.signal });
      if (dice(2) === 0) controller.abort(new Error("enough"));
      await slept;
    }),
  async (world, context, { next }) => {
    const address = context.own(context.spawn(walker(world)));
    context.watch(address, ({ kind }) => ({ type: "note", what: kind }));
    address.tell(next);
  },
  (_world, context, { dice }) => dice(3) === 0 && context.stop(),
  (world, { path }, { other, dice }) => dice(2) === 0 && said(world, path, () => world.system.kill(other)),
  (world, { path }, { other, dice }) => dice(6) === 0 && said(world, path, () => void world.system.drain(other)),
  (_world, _context, { dice }) => {
    if (dice(2) === 0) throw new Error("planned");
  },
  (world, context, { next }) => {
    if (!world.stashed.has(next.id)) context.stash();
    world.stashed.add(next.id); // once, so that two do not set each other aside for ever
  },
  (_world, context) => context.unstashAll(),
  (_world, { timers }, { next, dice }) => timers.after("once", dice(LONGEST_MS), next),
  (_world, { timers }, { dice }) => timers.every("often", 50 + dice(LONGEST_MS), { type: "note", what: "tick" }),
  (_world, { timers }) => timers.cancel("often"),
  (_world, context, { dice, next }) => {
    context.pipeToSelf(
      context.sleep(dice(LONGEST_MS)),
      () => next,
      () => ({ type: "note", what: "failed" }),
    );
  },
  (world) => world.channels.tx.send(1),
  (world, { path }) => said(world, path, () => world.channels.boundedTx.send(2, { timeout: 40 })),
  (world, { path }) =>
    said(
      world,
      path,
      async () => (await select({ one: world.channels.rx, two: world.channels.boundedRx }, { timeout: 30 })).arm,
    ),
  (world, { path, sleep }) =>
    said(world, path, async () => {
      const [tx, rx] = oneshot();
      const woken = sleep(20).then(
        () => tx.send(1),
        () => tx.drop(),
      );
      const got = await rx.recv();
      await woken;
      return got;
    }),
  async () => {
    for (let turn = 0; turn < 40; turn++) await undefined;
  },
];

/**
 * What world `number` gives under `seed`, as one line: a digest of everything that happened, and how many steps that took.
 * `between` is called in the middle of things.
 */
export async function digestOf(number, seed, between = () => {}) {
  const hash = createHash("sha256");
  const note = (what) => {
    hash.update(`${what}\n`);
    between();
  };
  const { steps } = await explore((system) => play(system, number, note), { runs: 1, seed });
  return `${number} ${seed} ${hash.digest("hex").slice(0, 16)} ${steps}`;
}
