/** Supervisors under every order: who starts when, who is stopped with whom, and that a restart loses only the poison. */
import type { ChildSpec, SupervisorAddress } from "@pneumatic/actors";
import { ActorStoppedError, actor, child, DuplicateNameError, SpawnRefusedError, supervisor } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import { test } from "vitest";
import type { Chance } from "../support/chance.ts";
import type { ExploredScenario } from "../support/explored.ts";
import { balanced, explored, must, outcomeOf, pause, replay, Scripts, same } from "../support/explored.ts";
import { numbers } from "../support/sequence.ts";
import type { RecordedActor } from "../support/supervision-recorder.ts";
import {
  AT_ONCE,
  DEEDS,
  OFTEN,
  RETRIED,
  recordedChild,
  SupervisionRecorder,
  supervisorOf,
} from "../support/supervision-recorder.ts";

interface Stubborn {
  hold(payload: { ms: number }): Promise<void>;
}

const IDS = ["a", "b", "c", "d"];
const LONG_MS = 100_000;

for (const strategy of ["one_for_one", "one_for_all", "rest_for_one"] as const) {
  explored(`${strategy} restarts in order, and loses nothing but the poison`, async (system, chance) => {
    const recorder = new SupervisionRecorder(chance);
    recorder.kills = chance.oneIn(2);
    const isRetried = chance.oneIn(3);
    using scripts = new Scripts(system);
    const children = Object.fromEntries(IDS.map((id) => [id, recorder.childSpec(isRetried ? RETRIED : AT_ONCE)]));
    using top = system.supervise(supervisor({ strategy, intensity: OFTEN, children }), { name: "top" });
    if (strategy !== "one_for_one") recorder.group(IDS.map((id) => `/top/${id}`));
    const players = IDS.map((id) => recordedChild(top, id));
    const sent = numbers(12).map((n) => ({ n, to: chance.below(4), deed: chance.of(...DEEDS) }));
    await scripts.perform(
      sent.map(
        ({ n, to, deed }) =>
          () =>
            players[to]?.tell({ type: "play", n, deed }),
      ),
      chance.times(
        recorder.kills ? 3 : 0,
        () =>
          ({ sleep }) =>
            sleep(chance.below(30)).then(() => system.kill(any(chance, players))),
      ),
    );
    await pause(LONG_MS);
    same("broken", recorder.broken, []);
    same(
      "down",
      top.children().filter(({ alive }) => !alive),
      [],
    );
    for (const [at, id] of IDS.entries()) {
      const wanted = sent.filter(({ to }) => to === at).map(({ n }) => n);
      same(`begun by ${id}`, recorder.begun.get(`/top/${id}`) ?? [], wanted);
      same(`is ${id}`, recorder.does(`/top/${id}`), "up");
      balanced(id, system.ledger(players[at] as RecordedActor));
    }
    const { panicked, handled, deadLettered } = system.ledger(players[0] as RecordedActor);
    const failed = sent.filter(({ to, deed }) => to === 0 && deed.startsWith("fail"));
    const { killed = 0 } = deadLettered;
    must(panicked <= failed.length && panicked + killed >= failed.length, () => `${panicked} of ${failed.length}`);
    same("fates", panicked + handled + killed, sent.filter(({ to }) => to === 0).length);
    for (const player of players) player.drop();
  });
}

