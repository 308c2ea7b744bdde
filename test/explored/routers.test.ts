/** Routers under every order: a routee that panics, comes or goes loses nothing of the others, nor of its own queue. */
import { ActorStoppedError, implement } from "@pneumatic/actors";
import { explored, must, outcomeOf, pause, Scripts, same } from "../support/explored.ts";
import { numbers } from "../support/sequence.ts";

const OFTEN = { intensity: { restarts: 1000, withinMs: 1 }, backoff: { initialMs: 0 } } as const;
const BAD = new Error("bad");

interface Job {
  job(payload: { n: number; from: number; deed: "quick" | "slow" | "fail" }): string | Promise<string>;
}

for (const strategy of ["round_robin", "random", "least_loaded", "consistent_hash"] as const) {
  explored(
    `each message to a ${strategy} router is begun once by one routee, whatever becomes of the others`,
    async (system, chance) => {
      const begun: number[] = [];
      const byRoutee = new Map<string, { n: number; from: number }[]>();
      const worker = implement<Job>()({
        state: () => (chance.oneIn(3) ? pause(3) : undefined),
        on: {
          job: async ({ path, sleep }, { n, from, deed }) => {
            begun.push(n);
            byRoutee.set(path, [...(byRoutee.get(path) ?? []), { n, from }]);
            if (deed === "slow") await sleep(chance.below(6));
            if (deed === "fail") throw BAD;
            return path;
          },
        },
      });
      const isElastic = chance.oneIn(2) && strategy !== "consistent_hash";
      const size = isElastic ? { min: 1, max: 4, loadedAt: 1, idleMs: 5 } : 3;
      const options =
        strategy === "consistent_hash"
          ? ({ strategy, key: ({ from }: { from: number }) => `${from}` } as const)
          : { strategy };
      using scripts = new Scripts(system);
      const router = system.route(worker, { ...OFTEN, ...options, size, name: "router" });
      let sent = 0;
      const replies: Promise<unknown>[] = [];
      const job = (from: number) => () => {
        const message = { type: "job", n: sent++, from, deed: chance.of("quick", "slow", "fail") } as const;
        if (chance.oneIn(2)) router.tell(message);
        else {
          const asked = router.ask(message, { timeout: Number.POSITIVE_INFINITY });
          replies.push(
            asked.then(
              (path) => must(/^\/router\/routee-\d$/.test(path) && message.deed !== "fail", path),
              (error) => must(message.deed === "fail", String(error)),
            ),
          );
        }
      };
      const isResized = !isElastic && chance.oneIn(2);
      await scripts.perform(
        numbers(8).map(() => job(0)),
        numbers(8).map(
          () =>
            ({ sleep }) =>
              chance.oneIn(4) ? sleep(chance.below(12)) : job(1)(),
        ),
        isResized
          ? numbers(3).map(
              () =>
                ({ sleep }) =>
                  sleep(chance.below(8)).then(() => router.resize(1 + chance.below(4))),
            )
          : [],
      );
      await pause(3);
      const isDropped = chance.oneIn(2);
      if (isDropped) router.drop();
      await pause(1000);
      await Promise.all(replies);
      same(
        "begun",
        [...begun].sort((a, b) => a - b),
        numbers(sent),
      );
      for (const [path, jobs] of byRoutee) {
        for (const from of [0, 1]) {
          const own = jobs.filter((each) => each.from === from).map(({ n }) => n);
          same(
            `order at ${path}`,
            own,
            [...own].sort((a, b) => a - b),
          );
        }
      }
      if (strategy === "consistent_hash" && !isResized) {
        for (const from of [0, 1])
          must(
            [...byRoutee.values()].filter((jobs) => jobs.some((each) => each.from === from)).length <= 1,
            "one key went to two routees",
          );
      }
      if (strategy === "round_robin" && !isElastic && !isResized) {
        const counts = [...byRoutee.values()].map(({ length }) => length);
        must(Math.max(...counts) - Math.min(...(counts.length === 3 ? counts : [0])) <= 1, () => `unevenly: ${counts}`);
      }
      if (isDropped) same("living", (await system.inspect()).living, 3);
      else {
        const { accepted, handled, panicked } = system.ledger(router);
        same("ledger", [accepted, handled + panicked], [sent, sent]);
        if (isElastic) same("routees", router.routees().length, 1);
        router.drop();
      }
    },
  );
}

