/**
 * Random worlds of waits. Actors have ranks, and a handler, a hook or a start awaits in its own turn what a higher rank decides:
 * so no circle of certain edges exists, whatever is asked after an await. In the second world one circle is planted into that.
 */
import type { Address, AnyAddress } from "@pneumatic/actors";
import { bounded, DeadlockError, implement } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import type { Chance } from "../support/chance.ts";
import { explored, must, pause } from "../support/explored.ts";
import { gate } from "../support/gate.ts";
import { inTurnOf } from "../support/own-turn.ts";
import { numbers } from "../support/sequence.ts";

/** What a handler does: in its turn, then after a while, then at its end. */
interface Plan {
  readonly certain: readonly { readonly how: Wait; readonly to: number; readonly plan: Plan }[];
  readonly ms: number;
  readonly likely: readonly { readonly to: number; readonly plan: Plan }[];
  readonly panics: boolean;
  /** Sends an address of this rank on, so that its owner changes. */
  readonly carries: number | undefined;
}
type Wait = "ask" | "send" | "stop" | "drain";
interface Node {
  perform(payload: { plan: Plan; carried?: Address<Node> }): Promise<void>;
}

const NOTHING: Plan = { certain: [], ms: 0, likely: [], panics: false, carries: undefined };
const LONG_MS = 600_000;

class World {
  readonly nodes: Address<Node>[] = [];
  readonly errors: Error[] = [];
  readonly #system: TestSystem;

  constructor(system: TestSystem, chance: Chance, count: number, planned: (rank: number) => Plan) {
    this.#system = system;
    for (const rank of numbers(count).reverse()) {
      const [start, end] = [0, 1].map(() => (chance.oneIn(4) ? planned(rank) : NOTHING)) as [Plan, Plan];
      this.nodes[rank] = system.spawn(this.#definition(start, end), {
        name: `n${rank}`,
        restart: "permanent",
        intensity: { restarts: 1_000_000, withinMs: 1 },
        backoff: { initialMs: chance.below(300) },
        mailbox: chance.oneIn(3) ? bounded(1 + chance.below(3)) : bounded(1000),
        shutdownMs: LONG_MS,
        startTimeoutMs: LONG_MS,
      });
    }
  }

  #definition(start: Plan, end: Plan) {
    const made = { once: false };
    return implement<Node>()({
      state: (_: undefined, { own }): Address<Node>[] => this.nodes.map((each) => own(each.clone())),
      started: (context) => {
        if (made.once) return;
        made.once = true;
        return this.#perform(start, context.state, context.sleep);
      },
      stopped: ({ state, sleep }) => this.#perform({ ...end, panics: false, ms: 0 }, state, sleep),
      on: {
        perform: ({ state, sleep, own }, { plan, carried }) => {
          if (carried !== undefined) own(carried);
          return this.#perform(plan, state, sleep);
        },
      },
    });
  }

  async #perform(plan: Plan, others: readonly Address<Node>[], sleep: (ms: number) => Promise<void>): Promise<void> {
    const at = (rank: number): Address<Node> | undefined => others[rank] ?? this.nodes[rank];
    const certain = plan.certain.map(({ how, to, plan: next }) => {
      const other = at(to);
      return other && this.#wait(how, other, () => other.ask(this.#message(next), { timeout: LONG_MS }), next);
    });
    await Promise.all(certain);
    if (plan.ms > 0) await sleep(plan.ms);
    for (const { to, plan: next } of plan.likely) {
      await at(to)
        ?.ask(this.#message(next), { timeout: 700 })
        .catch((error: Error) => this.errors.push(error));
    }
    if (plan.panics) throw new Error("planned");
  }

  #message(plan: Plan) {
    const carried = plan.carries === undefined ? undefined : this.nodes[plan.carries]?.clone();
    return { type: "perform" as const, plan, ...(carried && { carried }) };
  }

  async #wait(how: Wait, to: Address<Node>, ask: () => Promise<void>, plan = NOTHING): Promise<void> {
    const system = this.#system;
    const waits: Record<Wait, () => Promise<unknown>> = {
      ask,
      send: () => to.send(this.#message(plan)),
      stop: () => system.stop(to),
      drain: () => system.drain(to),
    };
    await waits[how]().catch((error: Error) => this.errors.push(error));
  }

  async end(): Promise<void> {
    for (const address of this.nodes) address.drop();
    await this.#system.shutdown();
  }
}

