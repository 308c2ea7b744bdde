/**
 * One worker thread, from its start until it has exited. Piscina makes it, in a pool of its own: a pool whose replacement for a
 * lost thread dies before it is ready never makes another, and leaves its task waiting for ever. So a pool is given up
 * with its thread, before it makes a replacement.
 *
 * What a thread has said is in shared memory even when it is gone: that is read to its end before it is closed.
 *
 *     RUNNING ─► HUNG (its stack is asked for) ─► EXITED        end(), at any time: nobody is told of the loss any more
 */
import type { ResourceLimits, Worker } from "node:worker_threads";
import { platformClock, UnrefTimer } from "@pneumatic/core/internal";
import type { Connection } from "@pneumatic/core/internal/threads";
import { startConnection } from "@pneumatic/core/internal/threads";
import type { TransferList } from "@pneumatic/core/threads";
import { Piscina } from "piscina";
import { DeferredPromise } from "../../cell/deferred-promise.ts";
import { ThreadLostError } from "../../errors.ts";
import { textOf } from "../../wording.ts";
import type { HostTask, ToParent, ToWorker } from "../wire/messages.ts";
import { HOST_WORDS, ON_STACK } from "../wire/shared-words.ts";
import { bootstrapFile } from "./bootstrap-file.ts";
import { Exports } from "./exports.ts";
import { stackOf } from "./hang-stack.ts";
import { beatMsFor, Heartbeat } from "./heartbeat.ts";

export interface WorkerThreadOptions {
  /** How long it may not turn its event loop before it counts as hung, in milliseconds. */
  readonly heartbeatMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
  /** The least level of the lines that it logs. */
  readonly logLevel: string;
  /** What it says, also after its end. */
  received(record: ToParent): void;
  /** Its end, unless that was asked for. */
  lost(error: ThreadLostError): void;
  /** An error that nobody waits for. */
  failed(error: unknown): void;
}

/** How long a hung thread is kept for its stack, and then until it is given up; one in native code exits when that returns. */
const STACK_MS = 250;
const EXIT_MS = 250;
/** How long a thread that is to end may take before nobody waits for it any more. */
const END_MS = 1000;

export class WorkerThread {
  readonly threadId: number | undefined;
  /** What it knows of actors elsewhere. */
  readonly exports: Exports = new Exports((record, transferList) => this.send(record, transferList));
  readonly #options: WorkerThreadOptions;
  readonly #words = new Int32Array(new SharedArrayBuffer(HOST_WORDS * Int32Array.BYTES_PER_ELEMENT));
  readonly #line: Connection;
  readonly #pool: Piscina;
  readonly #worker: Worker | undefined;
  readonly #heartbeat: Heartbeat;
  /** Makes Piscina reject the task of a thread that does not exit. */
  readonly #giveUp = new AbortController();
  readonly #exit = new DeferredPromise<void>();
  #patience: UnrefTimer | undefined = undefined;
  /** That it hangs, and where; and whose work that is. */
  #hung: ThreadLostError | undefined = undefined;
  #culprit = 0;
  #isOver = false;

  constructor(options: WorkerThreadOptions) {
    const { heartbeatMs, logLevel, resourceLimits, received, failed } = options;
    this.#pool = poolFor(resourceLimits, failed);
    this.#options = options;
    const [line, port] = startConnection(
      (record) => this.#isTrue(record as ToParent) && received(record as ToParent),
      () => {}, // its worker says so
    );
    this.#line = line;
    this.#worker = this.#pool.threads[0];
    this.threadId = this.#worker?.threadId;
    this.#worker?.once("exit", () => this.#exited());
    const task: HostTask = { port, words: this.#words, beatMs: beatMsFor(heartbeatMs), logLevel };
    this.#pool.run(task, { transferList: [port], signal: this.#giveUp.signal }).then(
      () => this.#lost(new ThreadLostError("exit", "its port was closed")),
      (error) => this.#lost(this.#hung ?? lossBy(error)),
    );
    this.#heartbeat = new Heartbeat(this.#words, heartbeatMs, () => void this.#terminate());
  }

  /** Whose work it was at when it was lost: the id of an incarnation, or 0. */
  get culprit(): number {
    return this.#culprit || Atomics.load(this.#words, ON_STACK);
  }

  /** Throws when `record` cannot be copied. */
  send(record: ToWorker, transferList?: TransferList): void {
    this.#line.send(record, transferList);
  }

  /** Hands over what it has said by now. */
  receivePending(): void {
    this.#line.receive();
  }

  /** Errors of a thread that is being terminated may come of that: an import that is cut off fails with whatever it finds. */
  #isTrue(record: ToParent): boolean {
    return this.#hung === undefined || !("error" in record) || record.error === undefined;
  }

  /** Ends it. Resolves when it has exited, or does not in time. */
  end(): Promise<void> {
    this.#isOver = true;
    this.exports.end();
    this.#heartbeat.stop();
    this.#patience?.stop();
    this.#line.unref();
    void this.#pool.destroy();
    if (this.#exit.isSettled) return this.#exit.promise;
    this.#patience = new UnrefTimer(END_MS, () => this.#exit.resolve(), platformClock);
    return this.#exit.promise;
  }

  async #terminate(): Promise<void> {
    const stack = this.threadId === undefined ? undefined : await stackOf(this.threadId, STACK_MS);
    if (this.#isOver) return;
    this.#culprit = this.culprit;
    this.#hung = hungAt(stack, this.#options.heartbeatMs);
    void this.#worker?.terminate();
    this.#patience = new UnrefTimer(EXIT_MS, () => this.#giveUp.abort(), platformClock);
  }

  #lost(error: ThreadLostError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.receivePending();
    this.#options.lost(error);
  }

  #exited(): void {
    this.#patience?.stop();
    this.receivePending();
    this.#line.close();
    this.#exit.resolve();
  }
}

function poolFor(resourceLimits: ResourceLimits | undefined, failed: (error: unknown) => void): Piscina {
  const pool = new Piscina({
    filename: bootstrapFile(),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    atomics: "disabled",
    ...(resourceLimits && { resourceLimits }),
  });
  pool.on("error", failed);
  pool.on("workerDestroy", () => void pool.destroy());
  return pool;
}

function lossBy(error: unknown): ThreadLostError {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return new ThreadLostError("outOfMemory", textOf(message));
  const exit = /^worker exited with code: (\d+)$/.exec(textOf(message));
  if (exit !== null) return new ThreadLostError("exit", `it exited with code ${exit[1]}`);
  return new ThreadLostError("uncaught", textOf(error), error);
}

/** Its stack is that of the thread, where it is known; its message names the innermost call that is not Node's own. */
function hungAt(stack: string | undefined, heartbeatMs: number): ThreadLostError {
  const place = stack?.split("\n").find((line) => !/[ (]node:/.test(line));
  const remedy = "Work that takes so long on purpose goes into blocking()";
  const detail = `its event loop did not turn for ${heartbeatMs} ms${place?.replace(/^ +/, " ") ?? ""}. ${remedy}`;
  const error = new ThreadLostError("hung", detail);
  error.stack = `${error.name}: ${error.message}${stack === undefined ? "" : `\n${stack}`}`;
  return error;
}
