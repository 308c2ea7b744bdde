/** Lifetimes under every order: an actor lives exactly as long as somebody has a strong address of it. */
import type { Address, ExitReason } from "@pneumatic/actors";
import { bounded, implement, registryKey, topic } from "@pneumatic/actors";
import type { Chance } from "../support/chance.ts";
import { explored, must, outcomeOf, pause, Scripts, same } from "../support/explored.ts";
import { numbers } from "../support/sequence.ts";

const OFTEN = { intensity: { restarts: 1000, withinMs: 1 }, backoff: { initialMs: 0 } } as const;
const BAD = new Error("bad");

interface Sink {
  put(payload: { n: number; slow: boolean }): void | Promise<void>;
}

explored(
  "an actor whose last address is dropped handles what is queued, waiting or stashed by then, and ends",
  async (system, chance) => {
    const handled: number[] = [];
    const capacity = chance.of(0, 1, 3, Number.POSITIVE_INFINITY);
    const sink = implement<Sink>()({
      state: () => (chance.oneIn(2) ? pause(5) : undefined),
      on: {
        put: async ({ sleep }, { n, slow }) => {
          if (slow) await sleep(chance.below(5));
          handled.push(n);
        },
      },
    });
    using scripts = new Scripts(system);
    const first = system.spawn(sink, Number.isFinite(capacity) ? { mailbox: bounded(capacity) } : {});
    const sent: number[] = [];
    const settled: Promise<unknown>[] = [];
    const clones = [first, first.clone(), first.clone()];
    const weak = first.downgrade();
    const exited = outcomeOf(weak.exited);
    const program = (at: number) =>
      numbers(6).map((step) => () => {
        const n = 100 * at + step;
        const mine = clones[at] as Address<Sink>;
        sent.push(n);
        settled.push(
          mine.send({ type: "put", n, slow: chance.oneIn(3) }).then(({ ok }) => must(ok, `${n} was refused`)),
        );
        if (step === 5) mine.drop();
        else same("exit", exited.value, "pending");
      });
    await scripts.perform(program(0), program(1), program(2));
    await pause(1000);
    await Promise.all(settled);
    same(
      "handled",
      [...handled].sort((a, b) => a - b),
      [...sent].sort((a, b) => a - b),
    );
    for (const at of [0, 1, 2]) {
      const own = handled.filter((n) => Math.floor(n / 100) === at);
      same(
        "order",
        own,
        [...own].sort((a, b) => a - b),
      );
    }
    same("exit", exited.value, "normal");
    same("refused", weak.trySend({ type: "put", n: 0, slow: false }).ok, false);
  },
);

interface Carrier {
  carry(payload: { cargo: Address<Cargo>; hops: number }): void | Promise<void>;
  fail(): void;
}
interface Cargo {
  touch(): number;
}

explored(
  "an address that is passed on in messages keeps its actor alive until it is dropped, wherever it is by then",
  async (system, chance) => {
    let touched = 0;
    const cargoEnds: string[] = [];
    const cargo = implement<Cargo>()({
      on: { touch: () => ++touched },
      stopped: (_, { kind }) => void cargoEnds.push(kind),
    });
    const carriers: Address<Carrier>[] = [];
    let lives = true;
    const carrier = implement<Carrier>()({
      on: {
        carry: async ({ own, sleep }, { cargo, hops }) => {
          if (!lives) throw new Error("unreachable");
          if (chance.oneIn(3)) await sleep(chance.below(5));
          await cargo.ask({ type: "touch" });
          if (hops === 0) cargo.drop();
          else if (chance.oneIn(4)) own(cargo);
          else any(chance, carriers).tell({ type: "carry", cargo, hops: hops - 1 });
        },
        fail: () => {
          throw BAD;
        },
      },
    });
    using scripts = new Scripts(system);
    for (const [n] of numbers(3).entries()) carriers.push(system.spawn(carrier, { ...OFTEN, name: `carrier-${n}` }));
    const cargos = chance.times(3, () => system.spawn(cargo));
    const exits = cargos.map(({ exited }) => outcomeOf(exited));
    await scripts.perform(
      cargos.map((each) => () => any(chance, carriers).tell({ type: "carry", cargo: each, hops: chance.below(6) })),
      numbers(3).map(() => async ({ sleep }) => {
        await sleep(chance.below(15));
        any(chance, carriers).tell({ type: "fail" });
      }),
    );
    await pause(1000);
    lives = false;
    for (const each of carriers) each.drop();
    await pause(100);
    same(
      "exits",
      exits.map(({ value }) => value),
      ["normal", "normal", "normal"],
    );
    same("ends", cargoEnds, ["normal", "normal", "normal"]);
  },
);

