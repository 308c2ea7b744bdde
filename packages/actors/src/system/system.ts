/**
 * The system: it spawns, finds, stops and accounts for actors. runtime.ts is the machinery behind it.
 *
 * Above the limits: it is the face of all rooms; each operation is one call into the machinery.
 */
import type { Receiver } from "@pneumatic/core";
import { currentClock } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { pino } from "pino";
import type { Address, AnyAddress, WeakAddress } from "../address/address.ts";
import { weakAddress } from "../address/handle.ts";
import { cellOf } from "../cell/cell.ts";
import { DeferredPromise } from "../cell/deferred-promise.ts";
import { DisposableSet, dropAll } from "../cell/disposable-set.ts";
import { DECIDE, FINISH, stopRequest } from "../cell/termination.ts";
import { platformScheduler } from "../clock.ts";
import type { Definition } from "../definition.ts";
import type { ExitReason } from "../exit-reason.ts";
import { KILLED } from "../exits.ts";
import type { DeadLetter } from "../mailbox/dead-letter.ts";
import type { Ledger } from "../mailbox/ledger.ts";
import type { MessageOf } from "../protocol.ts";
import { Registry } from "../registry/registry.ts";
import { Topics } from "../registry/topics.ts";
import type { BroadcastAddress, RouterAddress } from "../routing/router-address.ts";
import type { BroadcastArguments, RouteArguments } from "../routing/router-options.ts";
import type { SpawnArguments, SuperviseOptions } from "../supervisor/actor-options.ts";
import type { ChildSpecs, SupervisorAddress, SupervisorSpec } from "../supervisor/supervisor-address.ts";
import { checkKill, checkReceiver, checkShutdown, checkSystemOptions } from "./check-options.ts";
import type { Health, SystemInspection } from "./inspection.ts";
import { endOnSignals } from "./process-signals.ts";
import { exposeRuntime, SystemRuntime } from "./runtime.ts";
import { Shutdown } from "./shutdown.ts";
import type { ActorSystemOptions } from "./system-options.ts";

const DEAD_LETTERS_KEPT = 1000;
const DEAD_LETTERS_WAITING = 1000;
const DEFAULT_HEARTBEAT_MS = 5000;
const DEFAULT_SHUTDOWN_TIMEOUT_MS = 10_000;

/**
 * A system of actors.
 *
 * It keeps the process alive while any of its actors lives. When the last address is dropped everywhere, the actors
 * drain and stop, and the process ends by itself. With no living actor it is idle, and can spawn again until
 * `shutdown`.
 *
 * @example
 * ```ts
 * import { ActorSystem, actor } from "@pneumatic/actors";
 *
 * const printer = actor({ on: { print: (_, { line }: { line: string }) => console.log(line) } });
 * const system = new ActorSystem({ name: "office" });
 * const address = system.spawn(printer);
 * address.tell({ type: "print", line: "hello" });
 * address.drop(); // the line is printed, then the actor stops
 * console.log(await address.exited); // { kind: "normal" }
 * ```
 */
export class ActorSystem implements AsyncDisposable {
  readonly name: string;
  /** The parent of every actor's logger. */
  readonly log: Logger;
  /** Finds actors by typed keys. */
  readonly registry: Registry = new Registry();
  /** Tells messages to every actor that has subscribed. */
  readonly topics: Topics = new Topics();
  readonly #runtime: SystemRuntime;
  /** Undefined once dropped. */
  #owned: DisposableSet | undefined = new DisposableSet();
  #terminated = new DeferredPromise<void>();
  readonly #shutdown: Shutdown;
  readonly #ignoreSignals: () => void;
  #hasEnded = false;

