/**
 * A process that does not end says why when it is asked, and one that forgets an address of a child says so by itself. Whether
 * it is asked by Ctrl-C or otherwise: what would have happened to the process happens.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runNode } from "../../support/node-process.ts";
import { PATIENCE_MS } from "../../support/patience.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** Runs `program`, which prints "ready", sends it each of `signals` when it has printed a line, and waits for its end. */
function interrupted(
  program: string,
  signals: readonly NodeJS.Signals[],
  variables: Readonly<Record<string, string>> = { PNEUMATIC_TRACE_LEAKS: "1" },
): Promise<End> {
  const env = { ...process.env, ...variables };
  const args = ["--input-type=module", "--eval", program];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, timeout: PATIENCE_MS, killSignal: "SIGKILL" });
  const rest = [...signals];
  let output = "";
  const note = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stderr.on("data", note);
  child.stdout.on("data", (chunk: Buffer) => {
    note(chunk);
    const signal = rest.shift();
    if (signal !== undefined) child.kill(signal);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, output }));
  });
}

const FORGETFUL = `
  import { ActorSystem, actor, child, implement, supervisor } from "@pneumatic/actors";
  const idle = actor({ on: { wait: () => new Promise(() => begin()), take: ({ own }, { address }) => void own(address) } });
  let begin;
  const begun = new Promise((resolve) => { begin = resolve; });
  const system = new ActorSystem({ name: "shop", logLevel: "silent" });
  function forgetful() { return system.spawn(idle, { name: "forgotten" }); }
  const address = forgetful();
  await address.started;
  const held = (globalThis.held = [address]); // or the collector may take what nobody uses any more
  const ready = () => console.log("ready");
`;

describe("a process that forgotten addresses keep alive", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("names the places at %s, and ends by it", async (signal) => {
    const end = await interrupted(`${FORGETFUL} ready();`, [signal]);
    expect(end).toMatchObject({ code: null, signal });
    expect(end.output).toContain("This is what keeps the process alive:\n");
    expect(end.output).toContain('System "shop": 1 actor alive. Drop each of these, as `using` does');
    expect(end.output).toMatch(
      /Actor "\/forgotten": 1 address\n {6}- made at forgetful \(file:.*:\d+:\d+\)\n {8}at file:/,
    );
    expect(end.output).not.toMatch(/packages\/(core|actors)\/|node:/);
  });

  test("says so at SIGUSR2 as often as it is asked, and goes on", async () => {
    const program = `${FORGETFUL}
      process.on("SIGUSR2", () => {
        if (asked++ > 0) address.drop();
        else ready();
      });
      let asked = 0;
      ready();
    `;
    const end = await interrupted(program, ["SIGUSR2", "SIGUSR2"]);
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.output.match(/Actor "\/forgotten": 1 address/g)).toHaveLength(2);
  });

  test("leaves the end to a handler of the program's", async () => {
    const program = `${FORGETFUL}
      process.on("SIGINT", () => {
        console.log("asked");
        setTimeout(() => address.drop(), 100);
      });
      ready();
    `;
    const end = await interrupted(program, ["SIGINT"]);
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.output).toContain('Actor "/forgotten": 1 address');
    expect(end.output.match(/asked/g)).toHaveLength(1);
  });

  test("says nothing without the variable, and ends at a signal as ever", async () => {
    const end = await interrupted(`${FORGETFUL} ready();`, ["SIGINT"], { PNEUMATIC_TRACE_LEAKS: "" });
    expect(end).toEqual({ code: null, signal: "SIGINT", output: "ready\n" });
  });

  test("tells neither of addresses that were dropped nor of those that were lost", async () => {
    const program = `${FORGETFUL}
      import { setFlagsFromString } from "node:v8";
      import { runInNewContext } from "node:vm";
      setFlagsFromString("--expose-gc");
      const collectGarbage = runInNewContext("gc");
      function dropped() { address.clone().drop(); }
      function lost() { return new WeakRef(address.clone()); }
      dropped();
      const reference = lost();
      while (reference.deref() !== undefined) {
        await new Promise((resolve) => setImmediate(resolve));
        collectGarbage();
      }
      ready();
    `;
    const { output } = await interrupted(program, ["SIGINT"]);
    expect(output).toContain('Actor "/forgotten": 1 address\n');
    expect(output).not.toMatch(/at (dropped|lost) /);
  });

  test("tells who holds an address, how many were made at a place, and what does not settle", async () => {
    const program = `${FORGETFUL}
      const keeper = system.spawn(idle, { name: "keeper" });
      await keeper.ask({ type: "take", address: address.clone() });
      const many = [1, 2, 3].map(function clones() { return address.clone(); });
      const busy = system.spawn(idle, { name: "busy" });
      await busy.started;
      for (const _ of [1, 2]) busy.tell({ type: "wait" });
      busy.drop();
      await begun;
      const gone = system.spawn(idle, { name: "gone" });
      await system.stop(gone);
      gone.tell({ type: "take", address: address.clone() });
      gone.drop();
      const all = system.supervise(supervisor({ children: { one: child(idle), two: child(idle) } }), { name: "all" });
      held.push(keeper, ...many, all);
      ready();
    `;
    const { output } = await interrupted(program, ["SIGINT"]);
    expect(output).toContain('Actor "/forgotten": 6 addresses\n');
    expect(output).toMatch(/- held by actor "\/keeper", made at file:/);
    expect(output).toMatch(/- 3 times made at clones \(file:/);
    expect(output).toMatch(/- in a dead letter, made at file:/);
    expect(output).toContain(
      'Actor "/busy": 0 addresses, and its handler of "wait" has not settled, 1 message queued\n',
    );
    expect(output).toMatch(/Actor "\/all": 1 address\n {6}- made at file:/);
    expect(output).toContain("2 actors kept by a supervisor or a thread alone\n");
  });

  test("says that nothing does when all has ended", async () => {
    const { output } = await interrupted(
      `${FORGETFUL} address.drop(); await system.terminated; setInterval(ready, 60_000); ready();`,
      ["SIGINT"],
    );
    expect(output).toContain("Nothing here keeps the process alive.");
  });

  test("names where an end was moved to another thread that can still send", async () => {
    const program = `
      import { channel } from "@pneumatic/core";
      import { fromPort, toPort } from "@pneumatic/core/threads";
      const [tx, rx] = channel();
      function moveIt() { return toPort(tx); }
      const port = moveIt();
      globalThis.held = [rx, port];
      console.log("ready");
    `;
    const { output, signal } = await interrupted(program, ["SIGINT"]);
    expect(signal).toBe("SIGINT");
    expect(output).toMatch(/A receiver: another thread can send to it\..*unref\(receiver\)/);
    expect(output).toMatch(/The ends were moved\n {4}at moveIt \(file:/);
  });
});

