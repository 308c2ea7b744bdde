/**
 * Random graphs of actors that wait for each other, compared with a simple model of what a deadlock is: a cycle of waits of
 * handlers that have not settled, each at least 500 ms old, of which the youngest is given up. None is missed, nobody else
 * is told.
 */
import type { Address } from "@pneumatic/actors";
import { bounded, DeadlockError, unbounded } from "@pneumatic/actors";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Gate } from "../../support/gate.ts";
import { gate } from "../../support/gate.ts";
import { inTurnOf } from "../../support/own-turn.ts";
import type { ScriptContext, Scripted } from "../../support/scripted.ts";
import { run, scripted } from "../../support/scripted.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const RUNS = Number(process.env["PNEUMATIC_RUNS"] ?? 100);
const ACTORS = 5;
const FOR_EVER = { timeout: Number.POSITIVE_INFINITY };

type Step =
  | { readonly do: "begin" | "finish" | "kill"; readonly at: number }
  | { readonly do: "ask" | "send" | "background"; readonly at: number; readonly to: number }
  | { readonly do: "pass"; readonly ms: number };

/** A wait of a session of actor `from`. */
interface Wait {
  readonly from: number;
  readonly to: number;
  readonly session: object;
  readonly since: number;
  readonly isSend: boolean;
  isOver: boolean;
}

/** What is handled: the wait for it, or a message of nobody. */
type Item = Wait | "plain";

class ActorModel {
  session: object | undefined = undefined;
  handling: Item | undefined = undefined;
  readonly queue: Item[] = [];
  readonly parked: Item[] = [];
}

class Model {
  readonly actors: ActorModel[] = Array.from({ length: ACTORS }, () => new ActorModel());
  /** In the order they began. */
  waits: Wait[] = [];
  readonly given: Wait[] = [];
  now = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  offer(to: number, item: Item): void {
    const actor = this.actors[to] as ActorModel;
    if (actor.queue.length < this.#capacity && actor.parked.length === 0) this.#queue(actor, item);
    else actor.parked.push(item);
  }

  wait(from: number, to: number, isSend: boolean, counts: boolean): Wait {
    const session = this.actors[from]?.session as object;
    const wait = { from, to, session, since: this.now, isSend, isOver: false };
    if (counts) this.waits.push(wait);
    this.offer(to, wait);
    if (counts && from === to && !wait.isOver) this.#giveUp(wait);
    this.run();
    return wait;
  }

  /** The handler of an actor settles, or is killed. */
  end(at: number): void {
    const actor = this.actors[at] as ActorModel;
    if (typeof actor.handling === "object" && !actor.handling.isSend) actor.handling.isOver = true;
    actor.session = actor.handling = undefined;
    this.run();
  }

  /** Whoever has something to do begins it. */
  run(): void {
    for (const actor of this.actors) {
      if (actor.session !== undefined || actor.queue.length === 0) continue;
      actor.handling = actor.queue.shift();
      actor.session = {};
      this.#admit(actor);
    }
  }

  pass(ms: number): void {
    this.now += ms;
    this.waits = this.waits.filter((wait) => !wait.isOver);
    const old: Wait[] = [];
    for (const wait of this.waits.filter(({ since }) => since <= this.now - 500)) {
      if (!this.#isActive(wait)) continue;
      if (this.#leads(wait.to, wait.from, old)) this.#giveUp(wait);
      else old.push(wait);
    }
    this.run();
  }

  #leads(from: number, to: number, by: readonly Wait[]): boolean {
    const reached = new Set([from]);
    for (const at of reached) {
      for (const wait of by) if (wait.from === at && this.#isActive(wait)) reached.add(wait.to);
    }
    return reached.has(to);
  }

  #isActive({ isOver, from, session }: Wait): boolean {
    return !isOver && this.actors[from]?.session === session;
  }

  #giveUp(wait: Wait): void {
    const actor = this.actors[wait.to] as ActorModel;
    wait.isOver = true;
    this.given.push(wait);
    for (const items of [actor.queue, actor.parked]) if (items.includes(wait)) items.splice(items.indexOf(wait), 1);
    this.#admit(actor);
  }

  #admit(actor: ActorModel): void {
    while (actor.parked.length > 0 && actor.queue.length < this.#capacity) {
      this.#queue(actor, actor.parked.shift() as Item);
    }
  }

