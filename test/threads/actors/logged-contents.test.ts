/** The content of a message of an actor on a thread is in no line of the log, by whatever path it could get there. */
import type { Address, Definition } from "@pneumatic/actors";
import { ActorSystem, onThread } from "@pneumatic/actors";
import { pino } from "pino";
import { expect, test } from "vitest";
import { failure, fixtures } from "../../support/thread-worker.ts";

const SECRET = "s3cret-content";
interface Leaking {
  fail(payload: { how: string; text: string }): unknown;
  hold(payload: { text: string }): void;
}
const definition = onThread<Definition<Leaking, { text: string }>>(new URL("leaking.mjs", fixtures));

test.each([
  "value",
  "cause",
  "aggregate",
  "sendError",
  "reply",
  "rejection",
  "exit",
  "killed",
  "unknown",
  "stopped",
  "draining",
])("no line has the content of a message by: %s", async (how) => {
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line) => lines.push(line) });
  const system = new ActorSystem({ logger, failureExitCode: undefined });
  const address: Address<Leaking> = system.spawn(definition, { args: { text: SECRET }, thread: "dedicated" });
  await address.started;
  if (how === "killed") {
    address.tell({ type: "hold", text: SECRET });
    address.tell({ type: "hold", text: SECRET });
    await new Promise(setImmediate);
    await system.kill(address, { restart: false });
  } else if (how === "unknown") {
    await failure(address.ask({ type: "none", text: SECRET } as never));
  } else if (how === "stopped" || how === "draining") {
    for (let n = 0; n < 3; n++) address.tell({ type: "hold", text: SECRET });
    void (how === "stopped" ? system.stop(address) : system.drain(address));
    address.tell({ type: "hold", text: SECRET });
    await system.kill(address, { restart: false });
  } else {
    await failure(address.ask({ type: "fail", how, text: SECRET }));
  }
  address.drop();
  await system.shutdown();
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => line.includes(SECRET))).toEqual([]);
});
