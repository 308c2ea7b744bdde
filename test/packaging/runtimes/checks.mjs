/** What actors, and channels between threads, must do on every runtime that claims to be like Node. */
import { Worker } from "node:worker_threads";
import { ActorSystem, actor, bounded, onThread, subscribe } from "@pneumatic/actors";
import { explore, probe } from "@pneumatic/actors/testing";
import { channel, syncChannel } from "@pneumatic/core";
import { toPort } from "@pneumatic/core/threads";

function equal(actual, expected) {
  const [is, wanted] = [actual, expected].map((value) => JSON.stringify(value) ?? String(value));
  if (is !== wanted) throw new Error(`expected ${wanted}, got ${is}`);
}

const LIMIT_MS = 20_000;
const worker = onThread(new URL("../../threads/actors/fixtures/worker.mjs", import.meta.url));
const eager = { backoff: { initialMs: 0 } };
const alone = { thread: "dedicated", resourceLimits: { maxOldGenerationSizeMb: 40 } };

const fragile = actor({
  state: (_, { generation }) => ({ generation }),
  on: {
    break: () => {
      throw new RangeError("broken");
    },
    generation: ({ state }) => state.generation,
    doze: ({ sleep }) => sleep(50),
  },
});

/** Runs with an actor, and drops its only address: then the process can end. */
async function withActor(definition, options, run, settings) {
  const address = new ActorSystem({ logLevel: "silent", ...settings }).spawn(definition, options);
  try {
    await run(address);
  } finally {
    address.drop();
  }
}

/** Harms the thread of an actor; the ask in flight must reject, and what is queued be handled by the next incarnation. */
function survives(how, options = {}, { heartbeatMs = 1000, cause = "" } = {}) {
  const run = async (address) => {
    await address.started;
    const harmed = address.ask({ type: "harm", how }, { timeout: LIMIT_MS }).then(
      () => "replied",
      (error) => `${error.code} ${error.cause?.message}`,
    );
    const queued = address.ask({ type: "see", n: 1 }, { timeout: LIMIT_MS });
    const outcome = await harmed;
    if (!outcome.startsWith("ERR_ACTOR_PANICKED") || !outcome.includes(cause)) throw new Error(outcome);
    equal((await queued).n, 1);
    equal((await address.ask({ type: "about" })).generation, 2);
  };
  return withActor(worker, { ...eager, ...options }, run, { threads: { heartbeatMs } });
}

/** Two ends for a worker that is this code; the other two are ours. */
function channelsTo(code) {
  const [tx, inbox] = syncChannel(2);
  const [outbox, rx] = channel();
  const ends = toPort({ inbox, outbox });
  const start = `import("@pneumatic/core/threads").then(async ({ fromPort, recvSync }) => {
    const { inbox, outbox } = fromPort(require("node:worker_threads").workerData);
    ${code}
  });`;
  const thread = new Worker(start, { eval: true, workerData: ends, transferList: [ends] });
  return { tx, rx, thread };
}

export const checks = [
  {
    title: "actors: a panic restarts, keeps what is queued, and is told to subscribers",
    run: () =>
      withActor(fragile, eager, async (address) => {
        const seen = [];
        const subscription = subscribe("pneumatic:actor:panicked", ({ generation }) => seen.push(generation));
        address.tell({ type: "break" });
        equal(await address.ask({ type: "generation" }), 2);
        subscription[Symbol.dispose]();
        equal(seen, [1]);
      }),
  },
  {
    title: "actors: asks time out and are aborted",
    run: () =>
      withActor(fragile, {}, async (address) => {
        const aborted = await address.ask({ type: "generation" }, { signal: AbortSignal.abort("why") }).catch(String);
        const late = await address.ask({ type: "doze" }, { timeout: 5 }).catch((error) => error.code);
        equal([aborted, late], ["why", "ERR_ACTOR_ASK_TIMEOUT"]);
      }),
  },
  {
    title: "actors: a full mailbox refuses",
    run: () =>
      withActor(fragile, { mailbox: bounded(1, { overflow: "reject" }) }, async (address) => {
        address.tell({ type: "generation" });
        equal(address.trySend({ type: "generation" }).ok, false);
      }),
  },
  {
    title: "testing: a seeded exploration with virtual time",
    async run() {
      const slow = actor({
        state: (out) => ({ out }),
        on: {
          go: async ({ state, sleep }) => {
            await sleep(60_000);
            state.out.tell({ type: "done" });
          },
        },
      });
      const { runs } = await explore(
        async (system) => {
          const out = probe(system);
          const address = system.spawn(slow, { args: out.address.clone() });
          address.tell({ type: "go" });
          await out.expectMessage("done", { within: 60_000 });
          address.drop();
          out[Symbol.dispose]();
        },
        { runs: 20 },
      );
      equal(runs, 20);
    },
  },
  {
    title: "threads of core: a channel there and one back",
    async run() {
      const { tx, rx } = channelsTo("for await (const n of inbox) outbox.send(n * n); outbox.drop();");
      for (const n of [1, 2, 3]) await tx.send(n);
      tx.drop();
      const squares = [];
      for await (const square of rx) squares.push(square);
      equal(squares, [1, 4, 9]);
    },
  },
  {
    title: "threads of core: recvSync blocks its thread until a message is there",
    async run() {
      const { tx, rx } = channelsTo("outbox.send(0); outbox.send(recvSync(inbox).value); outbox.drop(); inbox.drop();");
      equal((await rx.recv()).value, 0);
      await tx.send(7);
      equal((await rx.recv()).value, 7);
      tx.drop();
    },
  },
  {
    title: "threads of core: a thread that is terminated has dropped its ends",
    async run() {
      const { rx, thread } = channelsTo("outbox.send(1); await inbox.recv();");
      equal((await rx.recv()).value, 1);
      await thread.terminate();
      equal((await rx.recv({ timeout: LIMIT_MS })).error?.kind, "disconnected");
    },
  },
  {
    title: "thread actors: ask and reply",
    run: () =>
      withActor(worker, {}, async (address) => {
        const value = { list: [1, "two", 3n], when: new Date(0), map: new Map([["key", new Set([1])]]) };
        const echo = await address.ask({ type: "echo", value });
        equal([String(echo.list), echo.when.getTime(), echo.map.get("key").has(1)], ["1,two,3", 0, true]);
      }),
  },
  { title: "thread actors: a handler throws", run: () => survives("throw") },
  { title: "thread actors: the stack overflows", run: () => survives("overflow") },
  { title: "thread actors: a rejection that nobody handles", run: () => survives("floatingRejection") },
  { title: "thread actors: a timer throws", run: () => survives("timerThrow") },
  { title: "thread actors: process.exit", run: () => survives("exit") },
  { title: "thread actors: a loop that never ends", run: () => survives("hang", {}, { cause: "hung" }) },
  {
    title: "thread actors: out of memory, within resourceLimits",
    run: () => survives("outOfMemory", alone, { heartbeatMs: 5000, cause: "outOfMemory" }),
  },
];
