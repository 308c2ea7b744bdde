/** The context of handlers: their actor and its system, as they see them. */
import type { Logger } from "pino";
import type { Address, AnyAddress, WeakAddress } from "./address/address.ts";
import type { Definition } from "./definition.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { MessageOf } from "./protocol.ts";
import type { Route } from "./routing/router-address.ts";
import type { SpawnArguments, SuperviseOptions } from "./supervisor/actor-options.ts";
import type { ChildSpecs, SupervisorAddress, SupervisorSpec } from "./supervisor/supervisor-address.ts";

/** The context of `state`, before there is a state. */
export interface StartContext<out Self> {
  /** A weak address of this actor. Messages to it wait their turn like any others. */
  readonly self: WeakAddress<Self>;
  /** The path of this actor in its system. */
  readonly path: string;
  /** The number of this start: 1, and one more after every restart. */
  readonly generation: number;
  /** A child of the logger of the system, with the path, the id and the generation. */
  readonly log: Logger;
  /**
   * The signal of the ask that is being handled: aborted when its caller gives up, or when this incarnation ends
   * before the reply. Outside of an ask, the signal of this incarnation: aborted when it ends. Work that outlives its
   * handler takes it in `started`.
   *
   * Once the caller has given up, a handler may give up along with it: the reason of this signal, an error named
   * `AbortError` or `TimeoutError`, an `AskTimeoutError` or `SendTimeoutError`, or an error with one of these among
   * its causes is no panic then. The message counts as expired, and the actor goes on with its state. On a thread the
   * reason is always an `AbortError`; a loop may poll `aborted` there, which is true at once.
   */
  readonly signal: AbortSignal;
  /**
   * A signal for work that should not hold up an end: aborted when this actor is asked to stop, or to restart with its
   * group, while a message is in hand. A shutdown aborts it when the hooks of `beforeShutdown` are through, or half of its
   * time is spent; a message that is begun later in that shutdown sees it aborted from the start. A drain has all the time,
   * and does not abort it, nor does `stop()` of this context.
   *
   * A handler may reject because of it: with its reason, an error named `AbortError`, or an error with one of these among its
   * causes. That is no panic: the message becomes a dead letter `stopped`, and its ask rejects with `ActorStoppedError`. On
   * a thread a loop may poll `aborted`, which is true at once.
   *
   * @example
   * ```ts
   * import { setTimeout } from "node:timers/promises";
   * import { ActorSystem, actor } from "@pneumatic/actors";
   *
   * const poller = actor({
   *   on: { wait: ({ stopping }) => setTimeout(60_000, "an hour later", { signal: stopping }) },
   * });
   * const system = new ActorSystem({ logLevel: "silent" });
   * const asked = system.spawn(poller).ask({ type: "wait" }, { timeout: Infinity });
   * await system.shutdown(); // at once
   * await asked.catch((error) => console.log(error.name)); // ActorStoppedError
   * ```
   */
  readonly stopping: AbortSignal;
  /** Messages to this actor at a later time; cancelled when this incarnation ends. */
  readonly timers: Timers<Self>;
  /** Spawns a child, which is stopped before this incarnation ends. The caller owns the address. */
  spawn<P, Args>(definition: Definition<P, Args>, ...options: SpawnArguments<Args, MessageOf<P>>): Address<P>;
  /** Starts a supervisor as a child. The caller owns the address. */
  supervise<C extends ChildSpecs>(spec: SupervisorSpec<C>, options?: SuperviseOptions): SupervisorAddress<C>;
  /** Starts a router as a child. The caller owns the address. */
  readonly route: Route;
  /**
   * Delivers `message(reason)` to this actor when the actor at `address` has ended for good, or at once if it has
   * already. A restart is no end.
   *
   * It is delivered exactly once, at the back of the queue; if the mailbox is full, or drops its oldest, at the
   * front, so that it cannot be lost. The watch keeps nothing alive. It ends with this incarnation, or when the
   * result is disposed of. If `message` throws, this actor panics. (After Erlang's monitors.)
   *
   * @example
   * ```ts
   * import { type Address, ActorSystem, actor, implement } from "@pneumatic/actors";
   *
   * interface Watcher {
   *   gone(payload: { why: string }): void;
   * }
   * const worker = actor({ on: { end: (context) => context.stop() } });
   * const watcher = implement<Watcher>()({
   *   state: (watched: Address<{ end(): void }>, { watch }) => {
   *     watch(watched, (reason) => ({ type: "gone", why: reason.kind }));
   *   },
   *   on: { gone: (_, { why }) => console.log(why) }, // normal
   * });
   * await using system = new ActorSystem();
   * const address = system.spawn(worker);
   * using watching = system.spawn(watcher, { args: address.clone() });
   * address.tell({ type: "end" });
   * await address.exited;
   * ```
   */
  watch(address: AnyAddress, message: (reason: ExitReason) => MessageOf<Self>): Disposable;
  /**
   * Tells this actor the outcome of `promise`: the message that `done` makes of its value, or `failed` of its error.
   *
   * The actor handles other messages meanwhile. The message is accepted even if the mailbox is full, and an actor
   * without addresses waits for it before it ends. Without `failed` an error is a panic, as is one that `done` or
   * `failed` throws. An actor that drains awaits every such promise, also one that is piped during the drain. The
   * outcome is ignored once this incarnation has ended. (After Akka's `pipeToSelf`.)
   */
  pipeToSelf<T>(
    promise: PromiseLike<T>,
    done: (value: T) => MessageOf<Self>,
    failed?: (error: unknown) => MessageOf<Self>,
  ): void;
  /**
   * Declares that this handler does not await `promise`, the result of an `ask` or a `send`, so it is no part of a
   * deadlock. Returns it.
   */
  background<P extends PromiseLike<unknown>>(promise: P): P;
  /**
   * Resolves after `ms` milliseconds of the system's clock, from 0 to `Infinity`; a test can move that clock.
   *
   * Rejects with `ActorStoppedError` at the end of this incarnation, and therefore always in `stopped`; with the
   * reason of `signal` if that is aborted; while an ask is being handled, with the reason of `ctx.signal` if its caller
   * gives up; with `InvalidArgumentError` if `ms` is out of range. A rejection that
   * nobody observes ends no process.
   *
   * @example
   * ```ts
   * import { ActorSystem, actor } from "@pneumatic/actors";
   *
   * const patient = actor({
   *   on: {
   *     fetch: async ({ sleep }) => {
   *       await sleep(20); // ends early when the caller gives up
   *       return "here";
   *     },
   *   },
   * });
   * await using system = new ActorSystem();
   * using address = system.spawn(patient);
   * console.log(await address.ask({ type: "fetch" })); // here
   * ```
   */
  sleep(ms: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Takes ownership of an address from a message or a reply, and drops it when this incarnation ends. Returns it. */
  own<A extends Disposable>(address: A): A;
  /** Stops this actor once the current message is handled; its restart policy applies, with reason `normal`. */
  stop(): void;
}

/** The context of handlers and hooks; one for each incarnation. */
export interface Context<out State, out Self> extends StartContext<Self> {
  readonly state: State;
  /** The number of times that the message was started, this time included. */
  readonly attempt: number;
  /**
   * Sets the current message aside once its handler has settled, instead of counting it as handled. An ask stays
   * open, and its timeout goes on. Stashed messages survive restarts. Throws `NothingToStashError` outside of a
   * message. (After Akka's stash.)
   */
  stash(): void;
  /** Puts the stashed messages before everything that is queued, in the order they came. */
  unstashAll(): void;
}

/**
 * Timers by key: setting a key again replaces its timer. They do not keep this actor alive. A timer sends like
 * `tell`: if the mailbox is full by then, its message becomes a dead letter.
 *
 * A message that is queued when its timer is cancelled or replaced, or when its incarnation ends, is never handled: it
 * counts as expired. Once its handler has started, it is a message like any other.
 */
export interface Timers<out Self> {
  /** Tells this actor `message` in `ms` milliseconds. */
  after(key: string, ms: number, message: MessageOf<Self>): void;
  /** Tells this actor `message` every `ms` milliseconds, the first time after the first interval. */
  every(key: string, ms: number, message: MessageOf<Self>): void;
  /** Cancels the timer of `key`, if there is one. */
  cancel(key: string): void;
}
