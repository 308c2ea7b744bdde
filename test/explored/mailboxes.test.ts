/** Mailboxes under every order: what goes first, what waits for room, what was set aside, and what comes from outside. */
import type { Poison } from "@pneumatic/actors";
import { bounded, implement, priority, retry } from "@pneumatic/actors";
import { explored, must, outcomeOf, pause, Scripts, same } from "../support/explored.ts";
import { numbers } from "../support/sequence.ts";

const OFTEN = { intensity: { restarts: 1000, withinMs: 1 }, backoff: { initialMs: 0 } } as const;
const BAD = new Error("bad");

interface Ranked {
  put(payload: { n: number; rank: number; deed: "put" | "slow" | "fail" }): void | Promise<void>;
}

explored(
  "a priority mailbox hands over the lowest rank first and equals in order, over restarts, and loses nothing",
  async (system, chance) => {
    const queued: { n: number; rank: number }[] = [];
    const broken: string[] = [];
    const begun: number[] = [];
    const again = chance.oneIn(2);
    const definition = implement<Ranked>()({
      on: {
        put: async ({ sleep, attempt }, { n, rank, deed }) => {
          if (attempt === 1) {
            begun.push(n);
            const best = [...queued].sort((one, other) => one.rank - other.rank || one.n - other.n)[0];
            if (best?.n !== n) broken.push(`${n} of rank ${rank} goes before ${best?.n} of rank ${best?.rank}`);
            queued.splice(
              queued.findIndex((each) => each.n === n),
              1,
            );
          } else if (begun.at(-1) !== n) broken.push(`${n} is not begun again at once`);
          if (deed === "slow") await sleep(chance.below(5));
          if (deed === "fail") throw BAD;
        },
      },
    });
    using scripts = new Scripts(system);
    const poison: Poison = again ? retry(1) : "drop";
    using address = system.spawn(definition, { ...OFTEN, poison, mailbox: priority(({ rank }) => rank) });
    await address.started;
    let sent = 0;
    const put = () => {
      const message = {
        type: "put",
        n: sent++,
        rank: chance.below(3),
        deed: chance.of("put", "slow", "fail"),
      } as const;
      queued.push(message);
      if (chance.oneIn(2)) address.tell(message);
      else void address.ask(message, { timeout: Number.POSITIVE_INFINITY }).catch(() => {});
    };
    await scripts.perform(
      numbers(10).map(() => put),
      numbers(10).map(
        () =>
          ({ sleep }) =>
            chance.oneIn(3) ? sleep(chance.below(6)) : put(),
      ),
      [({ sleep }) => sleep(chance.below(20)).then(() => system.kill(address))],
    );
    await pause(1000);
    same("broken", broken, []);
    same(
      "begun",
      [...begun].sort((a, b) => a - b),
      numbers(sent),
    );
  },
);

explored(
  "who waits for room gets in as it came, and its send settles then, with what became of it",
  async (system, chance) => {
    const capacity = chance.of(0, 1, 2);
    const begun: number[] = [];
    const definition = implement<Ranked>()({
      state: () => (chance.oneIn(2) ? pause(5) : undefined),
      on: {
        put: async ({ sleep }, { n, deed }) => {
          if (n >= 0) begun.push(n);
          if (deed === "slow") await sleep(chance.below(5));
          if (deed === "fail") throw BAD;
        },
      },
    });
    using scripts = new Scripts(system);
    const address = system.spawn(definition, { ...OFTEN, mailbox: bounded(capacity) });
    const outcomes: (string | undefined)[] = [];
    const order: number[] = [];
    const sends: Promise<unknown>[] = [];
    let waiting = 0;
    /** When nothing is left to do, nobody waits for a place that is free. */
    const watch = async () => {
      for (let ms = 0; ms < 60; ms++) {
        await pause(1);
        await system.settle();
        const { queued } = system.ledger(address);
        must(waiting === 0 || queued >= capacity, `${waiting} wait, though ${queued} are queued of ${capacity}`);
      }
    };
    const watched = watch();
    const impatient: Promise<unknown>[] = [];
    /** Asks that give up their places again. */
    const ask = () => {
      const message = { type: "put", n: -1, rank: 0, deed: "put" } as const;
      impatient.push(address.ask(message, { timeout: chance.of(1, 2, 5) }).catch(() => {}));
    };
    let isOver = false;
    const send = () => {
      const n = order.length;
      order.push(n);
      waiting++;
      const timeout = chance.of(3, 20, Number.POSITIVE_INFINITY);
      const message = { type: "put", n, rank: 0, deed: chance.of("put", "slow", "slow", "fail") } as const;
      const since = system.now;
      const settle = (outcome: string) => {
        must(outcomes[n] === undefined, `${n} settles twice`);
        if (outcome === "SendTimeoutError")
          must(system.now === since + timeout, `${n} timed out at ${system.now - since}`);
        waiting--;
        outcomes[n] = outcome;
      };
      sends.push(
        address.send(message, { timeout }).then((sent) => {
          if (!sent.ok) must(sent.error.value === message, "the value is not given back");
          settle(sent.ok ? "ok" : sent.error.name);
          must(system.ledger(address).queued <= Math.max(1, capacity), "more is queued than it holds");
        }),
      );
    };
    const performed = scripts.perform(
      numbers(8).map(() => chance.of(send, send, ask)),
      numbers(8).map(
        () =>
          ({ sleep }) =>
            chance.oneIn(4) ? sleep(chance.below(4)) : send(),
      ),
    );
    if (chance.oneIn(3)) {
      await pause(chance.below(20));
      isOver = true;
      void system[chance.of("stop", "drain", "drain")](address);
    }
    await performed;
    await pause(1000);
    await Promise.all([...sends, ...impatient, watched]);
    const handled = order.filter((n) => outcomes[n] === "ok");
    if (!isOver) same("begun", begun, handled);
    same(
      "in order",
      begun,
      [...begun].sort((a, b) => a - b),
    );
    must(
      begun.every((n) => outcomes[n] === "ok"),
      "one that was refused was begun",
    );
    must(isOver || outcomes.every((outcome) => outcome === "ok" || outcome === "SendTimeoutError"), () =>
      String(outcomes),
    );
    address.drop();
  },
);

