/** The log as a source: with a real file, and the polling of tail-file in real time. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Receiver } from "@pneumatic/core";
import { channel } from "@pneumatic/core";
import { expect, it, onTestFinished } from "vitest";
import type { DashboardEvent } from "../../../examples/dashboard-tick/src/events.ts";
import { run } from "../../../examples/dashboard-tick/src/source.ts";
import { log } from "../../../examples/dashboard-tick/src/sources/log.ts";

interface Followed {
  readonly path: string;
  readonly events: Receiver<DashboardEvent>;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** A log whose lines have begun to come. */
async function followed(): Promise<Followed> {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "app.log");
  writeFileSync(path, "before\n");
  const [tx, events] = channel<DashboardEvent>();
  const stop = new AbortController();
  const ended = run("log", log(path), tx, stop.signal);
  const heard = (): boolean => {
    appendFileSync(path, "hello\n"); // not seen as long as it is not open
    return !events.isEmpty;
  };
  await expect.poll(heard, { timeout: 10_000 }).toBe(true);
  return { path, events, stop, ended };
}

it("a log sends the lines that are appended, and ends when it is stopped", async () => {
  const { events, stop, ended } = await followed();
  stop.abort();
  await ended;
  expect(events.isClosed).toBe(true);
  expect(new Set(events.drain().map((event) => event.type === "line" && event.text))).toEqual(new Set(["hello"]));
});

it("a log whose file is gone ends when it is stopped", async () => {
  const { path, events, stop, ended } = await followed();
  rmSync(path);
  stop.abort();
  await ended;
  expect(events.isClosed).toBe(true);
});

it("a log that was stopped before it began ends", async () => {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "app.log"), "");
  const [tx, events] = channel<DashboardEvent>();
  await run("log", log(join(folder, "app.log")), tx, AbortSignal.abort());
  expect(events.isClosed).toBe(true);
});
