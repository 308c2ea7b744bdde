/** The setup of every fast file: a fast test that starts a process or a thread fails. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterAll, afterEach, beforeAll } from "vitest";

const CHANNELS = ["child_process", "worker_threads"];
const started: string[] = [];
const note = (_: unknown, name: string | symbol): void => void started.push(String(name));

beforeAll(() => {
  for (const channel of CHANNELS) subscribe(channel, note);
});

afterEach(() => {
  const [what] = started.splice(0);
  if (what !== undefined) throw new Error(`A fast test used ${what}: it belongs to the slow ones (test/README.md)`);
});

afterAll(() => {
  for (const channel of CHANNELS) unsubscribe(channel, note);
});
