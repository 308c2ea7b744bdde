/** Loaded into every thread by `--import`: ends each worker thread at a random moment. */
import { isMainThread } from "node:worker_threads";

const EARLIEST_MS = 150;
const SPREAD_MS = 300;

if (!isMainThread) setTimeout(() => process.exit(1), EARLIEST_MS + Math.random() * SPREAD_MS).unref();