explored("a full mailbox gives up exactly what its policy says", async (system, chance) => {
  const overflow = chance.of("reject", "dropOldest", "dropNewest");
  const capacity = 1 + chance.below(3);
  const broken: string[] = [];
  const queued: number[] = [];
  const lost: number[] = [];
  const definition = implement<Ranked>()({
    on: {
      put: async ({ sleep }, { n, deed }) => {
        const next = queued.shift();
        if (next !== n) broken.push(`${n} comes instead of ${next}`);
        if (deed === "slow") await sleep(chance.below(4));
        if (deed === "fail") throw BAD;
      },
    },
  });
  using scripts = new Scripts(system);
  using address = system.spawn(definition, { ...OFTEN, mailbox: bounded(capacity, { overflow }) });
  let sent = 0;
  const put = () => {
    const n = sent++;
    const isFull = queued.length === capacity;
    const message = { type: "put", n, rank: 0, deed: chance.of("put", "slow", "fail") } as const;
    if (isFull && overflow === "dropOldest") lost.push(queued.shift() as number);
    if (!isFull || overflow === "dropOldest") queued.push(n);
    else lost.push(n);
    if (overflow !== "reject") address.tell(message);
    else if (address.trySend(message).ok === isFull) broken.push(`${n} is ${isFull ? "taken" : "refused"}`);
    const letters = system.deadLetters().map(({ message: letter }) => (letter as { n: number }).n);
    if (overflow !== "reject") same("dead letters", letters, lost);
  };
  await scripts.perform(
    numbers(12).map(() => put),
    numbers(12).map(
      () =>
        ({ sleep }) =>
          chance.oneIn(2) ? sleep(chance.below(4)) : put(),
    ),
  );
  await pause(200);
  same("broken", broken, []);
  same("left", queued, []);
});

interface Patient {
  put(payload: { n: number }): void;
}

explored(
  "what is set aside comes back before everything else in the order it came, also over restarts",
  async (system, chance) => {
    const broken: string[] = [];
    let sent = 0;
    /** The numbers of the messages, as they should be: in the mailbox, and set aside. */
    const queued: number[] = [];
    let aside: number[] = [];
    let done = 0;
    let isClosing = false;
    const patient = implement<Patient>()({
      on: {
        put: async ({ stash, unstashAll, sleep }, { n }) => {
          const next = queued.shift();
          if (next !== n) broken.push(`${n} comes instead of ${next}`);
          if (chance.oneIn(4)) {
            unstashAll();
            queued.unshift(...aside);
            aside = [];
          }
          if (chance.oneIn(3)) await sleep(chance.below(4));
          if (chance.oneIn(2) && !isClosing) {
            stash();
            aside.push(n);
            return;
          }
          done++;
          if (chance.oneIn(6)) throw BAD;
        },
      },
    });
    using scripts = new Scripts(system);
    using address = system.spawn(patient, OFTEN);
    const put = () => {
      queued.push(sent);
      address.tell({ type: "put", n: sent++ });
    };
    await scripts.perform(
      numbers(12).map(() => put),
      numbers(12).map(
        () =>
          ({ sleep }) =>
            chance.oneIn(2) ? sleep(chance.below(4)) : put(),
      ),
    );
    await pause(200);
    same("broken", broken, []);
    isClosing = true;
    const { stashed, handled, panicked } = system.ledger(address);
    same("stashed", [stashed, handled + panicked], [aside.length, done]);
    same("sent", stashed + done, sent);
  },
);

