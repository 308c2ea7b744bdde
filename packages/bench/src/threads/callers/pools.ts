/** Libraries that run functions in workers, each with one worker that may have many calls under way where it can be told so. */
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Small } from "../messages.ts";
import type { OpenCaller } from "./caller.ts";
import { adapter } from "./node-adapter.ts";

const ECHO = new URL("../workers/echo.js", import.meta.url).href;
const AT_ONCE = 256;

export const piscina: OpenCaller = async () => {
  const { Piscina } = await import("piscina");
  const pool = new Piscina<Small, Small>({
    filename: ECHO,
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: AT_ONCE,
  });
  return (question) => pool.run(question, { name: "echo" });
};

export const tinypool: OpenCaller = async () => {
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({ filename: ECHO, minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: AT_ONCE });
  return (question) => pool.run(question, { name: "echo" });
};

export const workerpool: OpenCaller = async () => {
  const { pool } = await import("workerpool");
  const script = fileURLToPath(new URL("../workers/workerpool.js", import.meta.url));
  const workers = pool(script, { minWorkers: 1, maxWorkers: 1, workerType: "thread" });
  return async (question) => await workers.exec("echo", [question]);
};

export const comlink: OpenCaller = async () => {
  const { wrap } = await import("comlink");
  const worker = new Worker(new URL("../workers/comlink.js", import.meta.url));
  const remote = wrap<(question: Small) => Small>(adapter(worker));
  return (question) => remote(question);
};
