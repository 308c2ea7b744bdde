/** The options of a system for its threads: what each is started with, and where what it prints goes. */
import { SHARE_ENV } from "node:worker_threads";
import type { Definition } from "@pneumatic/actors";
import { ActorSystem, onThread } from "@pneumatic/actors";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { fixtures, threadSystem } from "../../support/thread-worker.ts";

interface Surroundings {
  look(): { argv: string[]; execArgv: string[]; variable: string | undefined };
  print(): void;
}
const definition = onThread<Definition<Surroundings, undefined>>(new URL("surroundings.mjs", fixtures));

describe.each(["shared", "dedicated"] as const)("a thread that is %s", (thread) => {
  test("gets the arguments, the options of Node and the environment that the system has for it", async () => {
    const threads = { argv: ["--fast"], execArgv: ["--no-warnings"], env: { PNEUMATIC_TEST: "theirs" } };
    await using system = threadSystem({ threads });
    using address = system.spawn(definition, { thread });
    expect(await address.ask({ type: "look" })).toEqual({
      argv: ["--fast"],
      execArgv: ["--no-warnings"],
      variable: "theirs",
    });
  });

  test("prints to the log, a line for each, with its id", async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = pino({ level: "info" }, { write: (line) => lines.push(JSON.parse(line)) });
    const system = new ActorSystem({ logger, threads: { stdout: "log" } });
    using address = system.spawn(definition, { thread });
    await address.ask({ type: "print" });
    const [seen] = (await system.inspect()).actors;
    await system.shutdown();
    const found = lines.map(({ level, msg, thread: id }) => [level, msg, id]);
    const id = seen?.thread?.id;
    for (const line of [
      [30, "one", id],
      [30, "two", id],
      [40, "bad", id],
      [30, "no end of line", id],
    ])
      expect(found).toContainEqual(line);
  });
});

test("threads share the environment of the process with SHARE_ENV", async () => {
  process.env["PNEUMATIC_TEST"] = "ours";
  await using system = threadSystem({ threads: { env: SHARE_ENV } });
  using address = system.spawn(definition);
  await address.started;
  process.env["PNEUMATIC_TEST"] = "changed";
  expect((await address.ask({ type: "look" })).variable).toBe("changed");
  delete process.env["PNEUMATIC_TEST"];
});

test.each([
  ["execArgv", "--no-warnings"],
  ["argv", [5]],
  ["env", ["a"]],
  ["env", { a: 1 }],
  ["stdout", "file"],
])("a system refuses threads: { %s: %j }", (name, value) => {
  expect(() => threadSystem({ threads: { [name]: value } })).toThrow(new RegExp(`${name} of threads of a system`));
});
