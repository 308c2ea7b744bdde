/** Asks under every order: each has one outcome, and that fits what became of its message. */
import type { Address, MailboxSpec, Poison } from "@pneumatic/actors";
import {
  ActorPanickedError,
  ActorStoppedError,
  AskTimeoutError,
  actor,
  bounded,
  implement,
  MailboxFullError,
  NothingToStashError,
  priority,
  retry,
  SpawnRefusedError,
  unbounded,
} from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import type { Chance } from "../support/chance.ts";
import { explored, must, outcomeOf, pause, Scripts, same } from "../support/explored.ts";
import { numbers } from "../support/sequence.ts";

const DEEDS = ["now", "sleep", "deaf", "fail", "failLater", "failDeaf", "stash", "unstash"] as const;
type Deed = (typeof DEEDS)[number];
interface Oracle {
  answer(payload: { n: number; deed: Deed }): number | Promise<number>;
}
const BAD = new Error("bad");
const ABORTED = new Error("aborted");

/** What was seen of one ask. */
interface Seen {
  readonly deed: Deed;
  readonly sentAt: number;
  readonly timeout: number;
  abortedAt: number | undefined;
  /** How often its handler was begun, and the last time that it was. */
  begun: number;
  begunAt: number;
  /** When its handler returned a reply that counts. */
  repliedAt: number | undefined;
  signals: AbortSignal[];
  /** Whether its incarnation ended with the handler at work. */
  cut: number;
  settledAt: number;
  outcome: unknown;
}

const PLANS: readonly { poison: Poison; mailbox: MailboxSpec<{ n: number }> }[] = [
  { poison: "drop", mailbox: unbounded() },
  { poison: retry(1), mailbox: unbounded() },
  { poison: "quarantine", mailbox: bounded(1) },
  { poison: retry(2), mailbox: bounded(1) },
  { poison: retry(1), mailbox: bounded(1, { overflow: "reject" }) },
  { poison: "drop", mailbox: bounded(0) },
  { poison: "drop", mailbox: bounded(1, { overflow: "dropOldest" }) },
  { poison: retry(1), mailbox: priority(({ n }) => n % 2) },
];

function oracle(seen: readonly Seen[], now: () => number, chance: Chance, broken: string[]) {
  return implement<Oracle>()({
    state: () => (chance.oneIn(3) ? pause(3).then(() => ({})) : {}),
    on: {
      answer: (context, { n, deed }) => {
        const { attempt, signal, sleep } = context;
        const one = seen[n] as Seen;
        if (one.settledAt >= 0) broken.push(`${n} is begun after its ask has settled`);
        if (one.abortedAt !== undefined && one.begun === 0) broken.push(`${n} is begun after its abort`);
        if (now() > one.sentAt + one.timeout) broken.push(`${n} is begun after its time`);
        one.begun++;
        if (attempt !== one.begun) broken.push(`${n} is begun for the ${one.begun}th time, as attempt ${attempt}`);
        one.begunAt = now();
        one.signals.push(signal);
        const life = { isOver: false };
        signal.addEventListener("abort", () => {
          life.isOver = true;
          one.cut++;
        });
        const reply = (): number => {
          if (!life.isOver) one.repliedAt ??= now();
          return n;
        };
        switch (deed) {
          case "sleep":
            return sleep(chance.below(12)).then(reply);
          case "deaf":
            return pause(chance.below(12)).then(reply);
          case "fail":
            throw BAD;
          case "failLater":
            return sleep(chance.below(6)).then(() => Promise.reject(BAD));
          case "failDeaf":
            return pause(chance.below(6)).then(() => Promise.reject(BAD));
          case "stash":
            if (chance.oneIn(2)) {
              context.stash();
              one.begun--;
              one.signals.pop();
              return n;
            }
            return reply();
          case "unstash":
            context.unstashAll();
            return reply();
          default:
            return reply();
        }
      },
    },
  });
}

