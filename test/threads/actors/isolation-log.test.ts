/** The last line that an actor logs on a thread reaches the log, whatever becomes of the thread right after. */
import type { Worker } from "node:worker_threads";
import type { ActorSystem, AnyAddress } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { gatedActor, ThreadGate } from "../../support/thread-gate.ts";
import type { Harm } from "../../support/thread-worker.ts";
import { alone, failure, patient, threadSystem, worker } from "../../support/thread-worker.ts";

const forever = { timeout: Number.POSITIVE_INFINITY };

describe("the last line before", () => {
  it.each<Harm>(["throw", "exit", "hang", "outOfMemory", "native"])(
    "the thread suffers %s is logged, once",
    async (how) => {
      const system = threadSystem({ threads: { heartbeatMs: how === "hang" || how === "native" ? 1000 : 60_000 } });
      using address = system.spawn(worker, { ...alone, ...patient, name: "w" });
      await failure(address.ask({ type: "lastWords", how }, forever));
      await system.shutdown();
      const words = system.lines.filter(({ msg }) => msg === "last words");
      expect(words).toMatchObject([{ level: 30, system: system.name, actor: "/w", generation: 1 }]);
    },
  );

  const ends: readonly (readonly [string, (system: ActorSystem, address: AnyAddress, thread: Worker) => unknown])[] = [
    ["the actor is killed", (system, address) => system.kill(address, { restart: false })],
    ["the system is shut down without patience", (system) => system.shutdown({ timeoutMs: 0 })],
    ["somebody terminates the thread", (_, __, thread) => thread.terminate()],
  ];

  it.each(ends)("%s is logged, once", async (_, end) => {
    const threads: Worker[] = [];
    process.once("worker", (thread) => threads.push(thread));
    await using system = threadSystem({ threads: { heartbeatMs: 60_000 } });
    const gate = new ThreadGate();
    using address = system.spawn(gatedActor, { args: gate.args, thread: "dedicated", restart: "temporary" });
    await address.started;
    address.tell({ type: "block", n: 1 });
    await new Promise(setImmediate); // its turn has come
    gate.reachedBlocking();
    await end(system, address, threads[0] as Worker);
    await address.exited;
    await system.shutdown();
    expect(system.lines.filter(({ msg }) => msg === "at the gate")).toHaveLength(1);
  });
});
