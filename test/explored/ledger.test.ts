/** Whatever the order, each message has exactly one fate, and the ledger says which, at every instant. */
import type { Address, DeadLetter, Ledger, MailboxSpec, Poison, WeakAddress } from "@pneumatic/actors";
import { ActorStoppedError, bounded, implement, priority, retry, unbounded } from "@pneumatic/actors";
import type { Fault, TestSystem } from "@pneumatic/actors/testing";
import type { Receiver } from "@pneumatic/core";
import type { Chance } from "../support/chance.ts";
import { balanced, explored, must, pause, Scripts, same } from "../support/explored.ts";
import type { Ending } from "../support/message-fates.ts";
import { Fates } from "../support/message-fates.ts";
import { numbers } from "../support/sequence.ts";

const byId = (message: unknown): number => (message as { id: number }).id % 3;
const MAILBOXES: readonly MailboxSpec[] = [
  unbounded(),
  bounded(2),
  bounded(0),
  bounded(1, { overflow: "reject" }),
  bounded(2, { overflow: "dropOldest" }),
  bounded(1, { overflow: "dropNewest" }),
  priority(byId),
  priority(byId, { capacity: 2 }),
  priority(byId, { capacity: 2, overflow: "dropOldest" }),
];
const DEEDS = [
  "quick",
  "quick",
  "later",
  "fail",
  "failLater",
  "stash",
  "unstash",
  "stopSelf",
  "relay",
  "pipe",
] as const;
const WAYS = ["tell", "tell", "send", "trySend", "ask", "ask"] as const;
const ENDS = ["stop", "drain", "kill", "kill", "killForGood", "drop"] as const;
const BAD = new Error("bad");

interface Work {
  work(payload: { id: number; deed: (typeof DEEDS)[number] }): number;
}
interface Worker {
  readonly address: Address<Work>;
  readonly weak: WeakAddress<Work>;
  isDropped: boolean;
}

/** Workers of every kind, and what is done to them. */
class Yard {
  readonly fates = new Fates();
  readonly workers: Worker[];
  readonly #system: TestSystem;
  readonly #chance: Chance;
  readonly #controllers: AbortController[] = [];
  readonly #retries = new Map<string, number>();
  readonly #failures: unknown[] = [];
  readonly #letters: Receiver<DeadLetter>;
  /** Nobody would hear of a letter any more. */
  isOver = false;
  #open = 0;
  #relays = 0;