explored(
  "whoever panics or loses its thread, at the start or the end of a handler, costs nobody else a message",
  async (system, chance) => {
    const recorder = new SupervisionRecorder(chance);
    const strategy = chance.of("one_for_one", "one_for_all", "rest_for_one");
    using scripts = new Scripts(system);
    const children = Object.fromEntries(IDS.map((id) => [id, recorder.childSpec(AT_ONCE)]));
    using top = system.supervise(supervisor({ strategy, intensity: OFTEN, children }), { name: "top" });
    if (strategy !== "one_for_one") recorder.group(IDS.map((id) => `/top/${id}`));
    const players = IDS.map((id) => recordedChild(top, id));
    const sent = numbers(16).map((n) => ({ n, to: chance.below(4), deed: chance.of("play", "slow") }));
    await scripts.perform(
      sent.map(
        ({ n, to, deed }) =>
          () =>
            players[to]?.tell({ type: "play", n, deed }),
      ),
    );
    await pause(LONG_MS);
    same("broken", recorder.broken, []);
    let struck = 0;
    for (const [at, player] of players.entries()) {
      const { handled, panicked, accepted, deadLettered } = system.ledger(player);
      same("fates", [handled + panicked, deadLettered], [accepted, {}]);
      same("accepted", accepted, sent.filter(({ to }) => to === at).length);
      const begun = recorder.begun.get(player.path)?.length ?? 0;
      must(begun >= handled && begun <= accepted, () => `${begun} were begun`);
      struck += panicked;
      player.drop();
    }
    const restarts = top.children().map((each) => each.restarts);
    if (strategy === "one_for_one")
      same(
        "restarts",
        restarts.reduce((sum, each) => sum + each),
        struck,
      );
    must(Math.max(...restarts) <= struck, () => `${restarts} restarts of ${struck}`);
  },
  {
    faults: [
      { kind: "panic", actor: /top/, chance: 0.1 },
      { kind: "panic", actor: /top/, chance: 0.1, at: "end" },
      { kind: "crash", actor: /top/, chance: 0.1 },
      { kind: "crash", actor: /top/, chance: 0.1, at: "end" },
      { kind: "delay", actor: /top/, chance: 0.1, ms: 5 },
      { kind: "slow", actor: /top/, chance: 0.1, ms: 5 },
    ],
    faultBudget: 6,
  },
);

const COMES_BACK = {
  permanent: { leave: true, fail: true, failLater: true, kill: true, stop: false, drain: false, killForGood: false },
  transient: { leave: false, fail: true, failLater: true, kill: true, stop: false, drain: false, killForGood: false },
  temporary: {
    leave: false,
    fail: false,
    failLater: false,
    kill: false,
    stop: false,
    drain: false,
    killForGood: false,
  },
} as const;

explored("whether an actor comes back follows from its policy and how it ended", async (system, chance) => {
  const recorder = new SupervisionRecorder(chance);
  const restart = chance.of("permanent", "transient", "temporary");
  const isChild = chance.oneIn(2);
  const options = { ...AT_ONCE, restart, intensity: OFTEN };
  using top = isChild
    ? system.supervise(supervisor({ intensity: OFTEN, children: { a: recorder.childSpec({ ...AT_ONCE, restart }) } }))
    : undefined;
  using player = top?.child("a") ?? system.spawn(recorder.definition(), options);
  await player.started; // what has not begun has nothing to kill
  const exited = outcomeOf(player.exited);
  for (let n = 0; n < 5; n++) {
    const how = chance.of("leave", "leave", "fail", "failLater", "kill", "kill", "stop", "drain", "killForGood");
    player.tell({ type: "play", n: 2 * n, deed: chance.of("play", "slow") });
    if (how === "leave" || how.startsWith("fail")) player.tell({ type: "play", n: 2 * n + 1, deed: how as "fail" });
    else if (how === "stop" || how === "drain") void system[how](player);
    else void system.kill(player, { restart: how === "kill" });
    await pause(200);
    const isBack = COMES_BACK[restart][how];
    same(`after ${how} of a ${restart} one`, exited.value === "pending", isBack);
    if (!isBack) break;
    same("living", (await system.inspect()).living, isChild ? 2 : 1);
  }
  same("broken", recorder.broken, []);
});