interface Piper {
  fetch(payload: { n: number; ms: number; fails: boolean }): void;
  fetched(payload: { n: number; generation: number; ok: boolean }): void;
  fail(): void;
}

explored(
  "what was given to pipeToSelf comes back once to the incarnation that gave it, also when nobody else can send",
  async (system, chance) => {
    const given = new Map<number, number>();
    const came = new Map<number, string>();
    const broken: string[] = [];
    let last = 0;
    const piper = implement<Piper>()({
      on: {
        fetch: ({ pipeToSelf, generation, sleep }, { n, ms, fails }) => {
          given.set(n, generation);
          const work = fails ? pause(ms).then(() => Promise.reject(BAD)) : chance.oneIn(2) ? sleep(ms) : pause(ms);
          pipeToSelf(
            work,
            () => ({ type: "fetched", n, generation, ok: true }),
            () => ({ type: "fetched", n, generation, ok: false }),
          );
        },
        fetched: (_, { n, generation, ok }) => {
          if (came.has(n)) broken.push(`${n} comes twice`);
          if (given.get(n) !== generation) broken.push(`${n} is of another incarnation`);
          came.set(n, ok ? "ok" : "failed");
        },
        fail: () => {
          throw BAD;
        },
      },
      stopped: ({ generation }, { kind }) => {
        if (kind === "normal") last = generation;
      },
    });
    using scripts = new Scripts(system);
    const overflow = chance.of("wait", "reject", "dropOldest", "dropNewest");
    const address = system.spawn(piper, {
      ...OFTEN,
      mailbox: chance.oneIn(2) ? bounded(30, { overflow }) : bounded(30),
    });
    const exited = outcomeOf(address.exited);
    const plan = numbers(6).map((n) => ({ type: "fetch", n, ms: chance.below(20), fails: chance.oneIn(3) }) as const);
    await scripts.perform(
      plan.map((message) => () => address.tell(message)),
      chance.times(
        chance.below(2),
        () =>
          ({ sleep }) =>
            sleep(chance.below(10)).then(() => address.tell({ type: "fail" })),
      ),
      [({ sleep }) => sleep(chance.below(15))],
    );
    address.drop();
    await pause(100);
    same("exit", exited.value === "panicked" ? "normal" : exited.value, "normal");
    same("broken", broken, []);
    for (const { n, fails } of plan) {
      if (given.get(n) === last) same(`${n}`, came.get(n), fails ? "failed" : "ok");
    }
  },
);

interface Ticker {
  tick(payload: { generation: number; key: string }): void;
  fail(): void;
  cancel(payload: { key: string }): void;
}

explored(
  "timers tell their own incarnation until it ends or they are cancelled, each at its time",
  async (system, chance) => {
    const broken: string[] = [];
    const ticks: string[] = [];
    let generationNow = 0;
    const ticker = implement<Ticker>()({
      state: (_: undefined, { timers, generation }) => {
        generationNow = generation;
        timers.every("every", 10, { type: "tick", generation, key: "every" });
        timers.after("after", 15, { type: "tick", generation, key: "after" });
        timers.after("after", 25, { type: "tick", generation, key: "after" });
        timers.after("never", 1, { type: "tick", generation, key: "never" });
        timers.cancel("never");
        return { since: system.now, cancelled: new Set<string>() };
      },
      on: {
        tick: ({ state, generation }, { generation: of, key }) => {
          if (key === "never" || state.cancelled.has(key)) broken.push(`${key} was cancelled`);
          if (of !== generation) return; // it was told in time, and has waited for this one
          const at = system.now - state.since;
          if (key === "every" ? at % 10 !== 0 : at !== 25) broken.push(`${key} at ${at}`);
          ticks.push(`${generation} ${key} ${at}`);
        },
        cancel: ({ timers, state }, { key }) => {
          timers.cancel(key);
          state.cancelled.add(key);
        },
        fail: () => {
          throw BAD;
        },
      },
    });
    const address = system.spawn(ticker, OFTEN);
    const fails = chance.below(3);
    for (let n = 0; n < fails; n++) {
      await pause(1 + chance.below(40));
      if (chance.oneIn(2)) address.tell({ type: "fail" });
      else void system.kill(address);
    }
    await pause(31);
    const isCancelled = chance.oneIn(2);
    if (isCancelled) await address.ask({ type: "cancel", key: "every" });
    await pause(30);
    same("broken", broken, []);
    const mine = ticks
      .filter((tick) => tick.startsWith(`${generationNow} `))
      .map((tick) => tick.split(" ").slice(1).join(" "));
    const times = isCancelled ? [10, 20, 30] : [10, 20, 30, 40, 50, 60];
    same("ticks", mine.sort(), [...times.map((at) => `every ${at}`), "after 25"].sort());
    await system.stop(address);
    address.drop();
  },
);
