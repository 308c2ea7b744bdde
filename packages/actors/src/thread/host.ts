/**
 * One worker thread, as the parent sees it. Piscina provides the thread; what runs there is entry.ts, and the actors on it
 * are its tenants. When the thread is lost it is lost for all of them at once: the one on its stack is to blame, the others
 * are only hit. The host itself stays, and begins anew with its next tenant.
 *
 * Each thread has a pool of its own: a pool whose replacement for a lost thread dies before it is ready never makes
 * another, and leaves its task waiting for ever.
 *
 *     IDLE ─► RUNNING ─► IDLE (lost) …      any ─► DESTROYED
 */
import { url as inspectorUrl } from "node:inspector";
import type { MessagePort, ResourceLimits } from "node:worker_threads";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { Clock } from "@pneumatic/core/internal";
import { systemClock as platformClock, UnheldTimer } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { pino } from "pino";
import { Piscina } from "piscina";
import { textOf } from "../cell/exit-reason.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { ThreadLostError } from "../errors.ts";
import { report } from "../report.ts";
import type { Intensity } from "../supervisor/intensity.ts";
import { countRestart } from "../supervisor/intensity.ts";
import { bootstrapFile } from "./bootstrap-file.ts";
import { Leases } from "./leases.ts";
import { refuseSpawn } from "./spawn-for.ts";
import type { About, FromPeer, HostTask, OfTenant, ToHost, ToParent } from "./wire.ts";
import { BEAT, ON_STACK } from "./wire.ts";

/** An incarnation on a host. */
export interface Tenant {
  /** Whether the host owes it an answer. */
  readonly isWaiting: boolean;
  /** Whose incarnation it is. */
  readonly about: About;
  received(report: OfTenant): void;
  /** The thread is gone, and this tenant with it. */
  lost(error: ThreadLostError): void;
}

export interface HostOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly diagnostics: Diagnostics;
  /** How long a thread may not turn its event loop before it counts as hung, in milliseconds. */
  readonly heartbeatMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
}

const BEATS_PER_LIMIT = 10;
/** How many times the limit a thread may take until it beats for the first time. */
const START_LIMITS = 6;
/** Losses that nobody is to blame for; one more, and everyone on the host is. */
const UNBLAMED: Intensity = { restarts: 3, withinMs: 5000 };

type Tenants = readonly (readonly [number, Tenant])[];
type Guilt = (id: number) => boolean;

/** A thread that runs: everything that goes when it is lost. */
interface Running {
  readonly pool: Piscina;
  /** Asked at the beginning: the pool replaces a lost thread before it tells. */
  readonly threadId: number | undefined;
  readonly port: MessagePort;
  readonly words: Int32Array;
  readonly terminate: AbortController;
  readonly leases: Leases;
  watch: UnheldTimer | undefined;
}

export class ThreadHost {
  readonly #options: HostOptions;
  readonly #tenants = new Map<number, Tenant>();
  #running: Running | undefined = undefined;
  /** Settles when every thread that was let go of has ended. */
  #ended: Promise<void> = Promise.resolve();
  /** When the thread was lost by nobody's fault. */
  #unblamed: readonly number[] = [];

  constructor(options: HostOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#tenants.size;
  }

  /** The `threadId` of its thread; undefined while it has none. */
  get threadId(): number | undefined {
    return this.#running?.threadId;
  }

  /** Takes a tenant in, whose `id` no other one has or had. Throws when there is nothing that a thread could run. */
  admit(id: number, tenant: Tenant): void {
    this.#running ??= this.#begin();
    this.#tenants.set(id, tenant);
  }

  /** A tenant goes; one that the thread still works for, and that was its last, takes the thread with it. */
  leave(id: number, isWaiting: boolean): void {
    const wasHere = this.#tenants.delete(id);
    if (wasHere && isWaiting && this.#tenants.size === 0) this.#end();
  }

  /** What its thread knows of actors elsewhere. It has one. */
  get leases(): Leases {
    return (this.#running as Running).leases;
  }

  /** Throws when `order` cannot be copied. */
  send(order: ToHost): void {
    this.#running?.port.postMessage(order);
  }

  /** Hears what the thread has said by now, in the middle of an end: who wants to end too comes after it. */
  hear(): void {
    const port = this.#running?.port;
    if (port === undefined) return;
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
      const said: ToParent = next.message;
      if (said.op === "stopSelf" || said.op === "failed") queueMicrotask(() => this.#receive(said));
      else this.#receive(said);
    }
  }

  /** Ends the thread. */
  async destroy(): Promise<void> {
    this.#end();
    await this.#ended;
  }

  #begin(): Running {
    const { port1, port2 } = new MessageChannel();
    const words = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
    const pool = this.#makePool();
    const threadId = pool.threads[0]?.threadId;
    const running: Running = {
      pool,
      threadId,
      port: port1,
      words,
      terminate: new AbortController(),
      leases: new Leases((order) => port1.postMessage(order)),
      watch: undefined,
    };
    const beatMs = this.#beatMs;
    const task: HostTask = { port: port2, words, beatMs, logLevel: standardLevel(this.#options.log) };
    port1.on("message", (said: ToParent) => this.#receive(said));
    pool.run(task, { transferList: [port2], signal: running.terminate.signal }).then(
      () => this.#lost(running, new ThreadLostError("exit", "its port was closed")),
      (error) => this.#lost(running, lossBy(error, running)),
    );
    this.#watch(running, 0, 0);
    return running;
  }

  #makePool(): Piscina {
    const { log, resourceLimits } = this.#options;
    const pool = new Piscina({
      filename: bootstrapFile(),
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1,
      atomics: "disabled",
      ...(resourceLimits && { resourceLimits }),
    });
    pool.on("error", (err) => report(log, "debug", { err }, "a thread failed outside of its task"));
    return pool;
  }

  get #beatMs(): number {
    return this.#options.heartbeatMs / BEATS_PER_LIMIT;
  }

  /**
   * Looks at the heartbeat now and then; one that stands still for too many looks is the end of the thread. Looks are
   * counted, not time, so that a parent that was stopped itself blames nobody; and they go by the platform's clock.
   */
  #watch(running: Running, beat: number, missed: number): void {
    running.watch = new UnheldTimer(
      this.#beatMs,
      () => {
        const seen = Atomics.load(running.words, BEAT);
        const limit = seen === 0 ? BEATS_PER_LIMIT * START_LIMITS : BEATS_PER_LIMIT;
        if (seen !== beat || inspectorUrl() !== undefined) this.#watch(running, seen, 0);
        else if (missed + 1 < limit) this.#watch(running, seen, missed + 1);
        else running.terminate.abort();
      },
      platformClock,
    );
  }

  #hear(port: MessagePort): void {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) this.#receive(next.message);
  }

