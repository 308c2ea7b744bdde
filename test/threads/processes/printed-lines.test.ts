/** Lines that actors on threads print and log before a graceful end, an exit or a restart: all of them arrive. */
import { describe, expect, test } from "vitest";
import { runModule } from "../../support/node-process.ts";

const FIXTURE = new URL("../actors/fixtures/printing.mjs", import.meta.url).href;
/** The thread writes bit by bit, so a loss shows in a part of the runs. */
const RUNS = 4;

const program = (thread: string, end: string): string => `
  import { ActorSystem, onThread } from "@pneumatic/actors";
  const system = new ActorSystem();
  const address = system.spawn(onThread(new URL(${JSON.stringify(FIXTURE)})), { thread: ${JSON.stringify(thread)} });
  await address.started;
  ${end}
`;

const ends: Record<string, { readonly source: string; readonly lines: Readonly<Record<string, number>> }> = {
  "the last drop": { source: "address.drop();", lines: { "at the end": 100, '"logged at the end"': 1 } },
  "a shutdown": { source: "await system.shutdown();", lines: { "at the end": 100, '"logged at the end"': 1 } },
  "a stop, and the end of the process": {
    source: "await system.stop(address);",
    lines: { "at the end": 100, '"logged at the end"': 1 },
  },
  "an exit of the thread": {
    source: `await address.ask({ type: "exit" }).catch(() => {}); await system.shutdown();`,
    lines: { "before an exit": 100, "at the end": 100 },
  },
  "a restart": {
    source: `await address.ask({ type: "panic" }).catch(() => {}); await system.shutdown();`,
    lines: { "before a panic": 100 },
  },
};

describe.each(["shared", "dedicated"])("on a thread that is %s", (thread) => {
  test.each(Object.entries(ends))("no line is lost by %s", async (_, { source, lines }) => {
    const outputs: string[] = [];
    for (let run = 0; run < RUNS; run += 2) {
      const two = await Promise.all([0, 1].map(() => runModule(program(thread, source))));
      outputs.push(...two.map(({ output }) => output));
    }
    for (const output of outputs) {
      const found = Object.keys(lines).map((line) => [
        line,
        output.split(new RegExp(`^${line}$|${line}(?=[,}])`, "m")).length - 1,
      ]);
      expect(Object.fromEntries(found)).toEqual(lines);
    }
  });
});
