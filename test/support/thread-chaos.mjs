/**
 * Loaded by `--import`: terminates a worker thread of the crawler every so many pages, each time the oldest one that is left. Its pages
 * are the measure, not time: a busy machine parses fewer of them before a thread that was replaced has started.
 */
import { subscribe } from "node:diagnostics_channel";

const LOSSES = 20;
const PAGES_BETWEEN = 60;

const threads = new Set();
let losses = 0;
let pages = 0;
let next = PAGES_BETWEEN;

process.on("worker", (worker) => {
  threads.add(worker);
  worker.once("exit", () => threads.delete(worker));
});

subscribe("pneumatic:message", ({ path }) => {
  if (!path.startsWith("/parsers/") || ++pages < next || losses === LOSSES) return;
  next = pages + PAGES_BETWEEN * (0.5 + Math.random());
  losses++;
  const [oldest] = threads;
  threads.delete(oldest);
  setTimeout(() => oldest?.terminate(), Math.random() * 5);
});
