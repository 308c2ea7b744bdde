/**
 * One worker thread, as the parent sees it: what runs there is entry.ts, and the actors on it are its tenants. When the thread
 * is lost it is lost for all of them at once: the one on its stack is to blame, the others are only hit. The host itself
 * stays, and begins anew with its next tenant.
 *
 *     IDLE ─► RUNNING ─► IDLE (lost) …      any ─► DESTROYED
 */
import type { ResourceLimits } from "node:worker_threads";
import type { Clock } from "@pneumatic/core/internal";
import { platformClock } from "@pneumatic/core/internal";
import type { TransferList } from "@pneumatic/core/threads";
import type { Logger } from "pino";
import { pino } from "pino";
import type { Diagnostics } from "../../diagnostics-channels.ts";
import { ThreadLostError } from "../../errors.ts";
import { report } from "../../report.ts";
import type { Intensity } from "../../supervisor/actor-options.ts";
import { countRestart } from "../../supervisor/intensity.ts";
import type { FromImports, FromIncarnation, Identity, ToParent, ToWorker } from "../wire/messages.ts";
import type { Exports } from "./exports.ts";
import { refuseSpawn } from "./spawn-for.ts";
import { WorkerThread } from "./worker.ts";

/** An incarnation on a host. */
export interface HostedIncarnation {
  /** Whether the host owes it an answer. */
  readonly isWaiting: boolean;
  /** Whose incarnation it is. */
  readonly identity: Identity;
  received(record: FromIncarnation): void;
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

/** Losses that nobody is to blame for; one more, and everyone on the host is. */
const UNBLAMED: Intensity = { restarts: 3, withinMs: 5000 };

type HostedIncarnations = readonly (readonly [number, HostedIncarnation])[];
type Guilt = (id: number) => boolean;

export class Host {
  readonly #options: HostOptions;
  readonly #hosted = new Map<number, HostedIncarnation>();
  #thread: WorkerThread | undefined = undefined;
  /** Settles when every thread that was let go of has ended. */
  #ended: Promise<unknown> = Promise.resolve();
  /** Whether the thread is heard in the middle of an end. */
  #isReceiving = false;
  /** When the thread was lost by nobody's fault. */
  #unblamed: readonly number[] = [];

  constructor(options: HostOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#hosted.size;
  }

  /** The `threadId` of its thread; undefined while it has none. */
  get threadId(): number | undefined {
    return this.#thread?.threadId;
  }

  /** Takes a tenant in, whose `id` no other one has or had. */
  add(id: number, incarnation: HostedIncarnation): void {
    this.#thread ??= this.#begin();
    this.#hosted.set(id, incarnation);
  }