explored(
  "each failure restarts whom the strategy says, and nobody who is temporary or was terminated",
  async (system, chance) => {
    const strategy = chance.of("one_for_one", "one_for_all", "rest_for_one");
    const recorder = new SupervisionRecorder(chance);
    const temporary = chance.below(6);
    const specOf = (at: number) =>
      recorder.childSpec(at === temporary ? { ...AT_ONCE, restart: "temporary" } : AT_ONCE);
    using top = system.supervise(
      supervisor({ strategy, intensity: OFTEN, children: Object.fromEntries(IDS.map((id, at) => [id, specOf(at)])) }),
    );
    await top.started;
    const wanted = IDS.map((id) => ({ id, alive: true, restarts: 0 }));
    for (let round = 0; round < 5; round++) {
      const { id } = chance.of(...wanted);
      const one = wanted.findIndex((each) => each.id === id);
      if (!wanted[one]?.alive) continue;
      const isTemporary = IDS.indexOf(id) === temporary;
      using player = recordedChild(top, id);
      const how = chance.of("kill", "fail", "failLater", "failLater", "terminate");
      if (how === "terminate") await top.terminateChild(id);
      else if (how === "kill") void system.kill(player);
      else player.tell({ type: "play", n: round, deed: how });
      await pause(1000);
      if (how === "terminate") Object.assign(wanted[one] as object, { alive: false });
      else if (!isTemporary) {
        for (const [at, each] of wanted.entries()) {
          const isHit = { one_for_one: at === one, one_for_all: true, rest_for_one: at >= one }[strategy];
          if (isHit && IDS.indexOf(each.id) === temporary) each.alive = false;
          else if (isHit && each.alive) each.restarts++;
        }
      }
      const gone = wanted.findIndex(
        (each) => IDS.indexOf(each.id) === temporary && (!each.alive || (isTemporary && each.id === id)),
      );
      if (gone >= 0) wanted.splice(gone, 1);
      same("children", top.children(), wanted);
    }
  },
);

explored("a nested tree starts in order and stops in reverse, whoever ends it and when", async (system, chance) => {
  const recorder = new SupervisionRecorder(chance);
  recorder.slowness = 6;
  const one = () => recorder.childSpec({ shutdownMs: LONG_MS });
  const inner = supervisor({ children: { x: one(), y: one() } });
  const spec = supervisor({ children: { a: one(), inner, b: one(), last: supervisor({ children: { z: one() } }) } });
  using top = system.supervise(spec, { name: "top" });
  const started = outcomeOf(top.started);
  await pause(chance.of(1, 5, 20, 50, 1000));
  const isUp = started.value === "undefined";
  const how = chance.of("stop" as const, "drain" as const, "drop" as const, "shutdown" as const);
  const exited = outcomeOf(top.exited);
  const begun = recorder.journal.filter((step) => step.startsWith("start ")).length;
  if (how === "drop") top.drop();
  else if (how === "shutdown") await system.shutdown({ timeoutMs: LONG_MS });
  else await system[how](top);
  await pause(1000);
  same("exit", exited.value, how === "drop" ? "normal" : "shutdown");
  const order = ["/top/a", "/top/inner/x", "/top/inner/y", "/top/b", "/top/last/z"];
  const did = (what: string) =>
    recorder.journal.filter((step) => step.startsWith(`${what} `)).map((step) => step.slice(what.length + 1));
  if (how === "stop") same("starts after the stop", did("start").length, begun);
  same("started", did("start"), order.slice(0, did("start").length));
  if (isUp) same("were up", did("up"), order);
  same("stopped", did("stop"), did("up").reverse());
  same("are gone", did("gone"), did("stop"));
  same(
    "steps",
    recorder.journal.slice(-2 * did("up").length).filter((step) => !/^(stop|gone)/.test(step)),
    [],
  );
  must(!recorder.journal.join(" ").match(/stop (\S+) (?!gone \1)/), () => `Two stop at a time: ${recorder.journal}`);
});

