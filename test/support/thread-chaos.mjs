/**
 * Loaded by `--import`: terminates worker threads at random moments, the first ones once they have got going. The last ones
 * are left alone: on a busy machine a thread may need longer to start than it is given.
 */
const FIRST = 4;
const LAST = 40;
const FIRST_AFTER_MS = 2000;
const AFTER_MS = 100;
const SPREAD_MS = 200;

let threads = 0;

process.on("worker", (worker) => {
  if (threads === LAST) return;
  const earliest = ++threads <= FIRST ? FIRST_AFTER_MS : AFTER_MS;
  setTimeout(() => worker.terminate(), earliest + Math.random() * SPREAD_MS).unref();
});
