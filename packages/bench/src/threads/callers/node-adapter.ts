/** The adapter of comlink for Node. It is a default export in CommonJS, where its types say something else. */
import { createRequire } from "node:module";
import type { MessagePort, Worker } from "node:worker_threads";
import type { Endpoint } from "comlink";

type Adapter = (end: MessagePort | Worker) => Endpoint;

export const adapter: Adapter = createRequire(import.meta.url)("comlink/dist/umd/node-adapter.js");