async function asks(system: TestSystem, chance: Chance, isShutDown: boolean): Promise<void> {
  const seen: Seen[] = [];
  const broken: string[] = [];
  let kills = 0;
  const { poison, mailbox } = chance.of(...PLANS);
  const retries = typeof poison === "object" ? poison.retries : 0;
  using scripts = new Scripts(system);
  const plan = { poison, mailbox, backoff: { initialMs: 0 }, intensity: { restarts: 1000, withinMs: 1000 } };
  const address = system.spawn(
    oracle(seen, () => system.now, chance, broken),
    plan,
  );
  const replies: Promise<unknown>[] = [];
  let endedAt = Number.POSITIVE_INFINITY;
  void address.exited.then(() => {
    endedAt = system.now;
  });
  const asking = () => {
    const controller = chance.oneIn(4) ? new AbortController() : undefined;
    const deed = chance.of(...DEEDS);
    const timeout = chance.of(1, 5, 10, 20, 500);
    const n = seen.length;
    const one: Seen = {
      deed,
      timeout,
      sentAt: system.now,
      abortedAt: undefined,
      begun: 0,
      begunAt: -1,
      repliedAt: undefined,
      signals: [],
      cut: 0,
      settledAt: -1,
      outcome: undefined,
    };
    seen.push(one);
    const asked = address.ask({ type: "answer", n, deed }, { timeout, signal: controller?.signal });
    const settle = (outcome: unknown) => {
      if (one.settledAt >= 0) broken.push(`${n} settles twice`);
      one.outcome = outcome;
      one.settledAt = system.now;
    };
    replies.push(asked.then(settle, settle));
    if (controller !== undefined) {
      void pause(chance.below(12)).then(() => {
        if (one.settledAt < 0) one.abortedAt = system.now;
        controller.abort(ABORTED);
      });
    }
  };
  const performed = scripts.perform(
    numbers(10).map(() => asking),
    numbers(10).map(
      () =>
        ({ sleep }) =>
          chance.oneIn(3) ? sleep(chance.below(8)) : asking(),
    ),
    numbers(chance.below(4)).map(() => async ({ sleep }) => {
      await sleep(chance.below(20));
      kills++;
      void system.kill(address);
    }),
  );
  if (isShutDown) {
    await pause(chance.below(20));
    await system.shutdown();
    await performed.catch((error: unknown) => must(error instanceof ActorStoppedError, String(error)));
  } else await performed;
  await pause(1000);
  await Promise.all(replies);
  same("broken", broken, []);
  for (const [n, { sentAt, settledAt }] of seen.entries()) {
    must(
      settledAt <= Math.max(sentAt, endedAt),
      `ask ${n} settles at ${settledAt}, but its actor has ended at ${endedAt}`,
    );
  }
  for (const [n, one] of seen.entries()) checkOutcome(n, one, { retries, kills, isShutDown });
  const rejected = seen.filter(({ outcome }) => outcome instanceof Error).length;
  if (!isShutDown) same("rejected asks", (await system.inspect()).rejectedAsks, rejected);
  address.drop();
}

function checkOutcome(
  n: number,
  one: Seen,
  { retries, kills, isShutDown }: { retries: number; kills: number; isShutDown: boolean },
): void {
  const { outcome, settledAt, sentAt, timeout, abortedAt, begun, repliedAt, deed, signals } = one;
  const say = () =>
    `ask ${n}: ${JSON.stringify({ ...one, outcome: String(outcome), signals: signals.map(({ aborted }) => aborted) })}`;
  must(settledAt >= sentAt && settledAt <= sentAt + timeout, say);
  must(begun <= 1 + retries, say);
  if (outcome instanceof AskTimeoutError) {
    must(settledAt === sentAt + timeout && (repliedAt === undefined || repliedAt === settledAt), say);
  } else if (outcome === ABORTED) {
    must(settledAt === abortedAt && (repliedAt === undefined || repliedAt >= settledAt), say);
  } else if (outcome instanceof ActorPanickedError) {
    must(outcome.cause === BAD && deed.startsWith("fail") && begun > 0, say);
    must(begun === 1 + retries || isShutDown, say);
  } else if (outcome instanceof ActorStoppedError) {
    must(kills > 0 || isShutDown, say);
  } else if (outcome instanceof MailboxFullError) {
    must(begun === 0, say);
  } else {
    must(outcome === n && begun > 0 && repliedAt === settledAt, say);
    must(signals.at(-1)?.aborted === false, say);
    return;
  }
  must(
    signals.every(({ aborted }) => aborted),
    say,
  );
}

