/** Random trees of supervisors under random failures, ends, starts and delays: what always holds, and that all of it ends. */
import type { Address, AnyAddress, SupervisorAddress } from "@pneumatic/actors";
import { DuplicateNameError, SpawnRefusedError } from "@pneumatic/actors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isPending } from "../../support/pending.ts";
import { scaled } from "../../support/scale.ts";
import type { GroupPlan, LeafPlan } from "../../support/supervised-world.ts";
import { idAt, SupervisedWorld } from "../../support/supervised-world.ts";
import { quiet, TestSystem, unaccounted } from "../../support/test-system.ts";

const { PNEUMATIC_RUNS, PNEUMATIC_SEED } = process.env;
const RUNS = Number(PNEUMATIC_RUNS ?? scaled(150, 10_000));
const LONGER_THAN_A_SHUTDOWN_MS = 10_000;

const leaf: fc.Arbitrary<LeafPlan> = fc.record({
  restart: fc.constantFrom("permanent" as const, "permanent" as const, "transient" as const, "temporary" as const),
  retries: fc.boolean(),
  backoff: fc.boolean(),
  slowStart: fc.constantFrom(false, false, false, true),
});

function group(depth: number): fc.Arbitrary<GroupPlan> {
  const below: fc.Arbitrary<LeafPlan | GroupPlan> = depth > 1 ? fc.oneof(leaf, group(depth - 1)) : leaf;
  return fc.record({
    strategy: fc.constantFrom("one_for_one" as const, "one_for_all" as const, "rest_for_one" as const),
    restarts: fc.constantFrom(0, 1, 100, 100),
    children: fc.array(below, { minLength: 1, maxLength: 3 }),
  });
}

const who = fc.nat(30);
const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("tell" as const),
      who,
      what: fc.constantFrom(
        "put" as const,
        "put" as const,
        "fail" as const,
        "fail" as const,
        "failLater" as const,
        "end" as const,
        "hold" as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("kill" as const), who, restart: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("terminate" as const, "terminate" as const, "stop" as const, "drain" as const),
      who,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("startChild" as const), who, at: fc.nat(4), leaf }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("mood" as const),
      who,
      failing: fc.nat(2),
      slowStart: fc.boolean(),
      slowStop: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("open" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(1, 10, 20, 100) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("endTop" as const),
      by: fc.constantFrom("drop" as const, "kill" as const, "stop" as const, "drain" as const),
    }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
/** What runs between two commands: so many microtasks, or all there is to do. */
const pause = fc.oneof(fc.nat(12), fc.constant("quiet" as const));

type Actor = Address<{ [K in "put" | "fail" | "failLater" | "end" | "hold"]: (m: { n: number }) => void }>;

/** The tree as a test reaches it: the newest handle of each child by its path. */
class Driver {
  readonly world = new SupervisedWorld();
  readonly system = new TestSystem();
  readonly top: SupervisorAddress;
  readonly #groups = new Map<string, SupervisorAddress>();
  readonly #actors = new Map<string, Actor>();
  readonly handles: (AnyAddress & Disposable)[] = [];
  readonly #terminated: Promise<unknown>[] = [];
  #dropped = false;
  #sent = 0;

  constructor(plan: GroupPlan) {
    this.top = this.system.supervise(this.world.specOf(plan, "/top"), { name: "top" });
    this.#know("/top", this.top);
    this.refresh();
  }

  #know(path: string, handle: AnyAddress & Disposable): void {
    this.world.watch(handle);
    this.handles.push(handle);
    const isGroup = "startChild" in handle;
    if (isGroup) this.#groups.set(path, handle as SupervisorAddress);
    else this.#actors.set(path, handle as unknown as Actor);
    (isGroup ? this.#actors : this.#groups).delete(path);
  }

