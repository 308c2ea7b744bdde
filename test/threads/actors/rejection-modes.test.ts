/** A rejection that nobody handles is a panic of its actor, however the process is told to take such rejections. */
import { describe, expect, it } from "vitest";
import { runModule, runNode } from "../../support/node-process.ts";

const MODES = ["throw", "strict", "warn", "warn-with-error-code", "none"] as const;

/** Says what follows a rejection in the middle of a message, one after it, one of a bare value, and one of the module's own. */
const program = `
  import { ActorSystem, onThread, subscribe } from "@pneumatic/actors";
  const fixture = (name) => onThread(new URL("test/threads/actors/fixtures/" + name, "file://" + process.cwd() + "/"));
  const system = new ActorSystem({ logLevel: "silent" });
  const told = [];
  subscribe("pneumatic:actor:panicked", ({ path, reason }) => told.push(path + " " + (reason.cause ?? reason.kind)));
  const options = { intensity: { restarts: 1000, withinMs: 60_000 }, backoff: { initialMs: 0 }, thread: "dedicated" };
  const forever = { timeout: Infinity };
  const inTime = system.spawn(fixture("worker.mjs"), { ...options, name: "within" });
  const error = await inTime.ask({ type: "harm", how: "floatingRejection" }, forever).catch((error) => error);
  told.push(error.name, String(error.cause), (await inTime.ask({ type: "about" }, forever)).generation);
  const late = system.spawn(fixture("worker.mjs"), { ...options, name: "late" });
  await late.ask({ type: "harmLater", how: "rejection" }, forever);
  while ((await late.ask({ type: "about" }, forever)).generation === 1) await new Promise(setImmediate);
  const bare = system.spawn(fixture("anything.mjs"), { ...options, name: "bare", args: { at: "", what: "" } });
  await bare.ask({ type: "forsake", what: "a bigint" }, forever).catch((error) => told.push(error.name, String(error.cause)));
  const nobody = system.spawn(fixture("haunted.mjs"), { ...options, name: "nobody" });
  await nobody.ask({ type: "forsake" }, forever).catch((error) => told.push(error.name, error.cause.how));
  for (const address of [inTime, late, bare, nobody]) address.drop();
  await system.shutdown();
  console.log(told.join("\\n"));
`;

const expected = [
  "/within panicked",
  "ActorPanickedError",
  "RangeError: harmed",
  "2",
  "/late panicked",
  "/bare panicked",
  "ActorPanickedError",
  "5",
  "/nobody uncaught",
  "ActorPanickedError",
  "uncaught",
  "",
].join("\n");

describe.each(MODES)("a floating rejection on a thread under --unhandled-rejections=%s", (mode) => {
  const flag = `--unhandled-rejections=${mode}`;
  const variables = { NODE_NO_WARNINGS: "1" };

  it("is a panic of its actor when the process has the flag", async () => {
    const { code, output } = await runNode([flag, "--input-type=module", "--eval", program], variables);
    expect({ code, output }).toEqual({ code: 0, output: expected });
  });

  it("is a panic of its actor when the environment has the flag", async () => {
    const { code, output } = await runModule(program, { ...variables, NODE_OPTIONS: flag });
    expect({ code, output }).toEqual({ code: 0, output: expected });
  });
});