explored(
  "what nobody will handle drops the addresses in it, at the latest when its letter is forgotten",
  async (system, chance) => {
    const hold = implement<{ take(payload: { cargo: Address<Cargo> }): Promise<void> }>()({
      on: {
        take: async ({ sleep }, { cargo }) => {
          using _ = cargo;
          await sleep(5); // or until the caller gives up
        },
      },
    });
    const cargo = implement<Cargo>()({ on: { touch: () => 0 } });
    const target = system.spawn(hold, {
      mailbox: bounded(2, { overflow: chance.of("dropOldest", "dropNewest", "reject") }),
    });
    const cargos = chance.times(6, () => system.spawn(cargo));
    const exits = cargos.map(({ exited }) => outcomeOf(exited));
    for (const each of cargos) {
      const before = system.ledger(target).accepted;
      const message = { type: "take", cargo: each } as const;
      if (chance.oneIn(2)) void target.ask(message, { timeout: chance.of(1, 3, 100) }).catch(() => {});
      else target.tell(message);
      if (system.ledger(target).accepted === before) each.drop(); // what was refused is the caller's still
      if (chance.oneIn(3)) await pause(1);
    }
    await pause(chance.below(20));
    void system[chance.of("stop", "drain")](target);
    await pause(1000);
    target.drop();
    same(
      "exits",
      exits.map(({ value }) => value),
      exits.map(() => "normal"),
    );
  },
  { deadLetters: { keep: 0 } },
);

explored(
  "roots end one after the other in reverse order, so that each can use those before it to the end",
  async (system, chance) => {
    interface Root {
      reply(): string;
      work(): Promise<void>;
    }
    const ends: string[] = [];
    const replies: unknown[] = [];
    const root = implement<Root>()({
      state: (before: Address<Root> | undefined) => ({ before }),
      on: {
        reply: ({ path }) => path,
        work: async ({ sleep, state }) => {
          await sleep(chance.below(10));
          if (state.before !== undefined) replies.push(await state.before.ask({ type: "reply" }));
        },
      },
      stopped: async ({ path }) => {
        await pause(chance.below(10));
        ends.push(path);
      },
    });
    let last: Address<Root> | undefined;
    for (const name of ["a", "b", "c"]) {
      last = system.own(system.spawn(root, { name, args: last?.clone() }));
      for (let n = 0; n < 3; n++) last.tell({ type: "work" });
    }
    await pause(1 + chance.below(30));
    await system.shutdown();
    same("ends", ends, ["/c", "/b", "/a"]);
    same("replies", replies.length, 2 * 3);
  },
);

explored("an actor that nobody can reach is not restarted, nor waits for it", async (system, chance) => {
  const starts: number[] = [];
  let lastAt = 0;
  let begun = 0;
  const doomed = implement<Doomed>()({
    state: () => void starts.push(system.now),
    on: {
      act: ({ stop }, { how }) => {
        begun++;
        lastAt = system.now;
        if (how === "fail") throw BAD;
        if (how === "stop") stop();
      },
    },
  });
  using scripts = new Scripts(system);
  const backoff = { initialMs: 100, jitter: 0 };
  const intensity = { restarts: 100, withinMs: 10_000 };
  const address = system.spawn(doomed, { backoff, intensity, restart: "permanent" });
  const weak = address.downgrade();
  let endedAt = -1;
  void address.exited.then(() => {
    endedAt = system.now;
  });
  let isKilled = false;
  let droppedAt = 0;
  const count = 1 + chance.below(4);
  await scripts.perform(
    [
      ...numbers(count).map(() => async () => {
        address.tell({ type: "act", how: chance.of("fail", "stop", "nothing") });
        if (chance.oneIn(2)) await pause(chance.of(1, 50));
      }),
      () => {
        address.drop();
        droppedAt = system.now;
      },
    ],
    chance.times(chance.below(2), () => async () => {
      await pause(chance.below(50));
      isKilled = true;
      void system.kill(weak);
    }),
  );
  await pause(100_000);
  same("begun", begun, count);
  same("ended at", endedAt, Math.max(droppedAt, lastAt));
  must(
    starts.every((at) => at <= endedAt),
    () => `It starts at ${starts}, but has ended at ${endedAt}`,
  );
  must(isKilled || starts.length <= count + 1, `${starts.length} starts`);
});