  /** A tenant goes; one that the thread still works for, and that was its last, takes the thread with it. */
  remove(id: number, isWaiting: boolean): void {
    const wasHere = this.#hosted.delete(id);
    if (wasHere && isWaiting && this.#hosted.size === 0) this.#end();
  }

  /** What its thread knows of actors elsewhere. It has one. */
  get exports(): Exports {
    return (this.#thread as WorkerThread).exports;
  }

  /** Throws when `record` cannot be copied. */
  send(record: ToWorker, transferList?: TransferList): void {
    this.#thread?.send(record, transferList);
  }

  /** Hears what the thread has said by now, in the middle of an end: who wants to end too comes after it. */
  receivePending(): void {
    const wasReceiving = this.#isReceiving;
    this.#isReceiving = true;
    this.#thread?.receivePending();
    this.#isReceiving = wasReceiving;
  }

  /** Ends the thread. */
  async destroy(): Promise<void> {
    this.#end();
    await this.#ended;
  }

  #begin(): WorkerThread {
    const { heartbeatMs, resourceLimits, log } = this.#options;
    const thread: WorkerThread = new WorkerThread({
      heartbeatMs,
      resourceLimits,
      logLevel: standardLevel(log),
      received: (record) => this.#receive(record, thread),
      lost: (error) => this.#lost(thread, error),
      failed: (err) => report(log, "debug", { err }, "a thread failed outside of its task"),
    });
    return thread;
  }

  #receive(record: ToParent, thread: WorkerThread): void {
    switch (record.op) {
      case "log":
        this.#log(record.line);
        return;
      case "tell":
      case "ask":
      case "send":
      case "sendOnCredit":
      case "requestCredits":
      case "giveUp":
      case "released":
      case "upgraded":
      case "forgotten":
      case "awaitStart":
        this.#passOn(record, thread);
        return;
      case "spawn":
        if (this.#hosted.has(record.id)) this.#hosted.get(record.id)?.received(record);
        else refuseSpawn(thread.exports, record);
        return;
      default:
        if (this.#isReceiving && wantsEnd(record)) queueMicrotask(() => this.#hosted.get(record.id)?.received(record));
        else this.#hosted.get(record.id)?.received(record);
    }
  }

  /** A router may call a function of its user's, which throws. */
  #passOn(record: FromImports, thread: WorkerThread): void {
    try {
      thread.exports.received(record);
    } catch (err) {
      report(this.#options.log, "error", { err }, "what a thread has sent could not be delivered");
    }
  }

  #log(line: string): void {
    const { level, msg, time: _, ...fields } = JSON.parse(line);
    const { log } = this.#options;
    const name = (log.levels ?? pino.levels).labels[level]; // a logger that is not pino's own may have none
    const known = name === "trace" || name === "debug" || name === "warn" || name === "error" || name === "fatal";
    report(log, known ? name : "info", fields, msg);
  }

  /** What the thread has said counts; every tenant is told. */
  #lost(thread: WorkerThread, error: ThreadLostError): void {
    const { threadId, culprit } = thread;
    const hosted = [...this.#hosted];
    const isGuilty = this.#guilty(culprit, hosted);
    this.#end();
    report(this.#options.log, "warn", { err: error, how: error.how, actors: hosted.length }, error.message);
    this.#publish(error, threadId, hosted, isGuilty);
    for (const [id, incarnation] of hosted) incarnation.lost(isGuilty(id) ? error : hit(error));
  }

  #publish(
    { how: cause }: ThreadLostError,
    thread: number | undefined,
    hosted: HostedIncarnations,
    isGuilty: Guilt,
  ): void {
    const paths = (of: HostedIncarnations): string[] => of.map(([, { identity }]) => identity.path);
    const culprits = hosted.filter(([id]) => isGuilty(id));
    const identity = culprits.length === 1 ? culprits[0]?.[1].identity : undefined;
    const hit = paths(hosted).filter((path) => path !== identity?.path);
    const culprit = identity && { path: identity.path, id: identity.actorId, generation: identity.generation };
    this.#options.diagnostics.hostLost({ ...culprit, thread, cause, hit });
  }

  /** Who was on the stack, or is alone when nobody was; nobody otherwise, as long as that does not happen too often. */
  #guilty(culprit: number, hosted: HostedIncarnations): Guilt {
    if (hosted.some(([id]) => id === culprit)) return (id) => id === culprit;
    if (hosted.length === 1 && culprit === 0) return () => true;
    const unblamed = countRestart(this.#unblamed, platformClock.now(), UNBLAMED);
    this.#unblamed = unblamed ?? this.#unblamed;
    return () => unblamed === undefined;
  }

  /** What the thread has sent by now still arrives. */
  #end(): void {
    this.receivePending();
    const thread = this.#thread;
    this.#thread = undefined;
    this.#hosted.clear();
    if (thread !== undefined) this.#ended = Promise.all([this.#ended, thread.end()]);
  }
}

/** Whether it is to end an incarnation outside of a message. */
function wantsEnd(record: FromIncarnation): boolean {
  return record.op === "stopSelf" || (record.op === "panicked" && record.seq === 0);
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
