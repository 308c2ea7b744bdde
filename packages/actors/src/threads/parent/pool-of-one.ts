/**
 * A pool of Piscina with one thread: its options, and the way of what the thread prints. worker.ts is upstream, which also says why
 * each thread has a pool of its own.
 */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { MessagePort, ResourceLimits, SHARE_ENV, Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { bootstrapFile } from "./bootstrap-file.ts";

/** The settings of the threads of a system; see system/system-options.ts. */
export interface ThreadSettings {
  /** The time without a turn of its event loop after which it counts as hung, in milliseconds. */
  readonly heartbeatMs: number;
  readonly execArgv?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | typeof SHARE_ENV | undefined;
  readonly argv?: readonly string[] | undefined;
  readonly stdout?: "inherit" | "log" | undefined;
  readonly resourceLimits?: ResourceLimits | undefined;
}

/** The pool, as its thread needs it. */
export interface PoolOfOne {
  readonly worker: Worker | undefined;
  /** Runs the task; resolves when it is over. */
  run(
    task: object,
    options: { readonly transferList: readonly MessagePort[]; readonly signal: AbortSignal },
  ): Promise<unknown>;
  destroy(): Promise<void>;
}

/** Receives a line that the thread has printed: `info` on standard output, `warn` on standard error. */
type Printed = (level: "info" | "warn", line: string) => void;

/** Starts the thread. `failed` gets errors outside of its task, `printed` each line that it prints, if lines go to the log. */
export function poolOfOne(
  { resourceLimits, execArgv, env, argv, stdout }: ThreadSettings,
  failed: (error: unknown) => void,
  printed: Printed,
): PoolOfOne {
  const pool = new Piscina({
    filename: bootstrapFile(),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    atomics: "disabled",
    ...(execArgv && { execArgv: [...execArgv] }),
    ...(env && { env }),
    ...(argv && { argv: [...argv] }),
    ...(resourceLimits && { resourceLimits }),
  });
  // An error of a thread that it ends makes a pool forget that, so that the exit would get a replacement that nobody ends.
  pool.options.minThreads = 0;
  pool.on("error", failed);
  pool.on("workerDestroy", () => void pool.destroy());
  const [worker] = pool.threads;
  if (stdout === "log" && worker !== undefined) {
    linesOf(worker.stdout, process.stdout, (line) => printed("info", line));
    linesOf(worker.stderr, process.stderr, (line) => printed("warn", line));
  }
  return {
    worker,
    run: (task, { transferList, signal }) => pool.run(task, { transferList: [...transferList], signal }),
    destroy: () => pool.destroy(),
  };
}

/** Passes each line of a stream of a thread on, instead of to the stream of the process. */
function linesOf(stream: Readable, inherited: NodeJS.WriteStream, printed: (line: string) => void): void {
  stream.unpipe(inherited);
  createInterface({ input: stream }).on("line", printed);
}
