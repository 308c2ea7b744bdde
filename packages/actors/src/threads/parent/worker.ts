/**
 * One worker thread, from its start until it has exited. Piscina makes it, in a pool of its own: a pool whose
 * replacement for a lost thread dies before it is ready never makes another, and leaves its task waiting for ever. So a
 * pool is given up with its thread, before it makes a replacement.
 *
 * The records of a thread are in shared memory even when it is gone: the parent reads them to the end before it closes
 * the connection.
 *
 *     RUNNING ─► HUNG (its stack is asked for) ─► EXITED        end(), terminate(), at any time: the loss is not reported
 */
import type { Worker } from "node:worker_threads";
import { platformClock, UnrefTimer } from "@pneumatic/core/internal";
import type { Connection } from "@pneumatic/core/internal/threads";
import { startConnection } from "@pneumatic/core/internal/threads";
import type { TransferList } from "@pneumatic/core/threads";
import { DeferredPromise } from "../../cell/deferred-promise.ts";
import { ThreadLostError } from "../../errors.ts";
import { textOf } from "../../wording.ts";
import type { HostTask, ToParent, ToWorker } from "../wire/messages.ts";
import { BEAT, HEAP_MB, HOST_WORDS, ON_STACK } from "../wire/shared-words.ts";
import { Exports } from "./exports.ts";
import { findingsOn } from "./hang-stack.ts";
import { beatMsFor, Heartbeat } from "./heartbeat.ts";
import type { PoolOfOne, ThreadSettings } from "./pool-of-one.ts";
import { poolOfOne } from "./pool-of-one.ts";

export interface WorkerThreadOptions extends ThreadSettings {
  /** The least level of the lines that it logs. */
  readonly logLevel: string;
  /** Receives its records, also after its end. */
  received(record: ToParent): void;
  /** Reports its end, unless that was asked for. */
  lost(error: ThreadLostError): void;
  /** Receives each line that it prints, if lines go to the log. */
  printed(level: "info" | "warn", line: string): void;
  /** Reports an error outside of its task. */
  failed(error: unknown): void;
}

/**
 * The time that a hung thread is kept to be examined, and then until it is given up; one in native code exits when that
 * returns.
 */
const EXAMINE_MS = 250;
const EXIT_MS = 250;
/** The time that a thread has to write what it has printed, before it is terminated. */
const FLUSH_MS = 500;
/** The time that a thread may take to end before the parent stops waiting for it. */
const END_MS = 1000;
/** The share of its heap that a thread uses if it may be about to run out of memory. */
const FULL = 0.9;

type State = typeof RUNNING | Terminated | typeof OVER;
/** It hangs, or cannot be read: why, and at whose work. */
interface Terminated {
  readonly error: ThreadLostError;
  readonly culprit: number;
}
const RUNNING = "running";
const OVER = "over";

export class WorkerThread {
  readonly threadId: number | undefined;
  /** The actors that it knows. */
  readonly exports: Exports = new Exports((record, transferList) => this.send(record, transferList));
  readonly #options: WorkerThreadOptions;
  readonly #words = new Int32Array(new SharedArrayBuffer(HOST_WORDS * Int32Array.BYTES_PER_ELEMENT));
  readonly #line: Connection;
  readonly #pool: PoolOfOne;
  readonly #worker: Worker | undefined;
  readonly #heartbeat: Heartbeat;
  /** Makes Piscina reject the task of a thread that does not exit. */
  readonly #giveUp = new AbortController();
  readonly #exit = new DeferredPromise<void>();
  /** Settles when its task is over. */
  readonly #task: Promise<void>;
  #state: State = RUNNING;
  #patience: UnrefTimer | undefined = undefined;

  constructor(options: WorkerThreadOptions) {
    const { heartbeatMs, logLevel, received } = options;
    this.#pool = poolOfOne(options, options.failed, options.printed);
    this.#options = options;
    const [line, port] = startConnection(
      (record) => this.#isTrue(record as ToParent) && received(record as ToParent),
      (error) => error && this.#unreadable(error), // an end without an error is reported by its worker
    );
    this.#line = line;
    this.#worker = this.#pool.worker;
    this.threadId = this.#worker?.threadId;
    this.#worker?.once("exit", () => this.#exited());
    const task: HostTask = { port, words: this.#words, beatMs: beatMsFor(heartbeatMs), logLevel };
    this.#task = this.#pool.run(task, { transferList: [port], signal: this.#giveUp.signal }).then(
      () => this.#lost(new ThreadLostError("exit", "its port was closed")),
      (error) => this.#lost(this.#lossBy(error)),
    );
    const silent = (limits: number, ms: number): void => void this.#examine(limits, ms);
    this.#heartbeat = new Heartbeat({ words: this.#words, limitMs: heartbeatMs, silent });
  }

