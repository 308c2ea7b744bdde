/**
 * The common parts of the actors of one system: dispatcher, clock, deadlines, log, the tree of cells, the dead letters
 * and the account of all messages. It wires the layers together, so that none of them imports another's upstream.
 *
 * Above the limits: it wires the rooms together, so it imports all of them.
 */
import type { Clock } from "@pneumatic/core/testing";
import type { Logger } from "pino";
import { dropAddresses } from "../address/walk.ts";
import type { Cell } from "../cell/cell.ts";
import type { Decider, Exit } from "../cell/directive.ts";
import type { DeadLetterDetails, Runtime } from "../cell/environment.ts";
import type { TestHooks } from "../cell/test-hooks.ts";
import { testHooksOf } from "../cell/test-hooks.ts";
import { Diagnostics } from "../diagnostics-channels.ts";
import { Dispatcher } from "../dispatcher.ts";
import { Account } from "../mailbox/account.ts";
import type { DeadLetter, DeadLetterReason } from "../mailbox/dead-letter.ts";
import { DeadLetterStore } from "../mailbox/dead-letters.ts";
import type { Ledger } from "../mailbox/ledger.ts";
import { endRegistrations } from "../registry/registration.ts";
import { Deadlines } from "../reply/deadlines.ts";
import { reportDeadlock, WaitForGraph } from "../reply/wait-for-graph.ts";
import type { Scheduler } from "../scheduler.ts";
import { loneDecider } from "../supervisor/restarts.ts";
import type { Settings } from "../supervisor/settings.ts";
import { Hosts } from "../threads/parent/hosts.ts";
import type { ThreadSettings } from "../threads/parent/pool-of-one.ts";
import { ThreadCode } from "../threads/parent/thread-executor.ts";
import { typeOf } from "../wording.ts";
import { ActorTree, withDescendants } from "./actor-tree.ts";
import { HealthWatch } from "./health.ts";
import { Inspector, ownershipCycles } from "./inspect.ts";
import type { SystemInspection } from "./inspection.ts";
import { keepAlive } from "./keep-alive-report.ts";
import { Spawner } from "./spawner.ts";

/** The dependencies of a system. */
export interface Dependencies {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly log: Logger;
  readonly name: string;
  readonly keepAlive: boolean;
  /** True if a deadlock is ended, false if it is only reported. */
  readonly endsDeadlocks: boolean;
  readonly deadLettersKept: number;
  readonly failureExitCode: number | undefined;
  readonly threads: ThreadSettings;
}

export class SystemRuntime implements Runtime {
  readonly #name: string;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly deadlines: Deadlines;
  readonly waitForGraph: WaitForGraph;
  readonly log: Logger;
  readonly diagnostics: Diagnostics;
  readonly testHooks: TestHooks | undefined;
  readonly random: () => number;
  readonly deadLetters: DeadLetterStore;
  readonly hosts: Hosts;
  readonly health: HealthWatch = new HealthWatch();
  isStopping = false;
  readonly #failureExitCode: number | undefined;
  readonly #tree = new ActorTree();
  readonly #spawner: Spawner = new Spawner(this, this.#tree);
  readonly #retired = new Account();
  readonly #inspector = new Inspector();
  readonly #keepAlive: boolean;
  readonly #idle: () => void;
  #living = 0;
  #unref: (() => void) | undefined = undefined;

  /** `idle` is called whenever the last living actor has ended. */
  constructor(dependencies: Dependencies, idle: () => void) {
    this.#name = dependencies.name;
    if (process.env["PNEUMATIC_TRACE_LEAKS"] === "1") Error.stackTraceLimit = Math.max(Error.stackTraceLimit, 30); // ours come first
    this.clock = dependencies.clock;
    this.log = dependencies.log;
    this.testHooks = testHooksOf(dependencies.scheduler);
    this.diagnostics = this.testHooks?.diagnostics(dependencies.name) ?? new Diagnostics(dependencies.name);
    this.random = dependencies.random;
    this.dispatcher = new Dispatcher(dependencies.clock, dependencies.scheduler);
    this.deadlines = new Deadlines(dependencies.clock, dependencies.scheduler.step);
    this.waitForGraph = new WaitForGraph(
      dependencies.clock,
      this.dispatcher,
      dependencies.endsDeadlocks,
      (error, isCertain) => reportDeadlock(dependencies.log, error, isCertain),
    );
    this.deadLetters = new DeadLetterStore(dependencies.deadLettersKept, dropAddresses, dependencies.log);
    const { clock, log, threads } = dependencies;
    this.hosts = new Hosts({ clock, log, threads, diagnostics: this.diagnostics });
    this.#keepAlive = dependencies.keepAlive;
    this.#failureExitCode = dependencies.failureExitCode;
    this.#idle = idle;
  }

