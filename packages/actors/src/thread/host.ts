/**
 * One worker thread, as the parent sees it. Piscina provides the thread and replaces it; what runs there is entry.ts, and
 * the actors on it are its tenants. When the thread is lost it is lost for all of them at once: the one on its stack is to
 * blame, the others are only hit. The host itself stays, and begins anew with its next tenant.
 *
 *     IDLE ─► RUNNING ─► IDLE (lost) …      any ─► DESTROYED
 */
import { url as inspectorUrl } from "node:inspector";
import type { MessagePort, ResourceLimits } from "node:worker_threads";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { Clock } from "@pneumatic/core/internal";
import { Timer } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { Piscina } from "piscina";
import type { CrashCause } from "../cell/exit-reason.ts";
import { ThreadLostError } from "../errors.ts";
import type { HostTask, ToHost, ToParent } from "./wire.ts";
import { BEAT, ON_STACK } from "./wire.ts";

/** An incarnation on a host. */
export interface Tenant {
  /** Whether the host owes it an answer. */
  readonly isWaiting: boolean;
  received(report: ToParent): void;
  /** The thread is gone, and this tenant with it. */
  lost(error: ThreadLostError): void;
}

export interface HostOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a thread may not turn its event loop before it counts as hung, in milliseconds. */
  readonly heartbeatMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
}

const BEATS_PER_LIMIT = 10;
const SLOWEST_BEAT_MS = 250;

/** A thread that runs: everything that goes when it is lost. */
interface Running {
  readonly port: MessagePort;
  readonly words: Int32Array;
  readonly terminate: AbortController;
  watch: Timer | undefined;
}

export class ThreadHost {
  readonly #options: HostOptions;
  readonly #pool: Piscina;
  readonly #tenants = new Map<number, Tenant>();
  #running: Running | undefined = undefined;
  #destroyed: Promise<void> | undefined = undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#pool = new Piscina({
      filename: new URL("./entry.js", import.meta.url).href,
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1,
      atomics: "disabled",
      ...(options.resourceLimits && { resourceLimits: options.resourceLimits }),
    });
    this.#pool.on("error", (error) => options.log.debug({ err: error }, "a thread failed outside of its task"));
  }

  get size(): number {
    return this.#tenants.size;
  }

  /** Takes a tenant in, whose `id` no other one has or had. */
  admit(id: number, tenant: Tenant): void {
    this.#tenants.set(id, tenant);
    this.#running ??= this.#begin();
  }

  leave(id: number): void {
    this.#tenants.delete(id);
  }

  /** Throws when `order` cannot be copied. */
  send(order: ToHost): void {
    this.#running?.port.postMessage(order);
  }

  /** Ends the thread. */
  destroy(): Promise<void> {
    this.#destroyed ??= this.#pool.destroy();
    this.#end();
    return this.#destroyed;
  }

  #begin(): Running {
    const { port1, port2 } = new MessageChannel();
    const words = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
    const running: Running = { port: port1, words, terminate: new AbortController(), watch: undefined };
    const beatMs = this.#beatMs;
    const task: HostTask = { port: port2, words, beatMs, logLevel: this.#options.log.level };
    port1.on("message", (report: ToParent) => this.#receive(report));
    this.#pool.run(task, { transferList: [port2], signal: running.terminate.signal }).then(
      () => this.#lost(running, new ThreadLostError("exit", "its port was closed")),
      (error) => this.#lost(running, lossBy(error, running)),
    );
    this.#watch(running, 0, this.#options.clock.now());
    return running;
  }

  get #beatMs(): number {
    return Math.min(this.#options.heartbeatMs / BEATS_PER_LIMIT, SLOWEST_BEAT_MS);
  }

  /** Looks at the heartbeat now and then; one that stands still for too long is the end of the thread. */
  #watch(running: Running, beat: number, since: number): void {
    running.watch = new Timer(
      this.#beatMs,
      () => {
        const { clock, heartbeatMs } = this.#options;
        const seen = Atomics.load(running.words, BEAT);
        const now = clock.now();
        const begun = seen !== 0; // a thread that is still loading has no heart to beat yet
        if (seen === beat && begun && now - since >= heartbeatMs && inspectorUrl() === undefined)
          running.terminate.abort();
        else this.#watch(running, seen, seen === beat ? since : now);
      },
      this.#options.clock,
    ).unref();
  }

  #receive(report: ToParent): void {
    if (report.op === "log") this.#log(report.line);
    else this.#tenants.get(report.id)?.received(report);
  }

  #log(line: string): void {
    const { level, msg, time: _, ...fields } = JSON.parse(line);
    const { log } = this.#options;
    log[(log.levels.labels[level] ?? "info") as "info"](fields, msg);
  }

  /** What the thread has said still counts; then every tenant is told. */
  #lost(running: Running, error: ThreadLostError): void {
    if (this.#running !== running) return;
    for (let last = receiveMessageOnPort(running.port); last; last = receiveMessageOnPort(running.port)) {
      this.#receive(last.message);
    }
    const tenants = [...this.#tenants];
    const guilty = this.#culprit(running, tenants);
    this.#end();
    this.#options.log.warn({ how: error.how, tenants: tenants.length }, error.message);
    for (const [id, tenant] of tenants) tenant.lost(id === guilty ? error : hit(error));
  }

  /** Who was on the stack; or else the only one that the thread was working for. */
  #culprit(running: Running, tenants: readonly (readonly [number, Tenant])[]): number | undefined {
    const onStack = Atomics.load(running.words, ON_STACK);
    if (onStack !== 0) return onStack;
    const waiting = tenants.filter(([, tenant]) => tenant.isWaiting);
    return waiting.length === 1 ? waiting[0]?.[0] : tenants.length === 1 ? tenants[0]?.[0] : undefined;
  }

  #end(): void {
    this.#running?.watch?.stop();
    this.#running?.port.close();
    this.#running = undefined;
    this.#tenants.clear();
  }
}

function lossBy(error: unknown, { terminate }: Running): ThreadLostError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (terminate.signal.aborted)
    return new ThreadLostError("hung", "its event loop did not turn, and it was terminated");
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return new ThreadLostError("outOfMemory", String(message));
  const exit = /exited with code: (\d+)/.exec(String(message));
  if (exit !== null) return new ThreadLostError("exit", `it exited with code ${exit[1]}`);
  const cause: CrashCause = "uncaught";
  return new ThreadLostError(cause, String(error), error);
}

function hit(error: ThreadLostError): ThreadLostError {
  return new ThreadLostError("hostLost", `another actor on it was to blame: ${error.message}`);
}
