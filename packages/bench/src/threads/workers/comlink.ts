/** What comlink runs. */
import { parentPort } from "node:worker_threads";
import { expose } from "comlink";
import { adapter } from "../callers/node-adapter.ts";

if (parentPort !== null) expose((question: unknown) => question, adapter(parentPort));
