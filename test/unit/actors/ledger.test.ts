/** Every accepted message is in exactly one term of the ledger, at every instant. */
import type { Address, Ledger, MailboxSpec } from "@pneumatic/actors";
import { actor, bounded, implement, unbounded } from "@pneumatic/actors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Gate } from "../../support/gate.ts";
import { gate, rejection } from "../../support/gate.ts";
import { quiet, TestSystem, unaccounted } from "../../support/test-system.ts";

const BAD = new Error("bad");
const TYPES = ["quick", "later", "hold", "fail", "failLater", "stopSelf", "kill"] as const;
const MAILBOXES: readonly MailboxSpec[] = [
  unbounded(),
  bounded(2),
  bounded(0),
  bounded(1, { overflow: "reject" }),
  bounded(2, { overflow: "dropOldest" }),
  bounded(1, { overflow: "dropNewest" }),
];

type Work = { readonly [Type in (typeof TYPES)[number]]: () => void };

interface Worker {
  address: Address<Work>;
  dropped: boolean;
}

/** Actors of every kind of mailbox, and what is done to them. After each step the ledgers must be balanced. */
class LedgerWorld {
  readonly system = new TestSystem();
  readonly #gates: Gate[] = [];
  readonly #signals = [new AbortController(), new AbortController()];
  #begun = 0;
  #accepted = 0;

  readonly #definition = implement<Work>()({
    started: () => this.check(),
    on: {
      quick: () => this.#begin(),
      later: async () => {
        this.#begin();
        await Promise.resolve();
        this.check();
      },
      hold: () => {
        this.#begin();
        const open = gate();
        this.#gates.push(open);
        return open.promise;
      },
      fail: () => {
        this.#begin();
        throw BAD;
      },
      failLater: async () => {
        this.#begin();
        await Promise.resolve();
        throw BAD;
      },
      stopSelf: (context) => {
        this.#begin();
        context.stop();
      },
      kill: ({ self }) => {
        this.#begin();
        void this.system.kill(self);
        this.check();
      },
    },
    stopped: () => this.check(),
  });

  readonly #workers: Worker[] = MAILBOXES.map((_, at) => ({ address: this.#spawn(at), dropped: false }));

  run({ do: what, at, type, timeout, signal }: Step): void {
    const one = this.#workers[at] as Worker;
    const { address } = one;
    const message = { type };
    const options = { timeout, signal: signal === undefined ? undefined : this.#signals[signal]?.signal };
    switch (what) {
      case "tell":
        if (!one.dropped) address.tell(message);
        break;
      case "ask":
        if (!one.dropped) void address.ask(message as { type: "quick" }, options);
        break;
      case "send":
        if (!one.dropped) address.send(message, options).catch(() => {});
        break;
      case "trySend":
        if (!one.dropped) address.trySend(message);
        break;
      case "stop":
      case "drain":
      case "kill":
        void this.system[what](address);
        break;
      case "killForGood":
        void this.system.kill(address, { restart: false });
        break;
      case "drop":
        address.drop();
        one.dropped = true;
        break;
      case "spawn":
        address.drop();
        one.address = this.#spawn(at);
        one.dropped = false;
        break;
      case "open":
        for (const open of this.#gates.splice(0)) open.open();
        break;
      case "abort":
        this.#signals[0]?.abort(BAD);
        this.#signals.push(new AbortController());
        this.#signals.shift();
        break;
      case "advance":
        this.system.clock.advance(timeout);
        break;
      case "quiet":
        break;
      default:
        what satisfies never;
    }
  }

  check(): void {
    const total = this.system.ledger();
    for (const ledger of [total, ...this.#workers.map(({ address }) => this.system.ledger(address))]) {
      if (unaccounted(ledger) !== 0 || !isCount(ledger)) throw new Error(`Out of balance: ${JSON.stringify(ledger)}`);
    }
    const { accepted, inFlight, handled, panicked, deadLettered } = total;
    expect(inFlight + handled + panicked + (deadLettered.killed ?? 0)).toBe(this.#begun);
    expect(accepted).toBeGreaterThanOrEqual(this.#accepted);
    this.#accepted = accepted;
  }

  end(): void {
    for (const { address } of this.#workers) address.drop();
    for (const open of this.#gates.splice(0)) open.open();
  }

  #begin(): void {
    this.#begun++;
    this.check();
  }

  #spawn(at: number): Address<Work> {
    const intensity = { restarts: 2, withinMs: 1000 };
    return this.system.spawn(this.#definition, { mailbox: MAILBOXES[at] as MailboxSpec, intensity });
  }
}

function isCount(ledger: Ledger): boolean {
  const { deadLettered, ...terms } = ledger;
  return [...Object.values(terms), ...Object.values(deadLettered)].every((n) => Number.isInteger(n) && n >= 0);
}

type Doing =
  | (typeof SENDS)[number]
  | "stop"
  | "drain"
  | "kill"
  | "killForGood"
  | "drop"
  | "spawn"
  | "open"
  | "abort"
  | "advance"
  | "quiet";

interface Step {
  readonly do: Doing;
  readonly at: number;
  readonly type: (typeof TYPES)[number];
  readonly timeout: number;
  readonly signal: number | undefined;
}

const SENDS = ["tell", "ask", "send", "trySend"] as const;
const ENDS = ["stop", "drain", "killForGood", "drop"] as const;

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    { weight: 16, arbitrary: fc.constantFrom<Doing>(...SENDS) },
    { weight: 1, arbitrary: fc.constantFrom<Doing>(...ENDS) },
    { weight: 2, arbitrary: fc.constantFrom<Doing>("kill", "spawn", "abort") },
    { weight: 6, arbitrary: fc.constantFrom<Doing>("open", "advance", "quiet") },
  ),
  at: fc.nat(MAILBOXES.length - 1),
  type: fc.constantFrom(...TYPES),
  timeout: fc.constantFrom(0, 10, 100, 1000),
  signal: fc.constantFrom(undefined, undefined, 0, 1),
});

test("the ledgers of actors and system are balanced after every step of any life", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const world = new LedgerWorld();
      await using _ = world.system;
      for (const each of steps) {
        world.run(each);
        world.check();
        if (each.do === "advance" || each.do === "quiet") await quiet();
      }
      world.end();
      await quiet();
      world.check();
    }),
    { numRuns: 300 },
  );
});