describe("a handler that spawns without keeping the address", () => {
  const PROGRAM = `
    import { ActorSystem, actor } from "@pneumatic/actors";
    const kid = actor({ name: "kid", on: {} });
    const boss = actor({
      on: {
        hire: function hire({ spawn }) { spawn(kid, { name: "kid" }); },
        keep: ({ spawn, own }) => void own(spawn(kid, { name: "kept" })),
      },
    });
    const system = new ActorSystem({ name: "shop" });
    const address = system.spawn(boss, { name: "boss" });
    address.tell({ type: "hire" });
    await address.ask({ type: "keep" });
    while (system.lookup("/boss/kid") !== undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    console.log(system.lookup("/boss/kept") !== undefined);
    address.drop();
  `;

  test.each([
    ["1", /Created\n.*at hire /s],
    ["0", /PNEUMATIC_TRACE_LEAKS=1 tells where it was created/],
  ])("is told so when the collector finds it, with PNEUMATIC_TRACE_LEAKS=%s", async (trace, place) => {
    const args = ["--expose-gc", "--input-type=module", "--eval", PROGRAM];
    const { code, output } = await runNode(args, { PNEUMATIC_TRACE_LEAKS: trace });
    expect(code).toBe(0);
    const lines = output.trim().split("\n").toSorted();
    expect(lines).toEqual(["true", expect.stringMatching(/^{/)]);
    const { level, actor, msg } = JSON.parse(lines[1] as string) as { level: number; actor: string; msg: string };
    expect([level, actor]).toEqual([40, "/boss/kid"]);
    expect(msg).toContain(
      'An address of actor "/boss/kid" was lost without drop(), and is dropped now. Drop it, as `using` does',
    );
    expect(msg).toContain('ctx.own(ctx.spawn(...)) keeps a child for as long as "/boss" runs');
    expect(msg).toMatch(place);
  });
});