explored("a stop takes as long as each child takes, or may take, one after the other", async (system, chance) => {
  const stubborn = actor({
    on: { hold: (_, { ms }: { ms: number }) => pause(ms) },
    stopped: () => pause(chance.below(2)),
  });
  const limits = chance.times(3, () => chance.of(10, 30));
  const children = Object.fromEntries(limits.map((shutdownMs, at) => [`c${at}`, child(stubborn, { shutdownMs })]));
  using top = system.supervise(supervisor({ children }));
  await top.started;
  const holds = limits.map(() => chance.of(0, 5, 20, 1000));
  const addresses = limits.map((_, at) =>
    (top as SupervisorAddress<Record<string, ChildSpec<Stubborn>>>).child(`c${at}`),
  );
  for (const [at, ms] of holds.entries()) if (ms > 0) addresses[at]?.tell({ type: "hold", ms });
  await pause(1);
  const since = system.now;
  const how = chance.of("stop", "shutdown", "terminate");
  if (how === "shutdown") await system.shutdown();
  else if (how === "stop") await system.stop(top);
  else for (const id of ["c2", "c1", "c0"]) await top.terminateChild(id);
  let most = 0;
  for (const [at, limit] of limits.entries()) most += Math.min(limit, (holds[at] as number) + 2);
  must(system.now - since <= most, () => `It took ${system.now - since} ms, not ${most}: ${holds} within ${limits}`);
  const ends = await Promise.all(addresses.map(({ exited }) => exited));
  let passed = 0;
  for (const at of [2, 1, 0]) {
    const [left, limit] = [Math.max(0, (holds[at] as number) - 1 - passed), limits[at] as number];
    if (left > limit) same(`end of c${at}`, ends[at]?.kind, "killed");
    if (left + 2 < limit) same(`end of c${at}`, ends[at]?.kind, "shutdown");
    passed += Math.min(left, limit);
  }
  await pause(1000);
  for (const each of addresses) each.drop();
});

/** How many of the failures, by their times, are followed by a restart. */
function allowed(times: readonly number[], { restarts, withinMs }: { restarts: number; withinMs: number }): number {
  const counted: number[] = [];
  for (const at of times) {
    if (counted.filter((earlier) => at - earlier < withinMs).length >= restarts) break;
    counted.push(at);
  }
  return counted.length;
}

explored("as many restarts as the intensity allows in any window follow, and not one more", async (system, chance) => {
  const recorder = new SupervisionRecorder(chance);
  recorder.slowness = 0;
  const intensity = { restarts: chance.below(4), withinMs: chance.of(1, 50, 100) };
  const isAlone = chance.oneIn(2);
  const options = { backoff: { initialMs: 0 } };
  using top = isAlone
    ? undefined
    : system.supervise(supervisor({ intensity, children: { a: child(recorder.definition(), options) } }), {
        name: "top",
      });
  using player = top?.child("a") ?? system.spawn(recorder.definition(), { ...options, intensity, name: "a" });
  const times: number[] = [];
  for (let n = 0; n < 6; n++) {
    times.push(system.now);
    player.tell({ type: "play", n, deed: "fail" });
    await pause(chance.of(10, 49, 50, 99, 100));
  }
  player.tell({ type: "play", n: 6, deed: "play" });
  await pause(1000);
  const restarts = allowed(times, intensity);
  const { panicked, handled, deadLettered } = system.ledger(player);
  const isOver = restarts < times.length;
  same("panicked", panicked, isOver ? restarts + 1 : times.length);
  same("handled", handled, isOver ? 0 : 1);
  same("starts", recorder.startedAt.get(player.path)?.length, restarts + 1);
  same("dead", deadLettered, isOver ? { stopped: times.length - restarts } : {});
  const exited = outcomeOf((top ?? player).exited);
  await pause(1);
  same("exit", exited.value, isOver ? "panicked" : "pending");
});

explored("what is queued when the intensity is exceeded is given up for that reason", async (system, chance) => {
  const recorder = new SupervisionRecorder(chance);
  const restarts = chance.below(3);
  const intensity = { restarts, withinMs: LONG_MS };
  using scripts = new Scripts(system);
  using top = system.supervise(
    supervisor({ intensity, children: { a: recorder.childSpec(AT_ONCE), b: recorder.childSpec(AT_ONCE) } }),
  );
  using a = top.child("a");
  using b = top.child("b");
  const isUp = chance.oneIn(2);
  if (isUp) await top.started;
  await scripts.perform(
    numbers(6).map((n) => () => a.tell({ type: "play", n, deed: "fail" })),
    numbers(4).map((n) => () => b.tell({ type: "play", n, deed: chance.of("play", "slow") })),
  );
  await pause(1000);
  const { panicked, deadLettered } = system.ledger(a);
  const { intensityExceeded = 0, stopped = 0, draining = 0, ...others } = deadLettered;
  same("panicked", panicked, restarts + 1);
  same("others", others, {});
  same("dead", intensityExceeded + stopped + draining, 5 - restarts);
  same("exit", [(await top.exited).kind, (await b.exited).kind], ["panicked", "shutdown"]);
  const { kind } = await a.exited; // while the supervisor starts it waits for what its own supervisor decides
  must(kind === "panicked" || (kind === "shutdown" && !isUp), kind);
  same("broken", recorder.broken, []);
});