  /** The id of the incarnation whose work it was at when it was lost, or 0. */
  get culprit(): number {
    const culprit = typeof this.#state === "object" ? this.#state.culprit : 0;
    return culprit || Atomics.load(this.#words, ON_STACK);
  }

  get isSilent(): boolean {
    return this.#heartbeat.isSilent;
  }

  /** Throws when `record` cannot be copied. */
  send(record: ToWorker, transferList?: TransferList): void {
    this.#line.send(record, transferList);
  }

  /** Receives the records that it has sent by now. */
  receivePending(): void {
    this.#line.receive();
  }

  /** Errors of a thread that is being terminated may come of that: an import that is cut off fails with whatever it finds. */
  #isTrue(record: ToParent): boolean {
    return typeof this.#state === "string" || !("error" in record) || record.error === undefined;
  }

  /** Ends it once it has written what it has printed. Resolves when it has exited, or does not in time. */
  async end(): Promise<void> {
    if (this.#state !== RUNNING || this.#exit.isSettled) return this.terminate();
    this.#over();
    this.send({ op: "end" });
    const patience = new UnrefTimer(FLUSH_MS, () => this.#giveUp.abort(), platformClock);
    await this.#task;
    patience.stop();
    return this.terminate();
  }

  /** Ends it at once. Resolves when it has exited, or does not in time. */
  terminate(): Promise<void> {
    this.#over();
    void this.#pool.destroy();
    if (this.#exit.isSettled) return this.#exit.promise;
    this.#patience = new UnrefTimer(END_MS, () => this.#exit.resolve(), platformClock);
    return this.#exit.promise;
  }

  #over(): void {
    this.#state = OVER;
    this.exports.end();
    this.#heartbeat.stop();
    this.#patience?.stop();
    this.#line.unref();
  }

  /** It was silent for so many limits. One whose heap is full collects garbage, and has one more until it exits by itself. */
  async #examine(limits: number, silentMs: number): Promise<void> {
    const beat = Atomics.load(this.#words, BEAT);
    const { stack, heapMb = 0 } = await findingsOn(this.threadId, EXAMINE_MS);
    if (this.#state !== RUNNING || Atomics.load(this.#words, BEAT) !== beat) return;
    if (limits === 1 && this.#isFull(Math.max(heapMb, Atomics.load(this.#words, HEAP_MB)))) return;
    this.#state = { error: hungAt(stack, silentMs), culprit: this.culprit };
    this.#heartbeat.stop();
    void this.#worker?.terminate();
    this.#patience = new UnrefTimer(EXIT_MS, () => this.#giveUp.abort(), platformClock);
  }

  /** Ends it, since it has sent what cannot be read. */
  #unreadable(error: Error): void {
    if (this.#state !== RUNNING) return;
    this.#state = {
      error: new ThreadLostError("uncaught", `it has sent what cannot be read: ${error.message}`, error),
      culprit: 0,
    };
    this.#heartbeat.stop();
    void this.#worker?.terminate();
    this.#patience = new UnrefTimer(EXIT_MS, () => this.#giveUp.abort(), platformClock);
  }

  #isFull(heapMb: number): boolean {
    return heapMb >= FULL * (this.#worker?.resourceLimits?.maxOldGenerationSizeMb ?? Number.POSITIVE_INFINITY);
  }

  /** A thread may run out of memory while it is terminated: that is why it was silent. */
  #lossBy(error: unknown): ThreadLostError {
    const loss = lossBy(error);
    return typeof this.#state === "object" && loss.how !== "outOfMemory" ? this.#state.error : loss;
  }

  #lost(error: ThreadLostError): void {
    if (this.#state === OVER) return;
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

function lossBy(error: unknown): ThreadLostError {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return new ThreadLostError("outOfMemory", textOf(message));
  const exit = /^worker exited with code: (\d+)$/.exec(textOf(message));
  if (exit !== null) return new ThreadLostError("exit", `it exited with code ${exit[1]}`);
  return new ThreadLostError("uncaught", textOf(error), error);
}

/** Its stack is that of the thread, where it is known; its message names the innermost call that is not Node's own. */
function hungAt(stack: string | undefined, silentMs: number): ThreadLostError {
  const place = stack?.split("\n").find((line) => !/[ (]node:/.test(line));
  const remedy = "Work that takes so long on purpose goes into blocking()";
  const detail = `its event loop did not turn for ${silentMs} ms${place?.replace(/^ +/, " ") ?? ""}. ${remedy}`;
  const error = new ThreadLostError("hung", detail);
  error.stack = `${error.name}: ${error.message}${stack === undefined ? "" : `\n${stack}`}`;
  return error;
}
