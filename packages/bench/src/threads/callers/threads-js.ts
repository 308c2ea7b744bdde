/** `threads`, also known as threads.js. Its `exports` hide its types; a path is relative to the module that gives it. */
import { createRequire } from "node:module";
import type { Call, OpenCaller } from "./caller.ts";

interface ThreadsJs {
  readonly Worker: new (path: string) => object;
  spawn(worker: object): Promise<Call>;
}

export const threadsJs: OpenCaller = () => {
  const { spawn, Worker }: ThreadsJs = createRequire(import.meta.url)("threads");
  return spawn(new Worker("../workers/threads-js.js"));
};