interface Owner {
  take(payload: { cargo: Address<Cargo> }): void;
  act(payload: { how: "fail" | "stop" | "nothing" }): void;
}

explored(
  "an incarnation ends its children, then its hook runs, then what it owns is dropped",
  async (system, chance) => {
    const broken: string[] = [];
    let isKilled = false; // which waits for no hook
    const alive = new Set<string>();
    const owned = new Map<number, string[]>();
    const cargo = implement<Cargo>()({
      state: (_: undefined, { path }) => void alive.add(path),
      on: { touch: () => 0 },
      stopped: ({ path }) => void alive.delete(path),
    });
    const owner = implement<Owner>()({
      state: (_: undefined, { spawn }) => system.own(spawn(cargo)).path,
      on: {
        take: ({ own, generation }, { cargo }) => {
          own(cargo);
          owned.set(generation, [...(owned.get(generation) ?? []), cargo.path]);
        },
        act: ({ stop }, { how }) => {
          if (how === "fail") throw BAD;
          if (how === "stop") stop();
        },
      },
      stopped: async ({ generation, state }) => {
        if (alive.has(state)) broken.push(`${state} lives when the hook of its parent runs`);
        await pause(chance.below(3));
        for (const path of owned.get(generation) ?? []) {
          if (!alive.has(path) && !isKilled) broken.push(`${path} ended before the hook of its owner`);
        }
      },
    });
    using scripts = new Scripts(system);
    using address = system.spawn(owner, { ...OFTEN, restart: "permanent", name: "owner" });
    await address.started;
    const cargos = chance.times(6, () => system.spawn(cargo));
    await Promise.all(cargos.map(({ started }) => started));
    await scripts.perform(
      cargos.map((each) => () => address.tell({ type: "take", cargo: each })),
      numbers(4).map(() => () => address.tell({ type: "act", how: chance.of("fail", "stop", "nothing") })),
      chance.times(chance.below(3), () => () => {
        isKilled = true;
        void system.kill(address);
      }),
    );
    if (chance.oneIn(3)) {
      isKilled = true;
      void system.kill(address);
    }
    await pause(1000);
    same("broken", broken, []);
    const { actors } = await system.inspect();
    const [one] = actors.filter(({ path }) => path === "/owner");
    same("children", one?.children.length, 1);
    const kept = owned.get(one?.generation ?? 0) ?? [];
    same("alive", [...alive].filter((path) => !path.startsWith("/owner/")).sort(), [...kept].sort());
    await system.stop(address);
    await pause(10);
    same("living", (await system.inspect()).living, 3); // the scripts
  },
);

explored(
  "the addresses in args are the actor's for its whole life, over restarts, and a chain of them ends in order",
  async (system, chance) => {
    const ends: string[] = [];
    interface Link {
      reach(payload: { depth: number }): Promise<number>;
      fail(): void;
    }
    const link = implement<Link>()({
      state: (next: Address<Link> | undefined) => {
        if (chance.oneIn(4)) return pause(2).then(() => ({ next }));
        return { next };
      },
      on: {
        reach: async ({ state }, { depth }) =>
          state.next === undefined ? depth : state.next.ask({ type: "reach", depth: depth + 1 }),
        fail: () => {
          throw BAD;
        },
      },
      stopped: async ({ path }, { kind }) => {
        if (chance.oneIn(2)) await pause(chance.below(4));
        if (kind === "normal") ends.push(path);
      },
    });
    const names = ["d", "c", "b", "a"];
    let next: Address<Link> | undefined;
    const all: Address<Link>[] = [];
    for (const name of names) {
      next = system.spawn(link, { ...OFTEN, name, args: next });
      all.push(next.clone());
    }
    const exits = all.map(({ exited }) => outcomeOf(exited));
    using scripts = new Scripts(system);
    const last = next as Address<Link>;
    const reached: number[] = [];
    await scripts.perform(
      chance.times(5, () => async ({ sleep }) => {
        await sleep(chance.below(5));
        const one = any(chance, all);
        if (chance.oneIn(2)) one.tell({ type: "fail" });
        else void system.kill(one);
      }),
      chance.times(3, () => async ({ sleep }) => {
        await sleep(chance.below(10));
        await last.ask({ type: "reach", depth: 0 }).then(
          (depth) => reached.push(depth),
          () => {},
        );
      }),
    );
    for (const each of all) each.drop();
    await pause(10);
    same(
      "alive",
      exits.map(({ value }) => value),
      names.map(() => "pending"),
    );
    same("reached", await last.ask({ type: "reach", depth: 0 }), 3);
    must(
      reached.every((depth) => depth === 3),
      "one did not reach the end",
    );
    last.drop();
    await pause(100);
    same("ends", ends, ["/a", "/b", "/c", "/d"]);
    same(
      "exits",
      exits.map(({ value }) => value),
      names.map(() => "normal"),
    );
  },
);

