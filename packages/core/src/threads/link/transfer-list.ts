/** The type of what is moved with a message instead of copied. */
import type { Worker } from "node:worker_threads";

/** What `postMessage` can transfer. Read from its signature: the types of Node have had several names for it. */
export type TransferList = NonNullable<Parameters<Worker["postMessage"]>[1]>;