  /** Throws `InvalidDefinitionError` for an option that does not exist or is out of range, as every operation here does. */
  constructor(options: ActorSystemOptions = {}) {
    checkSystemOptions(options);
    this.name = options.name ?? "system";
    const logger = options.logger ?? pino({ level: options.logLevel ?? "info" }, pino.destination(2));
    this.log = logger.child({ system: this.name }) as Logger;
    const dependencies = {
      clock: options.clock ?? currentClock(),
      scheduler: options.scheduler ?? platformScheduler,
      random: options.random ?? Math.random,
      log: this.log,
      name: this.name,
      keepAlive: options.keepAlive ?? true,
      endsDeadlocks: options.deadlock !== "warn",
      deadLettersKept: options.deadLetters?.keep ?? DEAD_LETTERS_KEPT,
      failureExitCode: "failureExitCode" in options ? options.failureExitCode : 1,
      threads: { ...options.threads, heartbeatMs: options.threads?.heartbeatMs ?? DEFAULT_HEARTBEAT_MS },
    };
    this.#runtime = new SystemRuntime(dependencies, () => this.#terminated.resolve());
    this.#shutdown = new Shutdown(this.#runtime, () => this.#finish());
    this.#ignoreSignals = this.#endOnSignals(options.shutdownOn ?? []);
    exposeRuntime(this, this.#runtime);
  }

  /**
   * Spawns an actor and returns its first address, which the caller owns. It can be used at once: messages wait for the
   * start. `args` is required exactly when `state` takes any; the actor owns the addresses in it.
   *
   * Throws `DuplicateNameError`, `InvalidDefinitionError`, or `SpawnRefusedError` after `shutdown`.
   */
  spawn<P, Args>(definition: Definition<P, Args>, ...options: SpawnArguments<Args, MessageOf<P>>): Address<P> {
    const address = this.#runtime.spawn(undefined, definition, options[0]) as Address<P>;
    this.#renew();
    return address;
  }

  /** Starts a supervisor and returns its first address, which the caller owns. Unnamed, it is `supervisor-n`. */
  supervise<C extends ChildSpecs>(spec: SupervisorSpec<C>, options?: SuperviseOptions): SupervisorAddress<C> {
    const address = this.#runtime.supervise(undefined, spec, options) as SupervisorAddress<C>;
    this.#renew();
    return address;
  }

  /**
   * Starts a router: `size` actors of one definition behind one address, which the caller owns. Each message goes to the
   * routee that `strategy` chooses, each routee lives by the options of a supervisor's child, and each has addresses of its
   * own in its `args`.
   *
   * | strategy | who gets a message |
   * |---|---|
   * | `round_robin` (default) | one after the other |
   * | `random` | any, by the `random` of the system |
   * | `least_loaded` | the one with the fewest messages queued and in flight |
   * | `consistent_hash` | always the same for the same `key(message)`; when a routee comes or goes, one in n keys moves |
   * | `broadcast` | every one |
   *
   * Throws `DuplicateNameError`, `InvalidDefinitionError`, or `SpawnRefusedError` after `shutdown`. (After Akka's routers.)
   *
   * @example
   * ```ts
   * import { ActorSystem, actor } from "@pneumatic/actors";
   *
   * const worker = actor({ on: { square: (_, { of }: { of: number }) => of * of } });
   * await using system = new ActorSystem();
   * using workers = system.route(worker, { size: { min: 2, max: 8 }, strategy: "least_loaded" });
   * console.log(await Promise.all([1, 2, 3].map((of) => workers.ask({ type: "square", of })))); // [ 1, 4, 9 ]
   * ```
   */
  route<P, Args>(definition: Definition<P, Args>, ...options: BroadcastArguments<Args>): BroadcastAddress<P>;
  route<P, Args>(definition: Definition<P, Args>, ...options: RouteArguments<P, Args>): RouterAddress<P>;
  route(definition: Definition<unknown, never>, options?: object): unknown {
    const address = this.#runtime.route(undefined, definition, options);
    this.#renew();
    return address;
  }

  /**
   * Returns a weak address of the living actor at `path`, such as `/parent/name`, or undefined if there is none. The
   * protocol is the caller's claim.
   */
  lookup<P>(path: string): WeakAddress<P> | undefined {
    const cell = this.#runtime.lookup(path);
    return cell && (weakAddress(cell) as unknown as WeakAddress<P>);
  }

  /** Takes ownership of an address, and drops it at the shutdown, or at once after that. Returns it. */
  own<A extends Disposable>(address: A): A {
    if (this.#owned === undefined) address[Symbol.dispose]();
    else this.#owned.add(address);
    return address;
  }

  /** Ends an actor after its current message, without a restart; what is queued becomes dead letters. Idempotent. */
  stop(address: AnyAddress): Promise<ExitReason> {
    const cell = cellOf(address);
    cell.life.request(stopRequest());
    return this.#runtime.waitForGraph.awaited(cell, cell.exited);
  }

  /** Closes the mailbox of an actor and ends it when what is queued is handled, without a restart. Idempotent. */
  drain(address: AnyAddress): Promise<ExitReason> {
    const cell = cellOf(address);
    cell.life.drain();
    return this.#runtime.waitForGraph.awaited(cell, cell.exited);
  }

  /**
   * Ends the present incarnation of an actor at once, without waiting for its handler or its hooks. Its restart policy
   * applies unless `restart` is false. Idempotent.
   */
  kill(address: AnyAddress, options?: { readonly restart?: boolean }): Promise<ExitReason> {
    checkKill(options);
    const cell = cellOf(address);
    cell.life.kill(options?.restart === false ? FINISH : DECIDE);
    return cell.isAlive ? Promise.resolve(KILLED) : cell.exited;
  }

  /** Returns the account of all messages of this system since the beginning, or of those of one actor. */
  ledger(address?: AnyAddress): Ledger {
    return address === undefined ? this.#runtime.ledger() : cellOf(address).ledger();
  }

  /**
   * Returns the newest messages that no handler saw, oldest first: 1,000 unless `deadLetters.keep` says otherwise.
   * The system owns the addresses in them, and drops them when it forgets the dead letter.
   */
  deadLetters(): DeadLetter[] {
    return this.#runtime.deadLetters.list();
  }

  /**
   * Returns a receiver of the dead letters to come. At most `capacity` (1,000 when left out) wait in it; {@link
   * inspect} counts those that find no room, which the store keeps all the same.
   *
   * It is disconnected when the system has shut down. Dropping it unsubscribes. It does not keep the process alive. A
   * dead letter that is received stays in the store, which owns the addresses in it.
   *
   * @example
   * ```ts
   * import { ActorSystem, actor } from "@pneumatic/actors";
   *
   * const system = new ActorSystem({ logLevel: "silent" });
   * using letters = system.deadLetterReceiver();
   * const address = system.spawn(actor({ on: { ping: () => "pong" } }), { name: "gone" });
   * await system.stop(address);
   * address.tell({ type: "ping" });
   * await system.shutdown();
   * for await (const { to, type, reason } of letters) console.log(to, type, reason); // /gone ping stopped
   * ```
   */
  deadLetterReceiver(options?: { readonly capacity?: number }): Receiver<DeadLetter> {
    checkReceiver(options);
    return this.#runtime.deadLetters.receiver(options?.capacity ?? DEAD_LETTERS_WAITING);
  }

  /**
   * Sends the message of a dead letter once more, to the actor that lives at its path now, and takes the dead letter
   * out of the store, with the addresses in it. The ledger counts it as a new message.
   *
   * Returns false if the dead letter is not in the store any more, or if no actor there takes the message at once;
   * then it stays. A handler had a message of reason `killed` or `quarantined` in its hands, and may have dropped the
   * addresses in it, unless it was on another thread and had a copy.
   */
  redeliver(letter: DeadLetter): boolean {
    return this.#runtime.redeliver(letter);
  }

  /**
   * Resolves to a picture of the system as it is now: its actors as a tree, its account, and the cycles of addresses
   * that keep actors alive. Plain data without the content of any message, fit for JSON.
   *
   * @example
   * ```ts
   * import { ActorSystem, actor } from "@pneumatic/actors";
   *
   * const slow = actor({ on: { work: () => new Promise<void>(() => {}) } });
   * await using system = new ActorSystem({ logLevel: "silent" });
   * const address = system.spawn(slow, { name: "slow" });
   * for (let n = 0; n < 3; n++) address.tell({ type: "work" });
   * await address.started;
   * const { actors } = await system.inspect();
   * console.log(actors.map(({ path, state, depth, inFlight }) => [path, state, depth, inFlight?.type]));
   * // [ [ '/slow', 'awaiting', 2, 'work' ] ]
   * await system.kill(address, { restart: false });
   * ```
   */
  async inspect(): Promise<SystemInspection> {
    return this.#runtime.inspect();
  }

  /** Resolves when, after a spawn, no actor lives; a later spawn renews it. Resolves after `shutdown` in any case. */
  get terminated(): Promise<void> {
    return this.#terminated.promise;
  }

  /**
   * Ends the system, one root actor after the other in reverse order of their start, so that each can use those
   * before it to the end. Each closes its mailbox, handles what is queued, stops its children, and then itself.
   *
   * Before that come the hooks of `beforeShutdown`, and `ctx.stopping` is aborted for all handlers at work. Kills the actors
   * that are left after `timeoutMs` (10,000 when left out), and drops the addresses that the system owns. Idempotent,
   * except that a second call with an earlier deadline hurries the first.
   */
  shutdown(options?: { readonly timeoutMs?: number }): Promise<void> {
    try {
      checkShutdown(options);
    } catch (misuse) {
      return Promise.reject(misuse);
    }
    return this.#shutdown.begin(options?.timeoutMs ?? DEFAULT_SHUTDOWN_TIMEOUT_MS);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * Calls `hook` in a shutdown, before any mailbox closes: close a listener there, and the requests under way can still ask.
   * Hooks are awaited in reverse order, for half of the time that the shutdown has; one that fails is logged. The result
   * takes the hook back. Throws `InvalidDefinitionError` once mailboxes close.
   *
   * @example
   * ```ts
   * import { createServer } from "node:http";
   * import { ActorSystem, actor } from "@pneumatic/actors";
   *
   * const counter = actor({ state: () => ({ count: 0 }), on: { hit: ({ state }) => ++state.count } });
   * const system = new ActorSystem({ shutdownOn: ["SIGTERM", "SIGINT"] });
   * const hits = system.own(system.spawn(counter));
   * const server = createServer(async (_, response) => response.end(`${await hits.ask({ type: "hit" })}`));
   * server.listen(0);
   * system.beforeShutdown(() => new Promise((resolve) => server.close(resolve)));
   * await system.shutdown(); // as SIGTERM does
   * ```
   */
  beforeShutdown(hook: () => unknown): Disposable {
    return this.#shutdown.before(hook);
  }

  /** A signal that is aborted when the shutdown begins, before the first hook: open responses and streams end on it. */
  get stopping(): AbortSignal {
    return this.#shutdown.stopping;
  }

  /**
   * Returns whether the process should go on (`live`), and should get requests (`ready`), for the probes of an orchestrator.
   *
   * @example
   * ```ts
   * import { ActorSystem, actor } from "@pneumatic/actors";
   *
   * await using system = new ActorSystem();
   * using store = system.spawn(actor({ on: { ping: () => "pong" } }), { name: "store", essential: true });
   * console.log(system.health()); // { live: true, ready: false, reasons: [ '/store is starting' ] }
   * await store.started;
   * console.log(system.health().ready); // true
   * ```
   */
  health(): Health {
    const reasons = this.#shutdown.hasBegun ? ["the system is shutting down"] : this.#runtime.health.reasons();
    return { live: !this.#hasEnded, ready: reasons.length === 0, reasons };
  }

  async #finish(): Promise<void> {
    const runtime = this.#runtime;
    const owned = this.#owned ?? [];
    this.#owned = undefined;
    dropAll(owned, () => this.log);
    runtime.deadLetters.close();
    await runtime.hosts.end();
    runtime.stopIdleTimers();
    this.#ignoreSignals();
    this.#hasEnded = true;
    this.#terminated.resolve();
  }

  #endOnSignals(signals: readonly NodeJS.Signals[]): () => void {
    return endOnSignals(signals, {
      shutDown: (signal) => {
        this.log.info({ signal }, "shutting down");
        return this.shutdown();
      },
      killAll: () => {
        for (const { life } of this.#runtime.roots) life.kill(FINISH);
      },
    });
  }

  #renew(): void {
    if (this.#terminated.isSettled) this.#terminated = new DeferredPromise();
  }
}
