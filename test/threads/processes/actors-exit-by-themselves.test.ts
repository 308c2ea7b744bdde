/** The process ends when the last address is dropped, and not before. */
import { expect, test } from "vitest";
import { runModule } from "../../support/node-process.ts";

const HEAD = `
  import { ActorSystem, actor, bounded, child, implement, supervisor } from "@pneumatic/actors";
  const made = performance.now();
  process.on("exit", () => console.log("exit"));
`;

/** Each program runs at the same time as the others: most of it is Node's own start. */
const PROGRAMS: Record<string, { readonly program: string; readonly output: string }> = {
  "ends when the last address is dropped, after the work that is queued": {
    program: `
      const worker = actor({
        on: { work: async (_, { n }) => { await new Promise((done) => setImmediate(done)); console.log("work", n); } },
        stopped: () => console.log("stopped"),
      });
      const system = new ActorSystem();
      const address = system.spawn(worker);
      for (const n of [1, 2, 3]) address.tell({ type: "work", n });
      address.drop();
    `,
    output: "work 1\nwork 2\nwork 3\nstopped\nexit\n",
  },
  "ends when a chain of owners is let go of at its head": {
    program: `
      const owner = actor({ state: (args) => args, on: {}, stopped: ({ path }) => console.log(path) });
      const system = new ActorSystem();
      let next = system.spawn(owner, { name: "last", args: {} });
      for (const name of ["middle", "first"]) next = system.spawn(owner, { name, args: { next } });
      setTimeout(() => next.drop(), 20);
    `,
    output: "/first\n/middle\n/last\nexit\n",
  },
  "ends when the last address of a supervisor is dropped": {
    program: `
      const idle = actor({ on: {}, stopped: ({ path }) => console.log(path.split("/").pop()) });
      const system = new ActorSystem();
      const top = system.supervise(supervisor({ children: { a: child(idle), b: child(idle) } }));
      await top.started;
      top.drop();
    `,
    output: "b\na\nexit\n",
  },
  "ends with asks settled, whatever their timeout": {
    program: `
      const echo = actor({ on: { say: (_, { n }) => n } });
      const system = new ActorSystem();
      const address = system.spawn(echo);
      for (const timeout of [60_000, 120_000, Infinity]) {
        console.log(await address.ask({ type: "say", n: 1 }, { timeout }));
      }
      address.drop();
    `,
    output: "1\n1\n1\nexit\n",
  },
  "ends though timers of an actor were set": {
    program: `
      const ticker = implement()({
        state: (_, context) => { context.timers.every("tick", 60_000, { type: "tick" }); },
        on: { tick: () => {} },
      });
      const system = new ActorSystem();
      system.spawn(ticker).drop();
    `,
    output: "exit\n",
  },
  "ends after shutdown": {
    program: `
      const system = new ActorSystem();
      for (const _ of [1, 2, 3]) system.own(system.spawn(actor({ on: {} })));
      await system.shutdown();
      console.log("shut down");
    `,
    output: "shut down\nexit\n",
  },
  "ends when nothing was ever spawned": {
    program: `
      const system = new ActorSystem();
      void system.terminated;
    `,
    output: "exit\n",
  },
  "ends when an actor could not start": {
    program: `
      const system = new ActorSystem({ logLevel: "silent" });
      const address = system.spawn(actor({ state: () => { throw new Error("bad"); }, on: {} }));
      void address.started;
    `,
    output: "exit\n",
  },
  "ends when an actor has used up its restarts": {
    program: `
      const system = new ActorSystem({ logLevel: "silent" });
      const failing = actor({ on: { fail: () => { throw new Error("bad"); } } });
      const address = system.spawn(failing, { intensity: { restarts: 2, withinMs: 60_000 }, backoff: { initialMs: 1 } });
      for (const _ of [1, 2, 3, 4]) address.tell({ type: "fail" });
      console.log((await address.exited).kind);
    `,
    output: "panicked\nexit\n",
  },
  "stays for the backoff of an actor that has work to do": {
    program: `
      const system = new ActorSystem({ logLevel: "silent" });
      const moody = actor({
        on: { fail: () => { throw new Error("bad"); }, put: () => console.log(performance.now() - made > 100) },
      });
      const address = system.spawn(moody, { backoff: { initialMs: 150, jitter: 0 } });
      for (const type of ["fail", "fail", "put"]) address.tell({ type });
      address.drop();
    `,
    output: "true\nexit\n",
  },
  "stays for a handler, a start and a hook that wait for something that holds nothing": {
    program: `
      const later = (name) => new Promise((done) => setTimeout(done, 60).unref()).then(() => console.log(name));
      const slow = actor({
        state: () => later("state"),
        started: () => later("started"),
        on: { work: () => later("work") },
        stopped: () => later("stopped"),
      });
      const system = new ActorSystem();
      const address = system.spawn(slow);
      address.tell({ type: "work" });
      address.drop();
    `,
    output: "state\nstarted\nwork\nstopped\nexit\n",
  },
  "stays while an address is held": {
    program: `
      const system = new ActorSystem();
      globalThis.held = system.spawn(actor({ on: {} }));
      setTimeout(() => { console.log("still here"); globalThis.held.drop(); }, 150).unref();
    `,
    output: "still here\nexit\n",
  },
  "stays while the child of an actor lives": {
    program: `
      const slow = actor({ on: {}, stopped: () => new Promise((done) => setTimeout(done, 60).unref()) });
      const parent = actor({
        state: (_, context) => context.own(context.spawn(slow)),
        on: {},
        stopped: () => console.log("parent"),
      });
      const system = new ActorSystem();
      const address = system.spawn(parent);
      await address.started;
      address.drop();
    `,
    output: "parent\nexit\n",
  },
  "stays again after it was idle and has spawned": {
    program: `
      const system = new ActorSystem();
      const idle = actor({ on: {} });
      const first = system.spawn(idle);
      first.drop();
      await system.terminated;
      const second = system.spawn(idle);
      setTimeout(() => { console.log("still here"); second.drop(); }, 100).unref();
    `,
    output: "still here\nexit\n",
  },
  "does not stay for actors of a system that does not keep it alive": {
    program: `
      const system = new ActorSystem({ keepAlive: false, logLevel: "silent" });
      const ticker = implement()({
        state: (_, context) => { context.timers.every("tick", 60_000, { type: "tick" }); },
        on: { fail: () => { throw new Error("bad"); }, tick: () => {} },
      });
      globalThis.held = system.spawn(ticker, { backoff: { initialMs: 60_000 } });
      globalThis.idle = system.spawn(ticker);
      for (const _ of [1, 2]) globalThis.held.tell({ type: "fail" });
      void globalThis.idle.ask({ type: "tick" }, { timeout: 60_000 });
      await globalThis.idle.started;
      console.log("main is over");
    `,
    output: "main is over\nexit\n",
  },
};

test.concurrent.each(Object.entries(PROGRAMS))("a process %s", async (_, { program, output }) => {
  expect(await runModule(HEAD + program)).toEqual({ code: 0, output });
});
