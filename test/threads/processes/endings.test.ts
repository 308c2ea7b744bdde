/** The end of real processes: exit codes of failures, and signals. */
import { spawn } from "node:child_process";
import { describe, expect, test } from "vitest";
import { runModule } from "../../support/node-process.ts";
import { PATIENCE_MS } from "../../support/patience.ts";

const HEAD = `
  import { ActorSystem, actor, child, supervisor } from "@pneumatic/actors";
  const failing = actor({ on: { fail: () => { throw new Error("bad"); }, ping: () => "pong", ask: (_, { of }) => of.ask({ type: "fail" }) } });
  const limits = { intensity: { restarts: 0, withinMs: 1000 } };
  const make = (options) => new ActorSystem({ logLevel: "silent", ...options });
`;

describe("the exit code is 1 if nobody hears of the failure of", () => {
  test.each([
    ["an actor", `make().spawn(failing, limits).tell({ type: "fail" });`],
    [
      "an actor that does not start",
      `make().spawn(actor({ state: () => { throw new Error("bad"); }, on: {} }), limits);`,
    ],
    [
      "an actor with an ask in its queue",
      `const a = make().spawn(failing, limits); a.tell({ type: "fail" }); a.ask({ type: "ping" }).catch(() => {});`,
    ],
    [
      "a supervisor",
      `const s = make().supervise(supervisor({ ...limits, children: { a: child(failing) } })); const a = s.child("a"); a.ask({ type: "fail" }).catch(() => {});`,
    ],
    ["a router", `make().route(actor({ state: () => { throw new Error("bad"); }, on: {} }), { size: 1, ...limits });`],
  ])("%s", async (_, source) => {
    expect(await runModule(HEAD + source)).toEqual({ code: 1, output: "" });
  });
});

describe("the exit code stays 0 if", () => {
  test.each([
    ["the failure has an ask in its hand", `make().spawn(failing, limits).ask({ type: "fail" }).catch(() => {});`],
    [
      "its exited was read",
      `const a = make().spawn(failing, limits); a.exited.then(() => {}); a.tell({ type: "fail" });`,
    ],
    [
      "its started was read",
      `const a = make().spawn(failing, limits); a.started.then(() => a.tell({ type: "fail" }));`,
    ],
    [
      "it is watched",
      `const s = make(); const a = s.spawn(failing, limits); const w = s.spawn(actor({ state: (of, { watch }) => { watch(of, () => ({ type: "gone" })); }, on: { gone: (c) => c.stop() } }), { args: a }); await w.started; s.lookup("/actor-1").tell({ type: "fail" });`,
    ],
    ["it was killed", `const s = make(); const a = s.spawn(failing, limits); s.kill(a, { restart: false });`],
    [
      "it starts again",
      `const a = make().spawn(failing); a.tell({ type: "fail" }); a.tell({ type: "ping" }); a.drop();`,
    ],
    [
      "it is a child",
      `const s = make(); const a = s.spawn(actor({ on: { go: ({ spawn }) => { const c = spawn(failing, limits); c.tell({ type: "fail" }); c.drop(); } } })); a.tell({ type: "go" }); a.drop();`,
    ],
    [
      "the option leaves it alone",
      `make({ failureExitCode: undefined }).spawn(failing, limits).tell({ type: "fail" });`,
    ],
  ])("%s", async (_, source) => {
    expect(await runModule(HEAD + source)).toEqual({ code: 0, output: "" });
  });
});

test.each([
  ["the code that is asked for", `make({ failureExitCode: 70 })`, 70],
  ["the code that the process has already", `process.exitCode = 3; make()`, 3],
])("the exit code of a failure is %s", async (_, source, code) => {
  expect((await runModule(`${HEAD}${source}.spawn(failing, limits).tell({ type: "fail" });`)).code).toBe(code);
});

/** Runs a program; `onLine` gets each line that it prints. Resolves to its exit code or signal, and the lines. */
function play(source: string, onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", HEAD + source], { timeout: PATIENCE_MS });
  const lines: string[] = [];
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() as string;
    for (const line of parts) {
      lines.push(line);
      onLine(line, (signal) => child.kill(signal));
    }
  });
  return new Promise<{ code: number | null; signal: NodeJS.Signals | null; lines: string[] }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, lines }));
  });
}

describe("a system with shutdownOn", () => {
  const WORKER = `
    const system = make({ shutdownOn: ["SIGTERM", "SIGINT"] });
    let settle;
    const worker = actor({
      on: { work: async () => { console.log("at work"); await new Promise((resolve) => { settle = resolve; }); console.log("done"); } },
      stopped: (_, reason) => console.log("stopped", reason.kind),
    });
    system.own(system.spawn(worker)).tell({ type: "work" });
    setInterval(() => {}, 1000).unref();
  `;

  test.each(["SIGTERM", "SIGINT"] as const)("shuts down at %s, and ends by itself with exit code 0", async (signal) => {
    const source = `${WORKER} system.beforeShutdown(() => { console.log("hook"); settle(); });`;
    const end = await play(source, (line, kill) => line === "at work" && kill(signal));
    expect(end).toEqual({ code: 0, signal: null, lines: ["at work", "hook", "done", "stopped shutdown"] });
  });

  test("ends at once by a second signal", async () => {
    const source = `${WORKER} system.stopping.addEventListener("abort", () => console.log("stopping"));`;
    const end = await play(source, (line, kill) => {
      if (line === "at work") kill("SIGTERM");
      if (line === "stopping") kill("SIGINT");
    });
    expect(end).toEqual({ code: null, signal: "SIGINT", lines: ["at work", "stopping"] });
  });

  test("listens no longer once it has shut down, and its listeners hold no process", async () => {
    const source = `
      const system = make({ shutdownOn: ["SIGTERM"] });
      console.log(process.listenerCount("SIGTERM"));
      await system.shutdown();
      console.log(process.listenerCount("SIGTERM"));
      make({ shutdownOn: ["SIGTERM"] });
    `;
    expect(await play(source, () => {})).toEqual({ code: 0, signal: null, lines: ["1", "0"] });
  });
});