  #queue(actor: ActorModel, item: Item): void {
    actor.queue.push(item);
    if (typeof item === "object" && item.isSend) item.isOver = true;
  }
}

/** The actors themselves; each handles what it is told until it is let go. */
class Driver {
  readonly #system = new TestSystem();
  readonly #sessions: ({ readonly context: ScriptContext; readonly until: Gate } | undefined)[] = [];
  readonly #actors: Address<Scripted>[];
  readonly given: unknown[] = [];

  constructor(capacity: number) {
    const mailbox = capacity === Number.POSITIVE_INFINITY ? unbounded() : bounded(capacity);
    const life = { restart: "permanent", backoff: { maxMs: 0, initialMs: 0 }, mailbox } as const;
    const intensity = { restarts: 1_000_000, withinMs: 1 };
    this.#actors = Array.from({ length: ACTORS }, (_, at) =>
      this.#system.spawn(scripted(), { name: `${at}`, intensity, ...life }),
    );
  }

  isBusy(at: number): boolean {
    return this.#sessions[at] !== undefined;
  }

  message(at: number) {
    return run(async (context) => {
      const session = { context, until: gate() };
      this.#sessions[at] = session;
      await session.until.promise;
    });
  }

  begin(at: number): void {
    this.#actors[at]?.tell(this.message(at));
  }

  finish(at: number): void {
    const session = this.#sessions[at];
    this.#sessions[at] = undefined;
    session?.until.open();
  }

  kill(at: number): void {
    this.#sessions[at] = undefined;
    void this.#system.kill(this.#actors[at] as Address<Scripted>);
  }

  wait(from: number, to: number, isSend: boolean, counts: boolean, wait: Wait): void {
    const { context } = this.#sessions[from] as { context: ScriptContext };
    using address = context.own((this.#actors[to] as Address<Scripted>).clone());
    const waits: Promise<unknown> = inTurnOf(context.self, () =>
      isSend ? address.send(this.message(to)) : address.ask(this.message(to), FOR_EVER),
    );
    if (!counts) void context.background(waits);
    waits.catch((error: unknown) => {
      if (error instanceof DeadlockError) this.given.push(wait);
    });
  }

  async pass(ms: number): Promise<void> {
    await this.#system.advance(ms);
  }

  async end(): Promise<void> {
    for (const actor of this.#actors) await this.#system.kill(actor, { restart: false });
    await this.#system[Symbol.asyncDispose]();
  }
}

async function compare(capacity: number, steps: readonly Step[]): Promise<number> {
  const model = new Model(capacity);
  const driver = new Driver(capacity);
  await quiet();
  for (const step of steps) {
    if (step.do === "pass") {
      model.pass(step.ms);
      await driver.pass(step.ms);
    } else {
      const isBusy = model.actors[step.at]?.session !== undefined;
      expect(driver.isBusy(step.at)).toBe(isBusy);
      if (step.do === "begin") {
        if (isBusy) continue;
        driver.begin(step.at);
        model.offer(step.at, "plain");
        model.run();
      } else if (!isBusy) {
        continue;
      } else if ("to" in step) {
        const how = [step.at, step.to, step.do === "send", step.do !== "background"] as const;
        driver.wait(...how, model.wait(...how));
      } else {
        driver[step.do](step.at);
        model.end(step.at);
      }
      await quiet();
    }
    expect(driver.given).toEqual(model.given);
  }
  await driver.end();
  return model.given.length;
}

const at = fc.nat({ max: ACTORS - 1 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("begin" as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("finish" as const, "kill" as const), at }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("ask" as const, "send" as const), at, to: at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("background" as const), at, to: at }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(1, 250, 499, 500, 501) }) },
);
const everybodyBegins: readonly Step[] = Array.from({ length: ACTORS }, (_, n) => ({ do: "begin", at: n }));

test("the waits that are given up are those of the model, whoever waits for whom", async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      fc.array(steps, { minLength: 10, maxLength: 40 }),
      async (capacity, given) => {
        found += await compare(capacity, [...everybodyBegins, ...given]);
      },
    ),
    { numRuns: RUNS },
  );
  expect(found).toBeGreaterThan(RUNS / 2);
});
