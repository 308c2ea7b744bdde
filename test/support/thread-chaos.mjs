/** Loaded by `--import`: terminates every worker thread at a random moment, the first ones once they have got going. */
const FIRST = 4;
const FIRST_AFTER_MS = 1000;
const AFTER_MS = 100;
const SPREAD_MS = 200;

let threads = 0;

process.on("worker", (worker) => {
  const earliest = ++threads <= FIRST ? FIRST_AFTER_MS : AFTER_MS;
  setTimeout(() => worker.terminate(), earliest + Math.random() * SPREAD_MS).unref();
});
