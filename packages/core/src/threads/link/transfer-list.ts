/** The type of the objects that move with a message instead of being copied. */
import type { Worker } from "node:worker_threads";

/** The objects that `postMessage` can transfer. The types of Node have had several names for it, so its signature says it. */
export type TransferList = NonNullable<Parameters<Worker["postMessage"]>[1]>;