explored(
  "backoff doubles from the second restart in a row, and starts over after a quiet window",
  async (system, chance) => {
    const recorder = new SupervisionRecorder(chance, () => system.now);
    const isKilled = chance.oneIn(3);
    recorder.slowness = isKilled ? 10 : 0; // a kill waits for no hook
    const intensity = { restarts: 100, withinMs: 1000 };
    const backoff = { initialMs: 10, maxMs: 50, jitter: 0 };
    using player = system.spawn(recorder.definition(), { name: "a", backoff, intensity });
    await pause(1);
    const wanted: number[] = [0];
    let inARow = 0;
    for (let n = 0; n < 8; n++) {
      await pause(chance.of(1, 500, 999, 1000, 2000));
      const starts = recorder.startedAt.get("/a") as number[];
      if (system.now - (starts.at(-1) as number) >= 1000) inARow = 0;
      const delay = inARow === 0 ? 0 : Math.min(50, 10 * 2 ** (inARow - 1));
      inARow++;
      if (isKilled || chance.oneIn(3)) void system.kill(player);
      else player.tell({ type: "play", n, deed: "fail" });
      wanted.push(system.now + delay);
      await pause(60);
    }
    same("starts", recorder.startedAt.get("/a"), wanted);
  },
);

explored(
  "a supervisor that gives up is restarted by its own, under the same addresses, without what was started later",
  async (system, chance) => {
    const recorder = new SupervisionRecorder(chance);
    const restarts = chance.below(2);
    const inner = supervisor({
      strategy: chance.of("one_for_one", "one_for_all", "rest_for_one"),
      intensity: { restarts, withinMs: LONG_MS },
      children: { x: recorder.childSpec(AT_ONCE), y: recorder.childSpec(AT_ONCE) },
    });
    const strategy = chance.of("one_for_one" as const, "one_for_all" as const, "rest_for_one" as const);
    using scripts = new Scripts(system);
    using top = system.supervise(
      supervisor({ strategy, intensity: OFTEN, children: { a: recorder.childSpec(), inner, b: recorder.childSpec() } }),
      { name: "top" },
    );
    using sub = top.child("inner");
    using x = sub.child("x");
    using y = sub.child("y");
    await top.started;
    using extra = sub.startChild("extra", recorder.childSpec(AT_ONCE));
    const exits = [x, y, extra].map(({ exited }) => outcomeOf(exited));
    await scripts.perform(
      numbers(12).map((n) => async ({ sleep }) => {
        x.tell({ type: "play", n, deed: chance.of("fail", "failLater", "play") });
        if (chance.oneIn(2)) await sleep(chance.below(40));
      }),
      numbers(4).map((n) => () => y.tell({ type: "play", n, deed: "slow" })),
      numbers(4).map((n) => () => extra.tell({ type: "play", n, deed: "slow" })),
    );
    await pause(LONG_MS);
    same("broken", recorder.broken, []);
    const { panicked, accepted, handled, deadLettered } = system.ledger(x);
    same("restarts of x", sub.children()[0]?.restarts, panicked);
    const gaveUp = Math.floor(panicked / (restarts + 1));
    const [before, own, after] = top.children().map((each) => each.restarts) as [number, number, number];
    same("restarts", [before, own], [strategy === "one_for_all" ? gaveUp : 0, gaveUp]);
    const least = strategy === "one_for_one" ? 0 : Math.min(1, gaveUp); // it may wait for its turn while `inner` fails again
    must(after >= least && after <= least * gaveUp, `"b" was restarted ${after} times`);
    same(
      "exits",
      exits.map(({ value }) => value),
      ["pending", "pending", gaveUp > 0 ? "shutdown" : "pending"],
    );
    same(
      "children",
      sub.children().map(({ id }) => id),
      gaveUp > 0 ? ["x", "y"] : ["x", "y", "extra"],
    );
    const { intensityExceeded = 0 } = deadLettered;
    same("fates", [accepted, panicked + handled + intensityExceeded], [12, 12]);
    same(
      "reply",
      [await x.ask({ type: "play", n: 100, deed: "play" }), await y.ask({ type: "play", n: 101, deed: "play" })],
      [100, 101],
    );
  },
);