  /** New handles for what was made since; checks what is listed against what has ended. */
  refresh(): void {
    if (this.#dropped) return;
    for (const [path, group] of this.#groups) {
      if (this.world.hasExited(group)) continue;
      for (const { id, alive } of group.children()) {
        if (!alive) continue;
        const known = this.#groups.get(`${path}/${id}`) ?? this.#actors.get(`${path}/${id}`);
        if (known === undefined || this.world.hasExited(known))
          this.#know(`${path}/${id}`, group.child(id) as unknown as Actor);
      }
    }
  }

  run(given: Command): unknown {
    const { world, system } = this;
    const actors = [...this.#actors];
    const groups = [...this.#groups];
    switch (given.do) {
      case "tell": {
        const n = this.#sent++;
        return actors[given.who % actors.length]?.[1].tell({ type: given.what, n });
      }
      case "kill":
        return system.kill(this.#anyBelow(given.who), { restart: given.restart });
      case "stop":
      case "drain":
        return void system[given.do](this.#anyBelow(given.who));
      case "terminate": {
        const [, sup] = any(given.who, groups);
        if (this.#dropped && sup === this.top) return;
        const listed = sup.children();
        if (listed.length > 0) this.#terminated.push(sup.terminateChild(any(given.who, listed).id));
        return;
      }
      case "startChild": {
        const [path, sup] = any(given.who, groups);
        if (this.#dropped && sup === this.top) return;
        return this.#startChild(path, sup, idAt(given.at), given.leaf);
      }
      case "mood": {
        const path = any(given.who, actors)?.[0] ?? "";
        return Object.assign(world.mood(path), given);
      }
      case "open":
        return world.openAll();
      case "advance":
        return system.clock.advance(given.ms);
      case "endTop":
        this.#dropped = true;
        if (given.by === "drop") return this.top.drop();
        return given.by === "kill" ? system.kill(this.top) : void system[given.by](this.top);
    }
  }

  /** Most of what happens would end with the top. */
  #anyBelow(who: number): AnyAddress {
    return any(who, this.handles.length > 1 ? this.handles.slice(1) : this.handles);
  }

  #startChild(path: string, sup: SupervisorAddress, id: string, plan: LeafPlan): void {
    try {
      const started = sup.startChild(id, this.world.leaf(plan)) as unknown as Actor;
      this.world.startedAlone(`${path}/${id}`);
      this.#know(`${path}/${id}`, started);
    } catch (error) {
      if (!(error instanceof SpawnRefusedError || error instanceof DuplicateNameError)) throw error;
    }
  }

  /** What holds whenever nothing is left to run. */
  check(): void {
    const { world, system } = this;
    expect(world.broken).toEqual([]);
    expect(unaccounted(system.ledger())).toBe(0);
    for (const handle of this.handles) expect(unaccounted(system.ledger(handle))).toBe(0);
    for (const path of world.paths)
      if (world.isUp(path)) expect([path, system.lookup(path)?.path]).toEqual([path, path]);
    this.refresh();
    for (const [path, sup] of this.#groups) {
      if (world.hasExited(sup) || (this.#dropped && sup === this.top)) continue;
      for (const { id, alive } of sup.children()) {
        expect([path, id, system.lookup(`${path}/${id}`) !== undefined]).toEqual([path, id, alive]);
        const known = this.#actors.get(`${path}/${id}`) ?? this.#groups.get(`${path}/${id}`);
        if (known !== undefined && !this.#dropped)
          expect([path, id, !world.hasExited(known)]).toEqual([path, id, alive]);
      }
    }
  }

  async end(): Promise<void> {
    const { system, world } = this;
    const over = system.shutdown();
    await quiet();
    for (let ms = 0; ms <= LONGER_THAN_A_SHUTDOWN_MS; ms += LONGER_THAN_A_SHUTDOWN_MS / 4) await system.advance(ms);
    expect(await isPending(over)).toBe(false);
    expect(this.handles.filter((handle) => !world.hasExited(handle)).map(({ path }) => path)).toEqual([]);
    for (const terminated of this.#terminated) expect(await isPending(terminated)).toBe(false);
    expect(await isPending(system.terminated)).toBe(false);
    expect(system.clock.pending).toBe(0);
    const ledger = system.ledger();
    expect([unaccounted(ledger), ledger.queued, ledger.inFlight]).toEqual([0, 0, 0]);
    world.openAll();
    await quiet();
    expect(world.broken).toEqual([]);
    for (const handle of this.handles) handle[Symbol.dispose]();
  }
}

function any<T>(at: number, from: readonly T[]): T {
  return from[at % from.length] as T;
}

test("a tree of supervisors keeps its rules whatever happens, and ends in time", async () => {
  await fc.assert(
    fc.asyncProperty(
      group(3).map((plan) => ({ ...plan, restarts: 100 })),
      fc.array(fc.tuple(command, pause), { minLength: 1, maxLength: 40, size: "max" }),
      async (plan, commands) => {
        const driver = new Driver(plan);
        for (const [given, wait] of commands) {
          driver.run(given);
          if (wait === "quiet") {
            await quiet();
            driver.check();
          } else for (let tick = 0; tick < wait; tick++) await undefined;
        }
        await quiet();
        driver.check();
        await driver.end();
      },
    ),
    { numRuns: RUNS, ...(PNEUMATIC_SEED === undefined ? {} : { seed: Number(PNEUMATIC_SEED) }) },
  );
});