explored("a routee that has left for good gets nothing, as long as there are others", async (system, chance) => {
  const strategy = chance.of("round_robin", "random", "least_loaded");
  const worker = implement<{ job(): string; leave(): string }>()({
    on: {
      job: ({ path }) => path,
      leave: ({ stop, path }) => {
        stop();
        return path;
      },
    },
  });
  using router = system.route(worker, { strategy, size: 3, restart: "transient" });
  const left = new Set<string>();
  for (let n = 0; n < 10; n++) {
    if (left.size < 2 && chance.oneIn(3)) left.add(await router.ask({ type: "leave" }));
    await pause(1);
    const path = await router.ask({ type: "job" });
    must(!left.has(path), `${path} has left`);
    same("alive", router.routees().filter(({ alive }) => alive).length, 3 - left.size);
  }
});

explored(
  "a broadcast is begun once by each routee, and a router that ends refuses what comes",
  async (system, chance) => {
    const begun = new Map<string, number[]>();
    const worker = implement<Job>()({
      on: {
        job: async ({ path, sleep }, { n, deed }) => {
          begun.set(path, [...(begun.get(path) ?? []), n]);
          if (deed === "slow") await sleep(chance.below(6));
          if (deed === "fail" && path.endsWith("2")) throw BAD;
          return path;
        },
      },
    });
    using scripts = new Scripts(system);
    const router = system.route(worker, { ...OFTEN, strategy: "broadcast", size: 3, name: "router" });
    const exited = outcomeOf(router.exited);
    let sent = 0;
    const job = () => router.tell({ type: "job", n: sent++, from: 0, deed: chance.of("quick", "slow", "fail") });
    await scripts.perform(
      numbers(6).map(() => job),
      numbers(3).map(
        () =>
          ({ sleep }) =>
            sleep(chance.below(9)).then(job),
      ),
    );
    await pause(100);
    for (const path of ["1", "2", "3"]) same(path, begun.get(`/router/routee-${path}`), numbers(sent));
    await system.stop(router);
    same("exit", exited.value, "shutdown");
    job();
    same("stopped", system.ledger(router).deadLettered.stopped, 1);
    router.drop();
  },
);

explored("a router whose starts fail too often ends, and each ask has heard of it", async (system, chance) => {
  let failedStarts = 0;
  const worker = implement<Job>()({
    state: (_: undefined, { generation }) => {
      if (generation === 1 || chance.oneIn(2)) return;
      failedStarts++;
      throw BAD;
    },
    on: {
      job: async ({ path, sleep }, { deed }) => {
        if (deed === "slow") await sleep(chance.below(6));
        if (deed === "fail") throw BAD;
        return path;
      },
    },
  });
  using scripts = new Scripts(system);
  const restarts = chance.below(3);
  const router = system.route(worker, {
    size: 2,
    intensity: { restarts, withinMs: 100_000 },
    backoff: { initialMs: 0 },
  });
  let stopped = 0;
  const asks: Promise<unknown>[] = [];
  await scripts.perform(
    numbers(8).map((n) => () => {
      const asked = router.ask(
        { type: "job", n, from: 0, deed: chance.of("slow", "fail") },
        { timeout: Number.POSITIVE_INFINITY },
      );
      asks.push(asked.catch((error: unknown) => error instanceof ActorStoppedError && stopped++));
    }),
    numbers(4).map(
      () =>
        ({ sleep }) =>
          sleep(1),
    ),
  );
  await Promise.all(asks);
  must(failedStarts <= restarts + 2, () => `${failedStarts} failed starts`);
  must(stopped === 0 || failedStarts > restarts, () => `${stopped} stopped after ${failedStarts} failed starts`);
  if (failedStarts > restarts) same("exit", (await router.exited).kind, "startFailed");
  router.drop();
});