  get living(): number {
    return this.#living;
  }

  /** The actors without a parent, in the order they were spawned. */
  get roots(): Cell[] {
    return this.#tree.roots;
  }

  spawn(parent: Cell | undefined, definition: unknown, options: object | undefined): unknown {
    return this.#spawner.spawn(parent, definition, options);
  }

  supervise(parent: Cell | undefined, spec: unknown, options: object | undefined): unknown {
    return this.#spawner.supervise(parent, spec, options);
  }

  route(parent: Cell | undefined, definition: unknown, options: unknown): unknown {
    return this.#spawner.route(parent, definition, options);
  }

  entered(cell: Cell): void {
    if (this.#living++ === 0 && this.#keepAlive) this.#unref = keepAlive(this.#name, this);
    if ((cell.settings as Settings).essential) this.health.essential(cell);
    this.diagnostics.spawned(cell, cell.code.name);
  }

  deadLetter(cell: Cell, message: unknown, reason: DeadLetterReason, details: DeadLetterDetails = {}): void {
    const { error, isQuiet = false, wasBegun = reason === "killed" || reason === "quarantined" } = details;
    if (!cell.isAlive) {
      this.#retired.accepted++;
      this.#retired.deadLetter(reason);
    }
    const { path: to, id } = cell;
    const letter = { message, type: typeOf(message), reason, to, id, at: this.clock.now() };
    const isInHand = wasBegun && !cell.code.isRemote && !cell.clonesHandles;
    this.deadLetters.add(error === undefined ? letter : { ...letter, error }, cell, isInHand, isQuiet);
    this.diagnostics.deadLetter(cell, letter.type, reason);
  }

  /** Gives the message of a dead letter to the actor that lives at its path now; false if none there takes it. */
  redeliver(letter: DeadLetter): boolean {
    const cell = this.lookup(letter.to);
    if (cell === undefined) return false;
    return this.deadLetters.redeliver(letter, (message) => cell.mailbox.trySend(message).ok);
  }

  inspect(): SystemInspection {
    const { roots, deadLetters } = this;
    const { kept, receivers, undelivered } = deadLetters;
    return {
      name: this.#name,
      living: this.#living,
      ledger: this.ledger(),
      rejectedAsks: this.deadlines.rejected,
      deadLetters: { kept, receivers, undelivered },
      actors: this.#inspector.actors(roots),
      cycles: ownershipCycles(roots),
    };
  }

  /** Lets the exit code of the process tell of the failure of a root that nobody else hears of, unless it tells of another. */
  rootFailed(): void {
    if (this.#failureExitCode !== undefined && !process.exitCode) process.exitCode = this.#failureExitCode;
  }

  ended(cell: Cell): void {
    this.diagnostics.stopped(cell);
    this.health.ended(cell);
    if (cell.code instanceof ThreadCode) cell.code.release(this.hosts);
    this.#retired.add(cell.account);
    endRegistrations(cell);
    this.#tree.remove(cell);
    if (--this.#living > 0) return;
    this.#unref?.();
    void this.hosts.end();
    this.#idle();
  }

  /** Returns the actor at a path such as `/parent/name`. */
  lookup(path: string): Cell | undefined {
    return this.#tree.lookup(path);
  }

  /** Stops the timers that wait for nothing. */
  stopIdleTimers(): void {
    this.deadlines.end();
    this.waitForGraph.end();
  }

  /** Spawns no root from now on, and tells every handler that the system stops. */
  close(): void {
    this.#spawner.close();
    this.isStopping = true;
    for (const { incarnation } of withDescendants(this.roots)) incarnation?.abortStopping();
  }

  /** The account of all messages since the beginning. */
  ledger(): Ledger {
    const total = new Account();
    total.add(this.#retired);
    const pending = { queued: 0, stashed: 0, inFlight: 0 };
    for (const cell of withDescendants(this.roots)) {
      total.add(cell.account);
      pending.queued += cell.mailbox.queued;
      pending.stashed += cell.mailbox.stashed;
      if (cell.inFlight !== undefined) pending.inFlight++;
    }
    return total.ledger(pending);
  }

  deciderFor(cell: Cell, exit: Exit): Decider {
    return loneDecider(exit, cell.settings as Settings, this);
  }
}

const runtimes = new WeakMap<object, SystemRuntime>();

/** Lets {@link runtimeOf} find the machinery of `system`. */
export function exposeRuntime(system: object, runtime: SystemRuntime): void {
  runtimes.set(system, runtime);
}

/** Returns the machinery behind a system, for `@pneumatic/actors/testing`. */
export function runtimeOf(system: object): SystemRuntime {
  return runtimes.get(system) as SystemRuntime;
}