interface Watcher {
  look(payload: { at: number }): void;
  gone(payload: { at: number; why: string; generation: number }): void;
  fail(): void;
}
interface Doomed {
  act(payload: { how: "fail" | "stop" | "nothing" }): void;
}

explored(
  "whoever watches is told of an end exactly once, with its reason, and of no restart",
  async (system, chance) => {
    const doomed = implement<Doomed>()({
      on: {
        act: ({ stop }, { how }) => {
          if (how === "fail") throw BAD;
          if (how === "stop") stop();
        },
      },
    });
    const targets = chance.times(3, () =>
      system.spawn(doomed, { ...OFTEN, restart: chance.of("transient", "temporary") }),
    );
    const reasons: (ExitReason | undefined)[] = [];
    for (const [at, { exited }] of targets.entries())
      void exited.then((reason) => {
        must(reasons[at] === undefined, "two ends");
        reasons[at] = reason;
      });
    /** By watcher and generation: what is watched, without what was given up. */
    const watched = new Map<string, number[]>();
    const told = new Map<string, string[]>();
    const put = <T>(map: Map<string, T[]>, key: string, value: T) =>
      void map.set(key, [...(map.get(key) ?? []), value]);
    const watcher = implement<Watcher>()({
      on: {
        look: ({ watch, path, generation }, { at }) => {
          const watching = watch(targets[at] as Address<Doomed>, ({ kind }) => ({
            type: "gone",
            at,
            why: kind,
            generation,
          }));
          if (chance.oneIn(5) && reasons[at] === undefined && (targets[at] as Address<Doomed>).isDisconnected === false)
            watching[Symbol.dispose]();
          else put(watched, `${path} ${generation}`, at);
        },
        gone: ({ path }, { at, why, generation: of }) => {
          put(told, `${path} ${of}`, `${at} ${why}`);
        },
        fail: () => {
          throw BAD;
        },
      },
    });
    using scripts = new Scripts(system);
    const watchers = ["w0", "w1"].map((name) =>
      system.spawn(watcher, {
        ...OFTEN,
        name,
        mailbox: bounded(3, { overflow: chance.of("wait", "dropOldest", "dropNewest") }),
      }),
    );
    await scripts.perform(
      numbers(8).map(() => () => any(chance, watchers).send({ type: "look", at: chance.below(3) })),
      numbers(8).map(() => async ({ sleep }) => {
        if (chance.oneIn(4)) await sleep(1);
        any(chance, targets).tell({ type: "act", how: chance.of("fail", "stop", "nothing") });
      }),
      chance.times(chance.below(3), () => () => any(chance, watchers).send({ type: "fail" })),
    );
    await pause(10);
    for (const each of targets) if (chance.oneIn(2)) void system.kill(each, { restart: false });
    await pause(10);
    const generations = new Map((await system.inspect()).actors.map(({ path, generation }) => [path, generation]));
    for (const [key, ats] of watched) {
      const [path, generation] = key.split(" ") as [string, string];
      const isLast = generations.get(path) === Number(generation);
      const wanted = ats
        .filter((at) => reasons[at] !== undefined)
        .map((at) => `${at} ${reasons[at]?.kind}`)
        .sort();
      const found = [...(told.get(key) ?? [])].sort();
      if (isLast) same(`told ${key}`, found, wanted);
      else
        for (const each of new Set(found))
          must(
            found.filter((one) => one === each).length <= wanted.filter((one) => one === each).length,
            `${key} was told too often: ${found}`,
          );
    }
    for (const key of told.keys()) must(watched.has(key), `${key} was told of what it did not watch`);
    for (const each of [...targets, ...watchers]) each.drop();
  },
);