explored("each ask has the one outcome that fits what its handler did, at its time", (system, chance) =>
  asks(system, chance, false),
);
explored("so has each that is under way when the system is shut down", (system, chance) => asks(system, chance, true));

interface Ghost {
  haunt(payload: { other: Address<{ noop(): void }>; ms: number }): Promise<string>;
  look(): { generation: number; touched: number };
  boo(): void;
}

explored(
  "late work of an incarnation that has ended touches nothing of the next, and its reply is for nobody",
  async (system, chance) => {
    const refusals: string[] = [];
    let boos = 0;
    let lateWorks = 0;
    const idle = actor({ on: { noop: () => {} } });
    const attempts = (act: () => unknown, refusal: unknown, name: string): void => {
      try {
        act();
        refusals.push(`${name} was not refused`);
      } catch (error) {
        if (!(error instanceof (refusal as new () => Error))) refusals.push(`${name}: ${String(error)}`);
      }
    };
    const ghost = implement<Ghost>()({
      state: (_: undefined, { generation }) => ({ generation, touched: 0 }),
      on: {
        haunt: async (context, { other, ms }) => {
          const { state, generation } = context;
          const life = context.signal;
          await pause(ms);
          if (!life.aborted) {
            other.drop();
            return `on time ${generation}`;
          }
          lateWorks++;
          state.touched++;
          attempts(() => context.stash(), NothingToStashError, "stash");
          attempts(() => context.spawn(idle), SpawnRefusedError, "spawn");
          context.unstashAll();
          context.stop();
          context.timers.after("boo", 1, { type: "boo" });
          context.pipeToSelf(Promise.resolve(), () => ({ type: "boo" }));
          context.watch(other, () => ({ type: "boo" }));
          context.own(other);
          if (!context.signal.aborted) refusals.push("its signal is not aborted");
          await context.sleep(1).then(
            () => refusals.push("it can sleep"),
            () => {},
          );
          return "late";
        },
        look: ({ state, generation }) => ({
          generation,
          touched: generation === state.generation ? state.touched : -1,
        }),
        boo: () => void boos++,
      },
    });
    using scripts = new Scripts(system);
    using address = system.spawn(ghost, {
      restart: "permanent",
      intensity: { restarts: 100, withinMs: 1 },
      backoff: { initialMs: 0 },
    });
    const others = chance.times(5, () => system.spawn(idle));
    const exits = others.map(({ exited }) => outcomeOf(exited));
    const replies: unknown[] = [];
    const looks: { generation: number; touched: number }[] = [];
    let kills = 0;
    await scripts.perform(
      others.map((other) => async () => {
        replies.push(
          await address.ask({ type: "haunt", other, ms: chance.below(20) }).catch((error: unknown) => error),
        );
      }),
      chance.times(4, () => async ({ sleep }) => {
        await sleep(1 + chance.below(20));
        kills++;
        void system.kill(address);
      }),
      chance.times(6, () => async ({ sleep }) => {
        looks.push(await address.ask({ type: "look" }));
        await sleep(chance.below(10));
      }),
    );
    await pause(1000);
    same("not refused", refusals, []);
    same("boos", boos, 0);
    must(
      looks.every(({ touched }) => touched === 0),
      () => `touched: ${JSON.stringify(looks)}`,
    );
    for (const reply of replies)
      must(reply instanceof ActorStoppedError || /^on time/.test(String(reply)), () => String(reply));
    const late = replies.filter((reply) => reply instanceof ActorStoppedError).length;
    same("late", late, lateWorks);
    same("restarts", (await address.ask({ type: "look" })).generation, 1 + kills);
    same(
      "others",
      exits.map(({ value }) => value),
      others.map(() => "normal"),
    );
  },
);