/** Makes a plan for `rank`: it awaits in its turn only what higher ranks decide. */
function planFor(chance: Chance, count: number, rank: number, depth: number, waits: readonly Wait[]): Plan {
  const higher = count - 1 - rank;
  const next = (to: number): Plan => planFor(chance, count, to, depth - 1, waits);
  const certain =
    depth === 0 || higher === 0
      ? []
      : chance.times(chance.below(3), () => {
          const to = rank + 1 + chance.below(higher);
          return { how: chance.of(...waits), to, plan: next(to) };
        });
  const likely =
    depth === 0
      ? []
      : chance.times(chance.below(2), () => {
          const to = chance.below(count);
          return { to, plan: next(to) };
        });
  const ms = chance.of(0, 0, chance.below(50), chance.below(2000));
  const carries = chance.oneIn(4) ? chance.below(count) : undefined;
  return { certain, likely, ms, panics: chance.oneIn(8), carries };
}

const isDeadlock = (error: unknown): boolean => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof DeadlockError) return true;
  return false;
};

/** Asks and sends for the most part: who is stopped waits no more. */
const WAITS: readonly Wait[] = [...Array<Wait>(8).fill("ask"), "send", "send", "send", "stop", "drain"];

function perform(system: TestSystem, chance: Chance, world: World, count: number): Promise<unknown>[] {
  return chance.times(3 + chance.below(8), () => {
    const rank = chance.below(count);
    const plan = planFor(chance, count, rank, 3, chance.oneIn(2) ? ["ask", "send"] : WAITS);
    const asked = world.nodes[rank]?.ask({ type: "perform", plan }, { timeout: LONG_MS });
    if (chance.oneIn(6)) void system.kill(world.nodes[chance.below(count)] as AnyAddress);
    return (asked as Promise<void>).catch((error: Error) => world.errors.push(error));
  });
}

explored(
  "where every certain wait is awaited and no circle exists, nobody gets a DeadlockError",
  async (system, chance) => {
    const count = 3 + chance.below(4);
    const world = new World(system, chance, count, (rank) => planFor(chance, count, rank, 1, ["ask", "send"]));
    const asked = perform(system, chance, world, count);
    await pause(chance.below(3000));
    asked.push(...perform(system, chance, world, count));
    await Promise.all(asked);
    await world.end();
    const found = world.errors.find(isDeadlock);
    must(found === undefined, () => String(found));
  },
);

interface Member {
  /** Waits in its turn for `to`, which waits likewise. */
  close(payload: { how: Exclude<Wait, "send">; to: Address<Member> }): Promise<void>;
  ping(): void;
}

explored(
  "a circle of certain waits among others is told to one who waits in it within a second",
  async (system, chance) => {
    const count = 3 + chance.below(4);
    const world = new World(system, chance, count, (rank) => planFor(chance, count, rank, 1, ["ask", "send"]));
    const asked = perform(system, chance, world, count);
    const allBegun = gate();
    let begun = 0;
    const told: unknown[] = [];
    const member = implement<Member>()({
      on: {
        close: async ({ own, self }, { how, to }) => {
          own(to);
          begun++;
          if (begun === members.length) allBegun.open();
          await allBegun.promise;
          const waits: Record<typeof how, () => Promise<unknown>> = {
            ask: () => to.ask({ type: "ping" }, { timeout: LONG_MS }),
            stop: () => system.stop(to),
            drain: () => system.drain(to),
          };
          await inTurnOf(self, waits[how]).catch((error: unknown) => told.push(error));
        },
        ping: () => {},
      },
    });
    const members = chance.times(1 + chance.below(5), (n) =>
      system.spawn(member, { name: `c${n}`, shutdownMs: LONG_MS }),
    );
    for (const [n, each] of members.entries()) {
      const to = (members[(n + 1) % members.length] as Address<Member>).clone();
      each.tell({ type: "close", how: chance.of("ask", "ask", "ask", "stop", "drain"), to });
    }
    await allBegun.promise;
    await pause(1000);
    must(told.some(isDeadlock), () => `told: ${told}`);
    await Promise.all([...asked, ...members.map((each) => system.stop(each))]);
    for (const each of members) each.drop();
    await world.end();
  },
);