explored(
  "children that come and go by name are listed as long as they live, and never come back once terminated",
  async (system, chance) => {
    const recorder = new SupervisionRecorder(chance);
    const strategy = chance.of("one_for_one" as const, "one_for_all" as const, "rest_for_one" as const);
    using scripts = new Scripts(system);
    using top = system.supervise(
      supervisor({ strategy, intensity: OFTEN, children: { a: recorder.childSpec(AT_ONCE) } }),
      {
        name: "top",
      },
    );
    const made: RecordedActor[] = [];
    const terminated: { id: string; starts: number }[] = [];
    const startsOf = (id: string) => recorder.startedAt.get(`/top/${id}`)?.length ?? 0;
    const play = (n: number) => () =>
      made.length > 0 && any(chance, made).tell({ type: "play", n, deed: chance.of(...DEEDS, "leave") });
    const start = () => {
      const id = chance.of("p", "q", "r");
      const wasAlive = top.children().some((each) => each.id === id && each.alive);
      try {
        made.push(
          top.startChild(
            id,
            recorder.childSpec({ ...AT_ONCE, restart: chance.of("permanent", "transient", "temporary") }),
          ) as RecordedActor,
        );
        must(!wasAlive, `${id} was started twice`);
      } catch (error) {
        must(error instanceof DuplicateNameError && wasAlive, String(error));
      }
    };
    const terminate = async () => {
      const listed = top
        .children()
        .map(({ id }) => id)
        .filter((id) => id !== "a");
      if (listed.length === 0) return;
      const id = any(chance, listed);
      const { kind } = await top.terminateChild(id);
      must(["shutdown", "normal", "panicked"].includes(kind), `${id} ended ${kind}`);
      if (!top.children().some((each) => each.id === id && each.alive)) terminated.push({ id, starts: startsOf(id) });
    };
    await scripts.perform(
      numbers(6).map(() => start),
      numbers(10).map((n) => (chance.oneIn(4) ? ({ sleep }) => sleep(chance.below(30)) : play(n))),
      numbers(4).map(() => terminate),
    );
    await pause(1000);
    // Messages are numbered across children, so that only overlaps and the dead that play are looked at here.
    same(
      "broken",
      recorder.broken.filter((what) => !what.includes(" after ")),
      [],
    );
    for (const { id, alive } of top.children()) {
      same(`${id} is found`, system.lookup(`/top/${id}`) !== undefined, alive);
      same(`${id} is up`, recorder.does(`/top/${id}`) === "up", alive);
    }
    const last = new Map(terminated.map((each) => [each.id, each]));
    for (const { id, starts } of last.values())
      if (!top.children().some((each) => each.id === id && each.alive)) must(startsOf(id) >= starts, id);
    for (const player of made) player.drop();
  },
);

interface Tree {
  readonly top: SupervisorAddress;
  readonly players: RecordedActor[];
}