  constructor(system: TestSystem, chance: Chance) {
    this.#system = system;
    this.#chance = chance;
    this.#letters = system.deadLetterReceiver();
    this.workers = chance.times(4, (n) => this.#hire(`worker-${n}`));
  }

  #hire(name: string): Worker {
    const poison = this.#chance.of<Poison>("drop", "quarantine", retry(1), retry(2));
    this.#retries.set(`/${name}`, typeof poison === "object" ? poison.retries : 0);
    const mailbox = this.#chance.of(...MAILBOXES);
    const intensity = { restarts: this.#chance.of(1, 100), withinMs: 1000 };
    const address = this.#system.spawn(this.#definition, {
      name,
      mailbox,
      poison,
      intensity,
      backoff: { initialMs: 0 },
    });
    return { address, weak: address.downgrade(), isDropped: false };
  }

  readonly #definition = implement<Work>()({
    state: () => (this.#chance.oneIn(4) ? pause(5) : undefined),
    on: {
      work: (context, { id, deed }) => {
        const { attempt, path } = context;
        const isLast = attempt > (this.#retries.get(path) as number);
        if (deed === "stash" && this.#chance.oneIn(2)) {
          context.stash();
          return id;
        }
        const ending: Ending = deed.startsWith("fail") ? "panicked" : "handled";
        this.#noted(() => {
          if (attempt === 1) this.fates.begins(id, ending);
          if (ending === "panicked" && !isLast) this.fates.returns(id);
          must(attempt <= 1 + (this.#retries.get(path) as number), "too many attempts");
        });
        switch (deed) {
          case "later":
            return pause(this.#chance.below(10)).then(() => id);
          case "fail":
            throw BAD;
          case "failLater":
            return pause(this.#chance.below(10)).then(() => Promise.reject(BAD));
          case "unstash":
            context.unstashAll();
            return id;
          case "stopSelf":
            context.stop();
            return id;
          case "relay":
            if (isLast && this.#relays++ < 10) this.send(this.#chance.of(...WAYS));
            return id;
          case "pipe": {
            if (this.#relays++ >= 10) return id;
            const next = this.fates.sends();
            let isAccepted = false;
            context.pipeToSelf(pause(0), () => {
              isAccepted = true;
              return { type: "work", id: next, deed: "quick" };
            });
            // Nothing comes of it when its incarnation has ended meanwhile: then it was never sent.
            void pause(1).then(() => isAccepted || this.fates.refused(next));
            return id;
          }
          default:
            return id;
        }
      },
    },
  });

  /** In a handler, what is thrown would be one more panic. */
  #noted(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#failures.push(error);
    }
  }

  #accepted(address: WeakAddress<Work>): number {
    return this.#system.ledger(address).accepted;
  }

  send(way: (typeof WAYS)[number], to: Worker = any(this.#chance, this.workers)): void {
    if (this.isOver) return;
    const id = this.fates.sends();
    const address = to.isDropped ? to.weak : to.address;
    const message = { type: "work", id, deed: this.#chance.of(...DEEDS) } as const;
    const signal = this.#chance.oneIn(4) ? this.#signal() : undefined;
    const options = { timeout: this.#chance.of(0, 5, 1000), signal };
    const before = this.#accepted(to.weak);
    if (way === "tell") address.tell(message);
    if (way === "trySend" && !address.trySend(message).ok) this.fates.refused(id);
    if (way === "send") {
      const sent = address.send(message, options);
      this.#follow(
        sent.then(
          ({ ok }) => ok || this.fates.refused(id),
          () => this.fates.refused(id),
        ),
      );
    }
    if (way === "ask") {
      const asked = address.ask(message, options);
      if (this.#accepted(to.weak) > before) this.fates.askAccepted(id);
      this.#follow(
        asked.then(
          (reply) => same("reply", reply, id),
          () => this.#askEnded(id),
        ),
      );
    }
    must(this.#accepted(to.weak) - before <= 1, "accepted twice");
    this.check();
  }

  #see(): void {
    this.fates.see([...this.#letters.tryIter()], () => {});
  }

  #askEnded(id: number): void {
    this.#see();
    this.fates.askEnded(id);
  }

  #signal(): AbortSignal {
    const made = new AbortController();
    this.#controllers.push(made);
    return made.signal;
  }

  #follow(told: Promise<unknown>): void {
    this.#open++;
    told.then(
      () => this.#open--,
      (error) => this.#failures.push(error),
    );
  }

  abort(): void {
    this.#controllers.shift()?.abort(new Error("given up"));
  }

  #drop(one: Worker): void {
    one.address.drop();
    one.isDropped = true;
  }

  end(how: (typeof ENDS)[number]): void {
    const one = any(this.#chance, this.workers);
    if (how === "drop") this.#drop(one);
    else if (how === "killForGood") void this.#system.kill(one.weak, { restart: false });
    else void this.#system[how](one.weak);
    this.check();
  }

  redeliver(): void {
    this.#see();
    const letters = this.#system.deadLetters();
    const again: DeadLetter | undefined = letters.length === 0 ? undefined : any(this.#chance, letters);
    if (again !== undefined && this.#system.redeliver(again)) this.fates.redelivered(again);
    this.check();
  }

  check(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
    this.#see();
    balanced("the system", this.#system.ledger());
    for (const { weak } of this.workers) {
      const ledger = this.#system.ledger(weak);
      balanced(weak.path, ledger);
      must(
        Object.values(ledger).every((count) => typeof count !== "number" || count >= 0),
        () => JSON.stringify(ledger),
      );
    }
  }

  async close(): Promise<void> {
    for (const each of this.workers) this.#drop(each);
    await pause(100_000);
    this.check();
    same("promises that have not settled", this.#open, 0);
    this.#letters.drop();
    this.fates.compare(sumOf(this.workers.map(({ weak }) => this.#system.ledger(weak))));
  }
}

function scenario(endsEarly: boolean) {
  return async (system: TestSystem, chance: Chance): Promise<void> => {
    using scripts = new Scripts(system);
    const yard = new Yard(system, chance);
    const performed = scripts.perform(
      numbers(20).map(() => () => yard.send(chance.of(...WAYS))),
      numbers(15).map(
        () =>
          ({ sleep }) =>
            chance.oneIn(4) ? sleep(chance.below(10)) : yard.send(chance.of(...WAYS)),
      ),
      numbers(10).map(() => async ({ sleep }) => {
        await sleep(chance.below(8));
        if (chance.oneIn(3)) yard.end(chance.of(...ENDS));
        else if (chance.oneIn(2)) yard.abort();
        else yard.redeliver();
      }),
    );
    if (endsEarly) await pause(chance.below(30));
    else await performed;
    if (endsEarly) {
      await system.shutdown();
      yard.isOver = true;
      await performed.catch((error: unknown) => must(error instanceof ActorStoppedError, String(error)));
    }
    await yard.close();
  };
}

const keep = { deadLetters: { keep: 10_000 } };
explored("each message of any life has one fate, and the ledger is balanced at every step", scenario(false), keep);
explored("so has each that is on its way when the system is shut down", scenario(true), keep);

const FAULTS: readonly Fault[] = [
  { kind: "full", actor: /worker/, chance: 0.1 },
  { kind: "delay", actor: /worker/, chance: 0.1, ms: 10 },
  { kind: "clockJump", chance: 0.02, ms: 500 },
];
explored("so has each where mailboxes are full, sends late and clocks jump", scenario(false), {
  ...keep,
  faults: FAULTS,
  faultBudget: 6,
});

function sumOf(ledgers: readonly Ledger[]): Ledger {
  const total = { accepted: 0, queued: 0, stashed: 0, inFlight: 0, handled: 0, panicked: 0, expired: 0 };
  const deadLettered: Record<string, number> = {};
  for (const ledger of ledgers) {
    for (const term of Object.keys(total) as (keyof typeof total)[]) total[term] += ledger[term];
    for (const [reason, count] of Object.entries(ledger.deadLettered))
      deadLettered[reason] = (deadLettered[reason] ?? 0) + count;
  }
  return { ...total, deadLettered };
}

function any<T>(chance: Chance, from: readonly T[]): T {
  return from[chance.below(from.length)] as T;
}
