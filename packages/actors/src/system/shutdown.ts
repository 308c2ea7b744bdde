/**
 * The end of a system, once: its hooks, its handlers, its actors, and what it owns.
 *
 *     begin ─► `stopping` ─► hooks of beforeShutdown ─► ctx.stopping of all ─► roots, the last first ─► what is left
 *              is aborted    half of the time at most    no new root
 *
 * The time is one deadline. A later call may bring it forward, never put it off. At the deadline the actors that are left are
 * killed. system.ts is upstream, runtime.ts downstream.
 */
import { callback, checkArgument, Timer } from "@pneumatic/core/internal";
import { inNeutralContext } from "../async-context.ts";
import type { Cell } from "../cell/cell.ts";
import { DeferredPromise } from "../cell/deferred-promise.ts";
import { QUEUED, READY } from "../cell/state.ts";
import { FINISH, shutDown } from "../cell/termination.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { refusalFor } from "../option-doors.ts";
import { report } from "../report.ts";
import type { SystemRuntime } from "./runtime.ts";

/** Awaited in a shutdown, before any mailbox closes. */
export type ShutdownHook = () => unknown;

export class Shutdown {
  readonly #runtime: SystemRuntime;
  readonly #finish: () => Promise<void>;
  readonly #stopping = new AbortController();
  /** Those that have yet to be called, each in an object of its own; undefined once mailboxes close. */
  #hooks: Set<{ readonly hook: ShutdownHook }> | undefined = new Set();
  #over: DeferredPromise<void> | undefined = undefined;
  #deadline: { readonly at: number; readonly timers: readonly Timer[] } | undefined = undefined;
  /** Settled when the hooks have had their time. */
  readonly #closing = new DeferredPromise<void>();

  /** Calls `finish` when no actor is left. */
  constructor(runtime: SystemRuntime, finish: () => Promise<void>) {
    this.#runtime = runtime;
    this.#finish = finish;
  }

  /** Aborted when the shutdown begins, before the first hook. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  get hasBegun(): boolean {
    return this.#over !== undefined;
  }

  /** Adds a hook, until it is disposed of. Throws once mailboxes close. */
  before(hook: ShutdownHook): Disposable {
    checkArgument("The hook", hook, callback, refusalFor("beforeShutdown()"));
    const hooks = this.#hooks;
    if (hooks === undefined)
      throw new InvalidDefinitionError("beforeShutdown() comes too late: the system has shut down");
    const entry = { hook };
    hooks.add(entry);
    return { [Symbol.dispose]: () => void hooks.delete(entry) };
  }

  /** Begins, or goes on with less time. Resolves at the end. */
  begin(timeoutMs: number): Promise<void> {
    this.#endWithin(timeoutMs);
    if (this.#over === undefined) {
      this.#over = new DeferredPromise(); // before the first listener is called, which may ask for the shutdown as well
      this.#run().then(
        () => this.#over?.resolve(),
        (error) => this.#over?.reject(error),
      );
    }
    return this.#over.promise;
  }

  /** Kills what is left after `timeoutMs`, unless that happens earlier anyway, or the system has ended. */
  #endWithin(timeoutMs: number): void {
    const { clock } = this.#runtime;
    const at = clock.now() + timeoutMs;
    if (this.hasBegun && (this.#deadline === undefined || at >= this.#deadline.at)) return;
    this.#stopTimers();
    const timers = [new Timer(timeoutMs, () => this.#runtime.roots.forEach(endNow), clock)];
    if (this.#hooks?.size) timers.push(new Timer(timeoutMs / 2, () => this.#closing.resolve(), clock));
    this.#deadline = { at, timers };
  }

  #stopTimers(): void {
    for (const timer of this.#deadline?.timers ?? []) timer.stop();
  }

  async #run(): Promise<void> {
    const runtime = this.#runtime;
    inNeutralContext(() => this.#stopping.abort());
    if (this.#hooks?.size) await Promise.race([this.#callHooks(), this.#closing.promise]);
    this.#reportHooks();
    this.#hooks = undefined;
    runtime.close();
    for (const cell of runtime.roots.reverse()) {
      cell.life.drain();
      await cell.exited;
    }
    this.#stopTimers();
    this.#deadline = undefined;
    await this.#finish();
  }

  /** Never rejects. */
  async #callHooks(): Promise<void> {
    for (let last = this.#lastHook(); last !== undefined && !this.#closing.isSettled; last = this.#lastHook()) {
      try {
        await inNeutralContext(last.hook);
      } catch (err) {
        report(this.#runtime.log, "error", { err }, "a hook of beforeShutdown has failed");
      }
      this.#hooks?.delete(last);
    }
  }

  #lastHook(): { readonly hook: ShutdownHook } | undefined {
    return [...(this.#hooks ?? [])].at(-1);
  }

  #reportHooks(): void {
    const left = this.#hooks?.size ?? 0;
    if (left > 0)
      report(this.#runtime.log, "warn", { left }, "hooks of beforeShutdown took half of the time: mailboxes close now");
  }
}

/** At the deadline: who is in the middle of something is killed, who is not can still run its hook. */
function endNow(cell: Cell): void {
  if (cell.phase === READY || cell.phase === QUEUED) void shutDown(cell, false, "stopped");
  else cell.life.kill(FINISH);
}