  #receive(said: ToParent): void {
    switch (said.op) {
      case "log":
        this.#log(said.line);
        return;
      case "tell":
      case "ask":
      case "send":
      case "giveUp":
      case "released":
      case "upgraded":
      case "forgotten":
      case "wantsStart":
        this.#passOn(said);
        return;
      case "spawn":
        if (this.#tenants.has(said.id)) this.#tenants.get(said.id)?.received(said);
        else if (this.#running !== undefined) refuseSpawn(this.#running.leases, said);
        return;
      default:
        this.#tenants.get(said.id)?.received(said);
    }
  }

  /** A router may call a function of its user's, which throws. */
  #passOn(said: FromPeer): void {
    try {
      this.#running?.leases.received(said);
    } catch (err) {
      report(this.#options.log, "error", { err }, "what a thread has sent could not be delivered");
    }
  }

  #log(line: string): void {
    const { level, msg, time: _, ...fields } = JSON.parse(line);
    const { log } = this.#options;
    const name = log.levels.labels[level];
    const known = name === "trace" || name === "debug" || name === "warn" || name === "error" || name === "fatal";
    report(log, known ? name : "info", fields, msg);
  }

  /** What the thread has said still counts; then every tenant is told. */
  #lost(running: Running, error: ThreadLostError): void {
    if (this.#running !== running) return;
    this.#hear(running.port);
    const tenants = [...this.#tenants];
    const isGuilty = this.#guilty(running, tenants);
    this.#end();
    report(this.#options.log, "warn", { how: error.how, tenants: tenants.length }, error.message);
    this.#publish(error, running.threadId, tenants, isGuilty);
    for (const [id, tenant] of tenants) tenant.lost(isGuilty(id) ? error : hit(error));
  }

  #publish({ how: cause }: ThreadLostError, thread: number | undefined, tenants: Tenants, isGuilty: Guilt): void {
    const paths = (of: Tenants): string[] => of.map(([, { about }]) => about.path);
    const culprits = tenants.filter(([id]) => isGuilty(id));
    const about = culprits.length === 1 ? culprits[0]?.[1].about : undefined;
    const hit = paths(tenants).filter((path) => path !== about?.path);
    const culprit = about && { path: about.path, id: about.actorId, generation: about.generation };
    this.#options.diagnostics.hostLost({ ...culprit, thread, cause, hit });
  }

  /** Who was on the stack, or who is alone; nobody otherwise, as long as that does not happen too often. */
  #guilty(running: Running, tenants: Tenants): Guilt {
    const onStack = Atomics.load(running.words, ON_STACK);
    if (onStack !== 0) return (id) => id === onStack;
    const unblamed = countRestart(this.#unblamed, platformClock.now(), UNBLAMED);
    this.#unblamed = unblamed ?? this.#unblamed;
    return () => tenants.length === 1 || unblamed === undefined;
  }

  /** What the thread has sent by now still arrives. */
  #end(): void {
    this.hear();
    const running = this.#running;
    this.#running = undefined;
    this.#tenants.clear();
    if (running === undefined) return;
    running.watch?.stop();
    running.port.close();
    running.leases.end();
    const before = this.#ended;
    this.#ended = running.pool.destroy().then(() => before);
  }
}

function lossBy(error: unknown, { terminate }: Running): ThreadLostError {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  if (terminate.signal.aborted)
    return new ThreadLostError("hung", "its event loop did not turn, and it was terminated");
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return new ThreadLostError("outOfMemory", textOf(message));
  const exit = /^worker exited with code: (\d+)$/.exec(textOf(message));
  if (exit !== null) return new ThreadLostError("exit", `it exited with code ${exit[1]}`);
  return new ThreadLostError("uncaught", textOf(error), error);
}

function hit(error: ThreadLostError): ThreadLostError {
  return new ThreadLostError("hostLost", `another actor on it was to blame: ${error.message}`);
}

/** The level on the thread, which knows pino's own levels only: the least that passes everything the logger wants. */
function standardLevel({ levelVal }: Logger): string {
  const levels = Object.entries(pino.levels.values).sort(([, a], [, b]) => a - b);
  return (
    levels.findLast(([, value]) => value <= levelVal)?.[0] ??
    (levelVal === Number.POSITIVE_INFINITY ? "silent" : "trace")
  );
}