const KEY = registryKey<Doomed>("the one");
const NEWS = topic<{ type: "act"; how: "nothing" | "fail" | "stop" }>("news");

explored("registry and topics keep nobody alive, and forget who has ended, and only then", async (system, chance) => {
  let handled = 0;
  const doomed = implement<Doomed>()({
    on: {
      act: ({ stop }, { how }) => {
        handled++;
        if (how === "fail") throw BAD;
        if (how === "stop") stop();
      },
    },
  });
  using scripts = new Scripts(system);
  const registered = system.spawn(doomed, OFTEN);
  system.registry.register(KEY, registered);
  const subscribers = chance.times(3, () => system.spawn(doomed, { ...OFTEN, restart: "permanent" }));
  for (const each of subscribers) system.topics.subscribe(NEWS, each);
  const dropped = new Set<number>();
  let published = 0;
  const exits = [registered, ...subscribers].map(({ exited }) => outcomeOf(exited));
  await scripts.perform(
    numbers(5).map(() => async ({ sleep }) => {
      const reached = system.topics.publish(NEWS, { type: "act", how: chance.of("nothing", "fail", "stop") });
      same("reached", reached, 3 - dropped.size);
      published += reached;
      await sleep(chance.below(3));
    }),
    numbers(4).map((n) => async ({ sleep }) => {
      await sleep(chance.below(4));
      if (n === 3) registered.drop();
      else if (chance.oneIn(2)) {
        subscribers[n]?.drop();
        dropped.add(n);
      }
    }),
    numbers(4).map(() => async ({ sleep }) => {
      const found = system.registry.lookup(KEY);
      if (exits[0]?.value === "normal") must(found === undefined, "found after its end");
      found?.tell({ type: "act", how: "fail" });
      if (found !== undefined) published++;
      await sleep(chance.below(3));
    }),
  );
  await pause(100);
  same("forgotten", system.registry.lookup(KEY), undefined);
  const ended = (value: string) => (value === "panicked" ? "normal" : value); // on its last message
  same(
    "exits",
    exits.map(({ value }) => ended(value)),
    ["normal", ...numbers(3).map((n) => (dropped.has(n) ? "normal" : "pending"))],
  );
  const { draining = 0, stopped = 0 } = system.ledger().deadLettered;
  same("handled", handled + draining + stopped, published);
  const next = system.spawn(doomed);
  system.registry.register(KEY, next);
  for (const each of [next, ...subscribers.filter((_, n) => !dropped.has(n))]) each.drop();
});

explored("a cycle that is broken by a weak address ends with its last strong one", async (system, chance) => {
  interface Parent {
    hello(): void;
  }
  const childOf = implement<Parent>()({
    state: (parent: ReturnType<Address<Parent>["downgrade"]>) => ({ parent }),
    started: ({ state }) => state.parent.tell({ type: "hello" }),
    on: { hello: ({ state }) => state.parent.tell({ type: "hello" }) },
  });
  let hellos = 0;
  const parent = implement<Parent>()({
    state: (_: undefined, { self, spawn, own }) => {
      own(spawn(childOf, { args: self }));
      return chance.oneIn(2) ? pause(3) : undefined;
    },
    on: { hello: () => void hellos++ },
  });
  const address = system.spawn(parent, OFTEN);
  const exited = outcomeOf(address.exited);
  if (chance.oneIn(2)) await pause(1);
  if (chance.oneIn(2)) void system.kill(address);
  if (chance.oneIn(2)) await pause(10);
  same("exit", exited.value, "pending");
  address.drop();
  await pause(100);
  must(exited.value === "normal" || exited.value === "killed", exited.value);
  same("living", (await system.inspect()).living, 0);
});

function any<T>(chance: Chance, from: readonly T[]): T {
  return from[chance.below(from.length)] as T;
}