function anyTree(system: TestSystem, chance: Chance, recorder: SupervisionRecorder): Tree {
  const options = () => ({
    restart: chance.of("permanent" as const, "transient" as const, "temporary" as const),
    shutdownMs: chance.of(5, 1000),
    backoff: { initialMs: chance.of(0, 10) },
  });
  const intensity = () => ({ restarts: chance.of(0, 1, 3, 100), withinMs: 100 });
  const strategy = () => chance.of("one_for_one" as const, "one_for_all" as const, "rest_for_one" as const);
  const below = () =>
    supervisor({
      strategy: strategy(),
      intensity: intensity(),
      children: { x: recorder.childSpec(options()), y: recorder.childSpec(options()) },
    });
  const children = { a: recorder.childSpec(options()), s: below(), b: recorder.childSpec(options()), t: below() };
  const top = system.supervise(supervisor({ strategy: strategy(), intensity: OFTEN, children }), { name: "top" });
  using s = supervisorOf(top, "s");
  using t = supervisorOf(top, "t");
  const players = [
    recordedChild(top, "a"),
    recordedChild(s, "x"),
    recordedChild(s, "y"),
    recordedChild(top, "b"),
    recordedChild(t, "x"),
    recordedChild(t, "y"),
  ];
  return { top, players };
}

function anyTreeIsShutDown(when: "at last" | "in the middle"): ExploredScenario {
  return async (system, chance) => {
    const recorder = new SupervisionRecorder(chance);
    recorder.kills = true;
    for (const path of ["/top/a", "/top/s/x", "/top/t/y"]) recorder.failing.set(path, chance.of(0, 0, 0, 1, 2));
    using scripts = new Scripts(system);
    const { top, players } = anyTree(system, chance, recorder);
    const exits = [top, ...players].map(({ exited }) => outcomeOf(exited));
    const performed = scripts.perform(
      numbers(15).map((n) => () => any(chance, players).tell({ type: "play", n, deed: chance.of(...DEEDS, "leave") })),
      numbers(6).map(() => async ({ sleep }) => {
        await sleep(chance.below(30));
        const one = any(chance, players);
        const how = chance.of("kill", "kill", "kill", "killForGood", "stop", "drain");
        if (how === "stop" || how === "drain") void system[how](one);
        else void system.kill(one, { restart: how === "kill" });
      }),
    );
    if (when === "at last") await performed;
    else await pause(chance.below(40));
    const since = system.now;
    await system.shutdown();
    must(system.now - since <= 10_000, `The shutdown took ${system.now - since} ms`);
    await performed.catch((error: unknown) => must(error instanceof ActorStoppedError, String(error)));
    await pause(100);
    must(
      exits.every(({ value }) => value !== "pending"),
      () => `exits ${exits.map(({ value }) => value)}`,
    );
    same("broken", recorder.broken, []);
    for (const address of [top, ...players]) address.drop();
  };
}

for (const when of ["at last", "in the middle"] as const)
  explored(`any tree keeps its rules, and ends in time when it is shut down ${when}`, anyTreeIsShutDown(when));

// A child that took the place of one which had ended normally waited for its backoff, and began after it had been drained.
test("a tree of seed 347 leaves no wait for a start behind", () => replay(anyTreeIsShutDown("at last"), 347));
test("a tree of seed 11412 starts nobody twice", () => replay(anyTreeIsShutDown("in the middle"), 11412));

explored("a spawn below an incarnation that has ended is refused, and leaves nobody", async (system, chance) => {
  const recorder = new SupervisionRecorder(chance);
  const definition = recorder.definition();
  let refused = 0;
  let made = 0;
  const parent = child(
    actor({
      on: {
        grow: async ({ spawn, sleep }) => {
          await pause(chance.below(20));
          try {
            spawn(definition).drop();
            made++;
          } catch (error) {
            must(error instanceof SpawnRefusedError, String(error));
            refused++;
          }
          void sleep;
        },
      },
    }),
    AT_ONCE,
  );
  using top = system.supervise(supervisor({ intensity: OFTEN, children: { parent } }));
  using one = top.child("parent");
  for (let n = 0; n < 5; n++) {
    one.tell({ type: "grow" });
    if (chance.oneIn(2)) void pause(chance.below(30)).then(() => system.kill(one));
  }
  await pause(1000);
  same("tried", made + refused, 5);
  same("kept", (await system.inspect()).living, 2);
});

function any<T>(chance: Chance, from: readonly T[]): T {
  return from[chance.below(from.length)] as T;
}