/** Handles what it is told to. */
const worker = actor({
  on: {
    quick: () => "done",
    hold: () => gate().promise,
    fail: () => {
      throw BAD;
    },
  },
});

const NOTHING: Ledger = {
  accepted: 0,
  queued: 0,
  stashed: 0,
  inFlight: 0,
  handled: 0,
  panicked: 0,
  expired: 0,
  deadLettered: {},
};

describe("the ledger", () => {
  test("of a new system and of a new actor is empty", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    expect(system.ledger()).toEqual(NOTHING);
    expect(system.ledger(address)).toEqual(NOTHING);
  });

  test("follows a message from the queue to the handler and to its end", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    for (const type of ["quick", "fail", "hold", "quick"] as const) address.tell({ type });
    expect(system.ledger(address)).toEqual({ ...NOTHING, accepted: 4, queued: 4 });
    await quiet();
    expect(system.ledger(address)).toEqual({
      ...NOTHING,
      accepted: 4,
      queued: 1,
      inFlight: 1,
      handled: 1,
      panicked: 1,
    });
    await system.kill(address, { restart: false });
    const ended = { ...NOTHING, accepted: 4, handled: 1, panicked: 1, deadLettered: { killed: 1, stopped: 1 } };
    expect(system.ledger(address)).toEqual(ended);
    expect(system.ledger()).toEqual(ended);
  });

  test("does not count what was refused", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker, { mailbox: bounded(1, { overflow: "reject" }) });
    address.tell({ type: "quick" });
    expect(address.trySend({ type: "quick" }).ok).toBe(false);
    expect((await address.send({ type: "quick" })).ok).toBe(false);
    await system.stop(address);
    expect(address.trySend({ type: "quick" }).ok).toBe(false);
    await rejection(address.ask({ type: "quick" }));
    expect(system.ledger().accepted).toBe(1);
  });

  test("counts a tell to an actor that has ended, for the actor and for the system", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    await system.stop(address);
    address.tell({ type: "quick" });
    const expected = { ...NOTHING, accepted: 1, deadLettered: { stopped: 1 } };
    expect(system.ledger(address)).toEqual(expected);
    expect(system.ledger()).toEqual(expected);
  });

  test("keeps the sum of what has ended", async () => {
    await using system = new TestSystem();
    for (let n = 1; n <= 5; n++) {
      const address = system.spawn(worker);
      address.tell({ type: "quick" });
      address.drop();
      await address.exited;
      expect(system.ledger()).toEqual({ ...NOTHING, accepted: n, handled: n });
    }
  });

  test("counts the last ask that expires during a backoff that nobody waits for", async () => {
    await using system = new TestSystem();
    const address = system.spawn(worker);
    for (const _ of [1, 2]) address.tell({ type: "fail" });
    await quiet();
    const asked = address.ask({ type: "quick" }, { timeout: 10 });
    address.drop();
    await system.advance(10);
    await rejection(asked);
    expect((await address.exited).kind).toBe("panicked");
    expect(system.ledger()).toEqual({ ...NOTHING, accepted: 3, panicked: 2, expired: 1 });
  });

  test("of the system includes the children of its actors", async () => {
    await using system = new TestSystem();
    const parent = actor({
      state: (_: undefined, context) => context.own(context.spawn(worker)),
      on: { give: ({ state }) => state.tell({ type: "hold" }) },
    });
    using address = system.spawn(parent);
    address.tell({ type: "give" });
    await quiet();
    expect(system.ledger()).toEqual({ ...NOTHING, accepted: 2, handled: 1, inFlight: 1 });
  });
});
