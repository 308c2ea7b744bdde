/**
 * One worker thread, as the parent sees it: it runs worker/entry.ts, and hosts incarnations. When the thread is lost it
 * is lost for all of them at once: the one on its stack is to blame, the others are only hit. The host itself stays,
 * and begins anew with its next incarnation.
 *
 *     IDLE ─► RUNNING ─► IDLE (lost) …      any ─► DESTROYED
 */
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
import type { ThreadSettings } from "./pool-of-one.ts";
import { refuseSpawn } from "./spawn-for.ts";
import { WorkerThread } from "./worker.ts";

/** An incarnation on a host. */
export interface HostedIncarnation {
  /** The identity of its actor. */
  readonly identity: Identity;
  received(record: FromIncarnation): void;
  /** Notes that the thread is lost, and this incarnation with it. */
  lost(error: ThreadLostError): void;
}

export interface HostOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly diagnostics: Diagnostics;
  readonly threads: ThreadSettings;
}

/** The losses without a culprit that are allowed; at one more, every incarnation on the host is to blame. */
const UNBLAMED: Intensity = { restarts: 3, withinMs: 5000 };

type HostedIncarnations = readonly (readonly [number, HostedIncarnation])[];
type Guilt = (id: number) => boolean;

export class Host {
  readonly #options: HostOptions;
  readonly #hosted = new Map<number, HostedIncarnation>();
  #thread: WorkerThread | undefined = undefined;
  /** Settles when every former thread has ended. */
  #ended: Promise<unknown> = Promise.resolve();
  /** True while records are received in the middle of an end. */
  #isReceiving = false;
  /** The times at which the thread was lost without a culprit. */
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

  /** Adds an incarnation, whose `id` no other one has or had. */
  add(id: number, incarnation: HostedIncarnation): void {
    this.#thread ??= this.#begin();
    this.#hosted.set(id, incarnation);
  }

  /** Removes an incarnation. If the thread still works for it, and it was the last one, ends the thread. */
  remove(id: number, isWaiting: boolean): void {
    const wasHere = this.#hosted.delete(id);
    if (wasHere && isWaiting && this.#hosted.size === 0) this.#end();
  }

  /** The exports to its thread. It must have one. */
  get exports(): Exports {
    return (this.#thread as WorkerThread).exports;
  }

  /** Throws when `record` cannot be copied. */
  send(record: ToWorker, transferList?: TransferList): void {
    this.#thread?.send(record, transferList);
  }

  /**
   * Receives the records that the thread has sent by now, in the middle of an end: an incarnation that wants to end too
   * comes after it.
   */
  receivePending(): void {
    const wasReceiving = this.#isReceiving;
    this.#isReceiving = true;
    this.#thread?.receivePending();
    this.#isReceiving = wasReceiving;
  }

  /** True if the thread does not turn its event loop at present. */
  get isSilent(): boolean {
    return this.#thread?.isSilent === true;
  }

  /** Ends the thread once it has written what it has printed. */
  async destroy(): Promise<void> {
    this.#end(true);
    await this.#ended;
  }

  #begin(): WorkerThread {
    const { threads, log } = this.#options;
    const thread: WorkerThread = new WorkerThread({
      ...threads,
      logLevel: standardLevel(log),
      received: (record) => this.#receive(record, thread),
      lost: (error) => this.#lost(thread, error),
      printed: (level, line) => report(log, level, { thread: thread.threadId }, line),
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

  /** Passes a record on to the exports. A router may call user code, which throws. */
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

  /** Ends the thread after its records were received, and notifies every incarnation. */
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

  /**
   * Returns the guilty ones: the incarnation on the stack, or the only one; none otherwise, as long as that does not
   * happen too often.
   */
  #guilty(culprit: number, hosted: HostedIncarnations): Guilt {
    if (hosted.some(([id]) => id === culprit)) return (id) => id === culprit;
    if (hosted.length === 1 && culprit === 0) return () => true;
    const unblamed = countRestart(this.#unblamed, platformClock.now(), UNBLAMED);
    this.#unblamed = unblamed ?? this.#unblamed;
    return () => unblamed === undefined;
  }

  /** Ends the thread, at once unless `gently`. The records that it has sent by now still arrive. */
  #end(gently = false): void {
    this.receivePending();
    const thread = this.#thread;
    this.#thread = undefined;
    this.#hosted.clear();
    if (thread !== undefined) this.#ended = Promise.all([this.#ended, gently ? thread.end() : thread.terminate()]);
  }
}

/** Returns true if it asks for the end of an incarnation outside of a message. */
function wantsEnd(record: FromIncarnation): boolean {
  return record.op === "stopSelf" || (record.op === "panicked" && record.seq === 0);
}

function hit(error: ThreadLostError): ThreadLostError {
  return new ThreadLostError("hostLost", `another actor on it was to blame: ${error.message}`);
}

/**
 * Returns the level on the thread, which has pino's own levels only: the least that passes everything the logger wants.
 */
function standardLevel({ levelVal }: Logger): string {
  const levels = Object.entries(pino.levels.values).sort(([, a], [, b]) => a - b);
  return (
    levels.findLast(([, value]) => value <= levelVal)?.[0] ??
    (levelVal === Number.POSITIVE_INFINITY ? "silent" : "trace")
  );
}
