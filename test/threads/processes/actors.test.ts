/** What actors do to the process they are in: what they print, what is uncaught, and what neither crashes nor keeps it. */
import { describe, expect, test } from "vitest";
import { runModule } from "../../support/node-process.ts";
import type { LogEntry } from "../../support/recording-log.ts";

test("a subscriber that throws is uncaught in the process, and breaks nothing in the system", async () => {
  const { code, output } = await runModule(`
    import { ActorSystem, actor, subscribe } from "@pneumatic/actors";
    process.on("uncaughtException", (error) => console.log("uncaught", error.message));
    subscribe("pneumatic:actor:started", () => { throw new Error("mine"); });
    subscribe("pneumatic:message", () => { throw new Error("mine too"); });
    const system = new ActorSystem();
    const address = system.spawn(actor({ on: { ping: () => "pong" } }));
    console.log(await address.ask({ type: "ping" }));
    await system.shutdown();
    address.drop();
  `);
  expect(code).toBe(0);
  expect(output.trim().split("\n").sort()).toEqual(["pong", "uncaught mine", "uncaught mine too"]);
});

test("a sleep that ends with its actor crashes nothing when nobody observes it", async () => {
  const { code, output } = await runModule(`
    import { ActorSystem, actor } from "@pneumatic/actors";
    const system = new ActorSystem({ logLevel: "silent" });
    const doze = ({ sleep }) => {
      sleep(60_000);
      sleep(-1);
      sleep(5, { signal: AbortSignal.abort() });
    };
    const address = system.spawn(actor({ on: { doze } }));
    await address.ask({ type: "doze" });
    await system.kill(address, { restart: false });
    console.log("still here");
  `);
  expect([code, output]).toEqual([0, "still here\n"]);
});

test("a receiver of dead letters does not hold the process", async () => {
  const { code, output } = await runModule(`
    import { ActorSystem } from "@pneumatic/actors";
    const letters = new ActorSystem().deadLetterReceiver();
    letters.recv().then(() => console.log("received"));
    console.log("over");
  `);
  expect({ code, output }).toEqual({ code: 0, output: "over\n" });
});

describe("a system without a logger", () => {
  const run = (options: string) =>
    runModule(`
      import { ActorSystem, actor } from "@pneumatic/actors";
      const system = new ActorSystem(${options});
      const address = system.spawn(actor({ on: { fail: ({ log }) => { log.warn("soon"); throw new Error("bad"); } } }), { name: "a" });
      address.tell({ type: "fail" });
      address.drop();
      await address.exited;
      console.log("output of the program");
    `);

  test("logs lines of JSON on standard error", async () => {
    const { code, output } = await run('{ name: "shop" }');
    expect(code).toBe(0);
    const lines = output.trim().split("\n");
    const entries = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogEntry);
    expect(lines).toContain("output of the program");
    expect(entries).toEqual([
      expect.objectContaining({ level: 40, system: "shop", actor: "/a", id: 1, generation: 1, msg: "soon" }),
      expect.objectContaining({
        level: 50,
        system: "shop",
        actor: "/a",
        reason: "panicked",
        err: expect.objectContaining({ message: "bad", stack: expect.stringContaining("Error: bad") }),
      }),
    ]);
  });

  test("is silent when told to be", async () => {
    expect(await run('{ logLevel: "silent" }')).toEqual({ code: 0, output: "output of the program\n" });
  });
});
