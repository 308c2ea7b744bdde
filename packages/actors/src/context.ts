/** The context of a handler: its view of its actor and its system. */
import type { Logger } from "pino";
import type { Address, AnyAddress, WeakAddress } from "./address/address.ts";
import type { Definition } from "./definition.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { MessageOf } from "./protocol.ts";
import type { Route } from "./routing/router-address.ts";
import type { RootOptions, SpawnArguments } from "./supervisor/actor-options.ts";
import type { ChildSpecs, SupervisorAddress, SupervisorSpec } from "./supervisor/supervisor-address.ts";

/** The context of `state`, before there is a state. */
export interface StartContext<out Self> {
  /** This actor; does not keep it alive. Messages to it wait their turn like any others. */
  readonly self: WeakAddress<Self>;
  /** The path of this actor in its system. */
  readonly path: string;
  /** The number of this start: 1, and one more after every restart. */
  readonly generation: number;
  /** A child of the logger of the system, with the path, the id and the generation. */
  readonly log: Logger;
  /**
   * In an ask, the signal of that ask: aborted when its caller gives up, and when this incarnation ends before the reply.
   * Elsewhere, that of this incarnation: aborted when it ends. Work that outlives its handler takes it in `started`.
   */
  readonly signal: AbortSignal;
  /** Messages to this actor at a later time; cancelled when this incarnation ends. */
  readonly timers: Timers<Self>;
  /** Spawns a child, which is stopped before this incarnation ends. The caller owns the address. */
  spawn<P, Args>(definition: Definition<P, Args>, ...options: SpawnArguments<Args, MessageOf<P>>): Address<P>;
  /** Starts a supervisor as a child. The caller owns the address. */
  supervise<C extends ChildSpecs>(spec: SupervisorSpec<C>, options?: Pick<RootOptions, "name">): SupervisorAddress<C>;
  /** Starts a router as a child. The caller owns the address. */
  readonly route: Route;
  /**
   * Delivers a message of this actor's own protocol when `address` has ended for good, at once if it has already:
   * exactly once, at the back of the queue. If the mailbox is full (or drops its oldest), the message goes to the
   * front, so it cannot be lost. A restart is no end. The watch keeps nothing alive. It ends with this incarnation, or
   * when the result is disposed of. When `message` throws, this actor panics. (After Erlang's monitors.)
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
   * The actor goes on with other messages meanwhile; the message is accepted even when the mailbox is full, and awaited
   * before the actor ends for want of addresses. Without `failed` an error is a panic, as is one that `done` or
   * `failed` throws. Nothing comes of it when this incarnation has ended. (After Akka's `pipeToSelf`.)
   */
  pipeToSelf<T>(
    promise: PromiseLike<T>,
    done: (value: T) => MessageOf<Self>,
    failed?: (error: unknown) => MessageOf<Self>,
  ): void;
  /**
   * Declares that this handler does not await `promise`, the result of an `ask` or a `send`, so it is no part of a
   * deadlock. Returns the promise.
   */
  background<P extends PromiseLike<unknown>>(promise: P): P;
  /**
   * Resolves in `ms` milliseconds of the system's clock, from 0 to `Infinity`: what `setTimeout` is to a program, but moved by
   * a test, and gone with this incarnation, at whose end it rejects with `ActorStoppedError`; so there is none in `stopped`.
   * Aborted, it rejects with the reason of `signal`; with `InvalidArgumentError` when `ms` is no such number. Unobserved, a
   * rejection ends no process.
   *
   * @example
   * ```ts
   * import { ActorSystem, actor } from "@pneumatic/actors";
   *
   * const patient = actor({
   *   on: {
   *     fetch: async ({ sleep, signal }) => {
   *       await sleep(20, { signal }); // ends early when the caller gives up
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
  /** Takes over an address from a message or a reply: it is dropped when this incarnation ends, unless it was before. */
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
   * Sets the message that is being handled aside when its handler has settled, instead of counting it as handled; an ask
   * stays open, and its time goes on. What was set aside survives restarts. Throws `NothingToStashError` outside of a
   * message. (After Akka's stash.)
   */
  stash(): void;
  /** Puts the stashed messages before everything that is queued, in the order they came. */
  unstashAll(): void;
}

/**
 * Timers by key: setting one that is set replaces it. They keep this actor weakly. If the mailbox is full when a timer
 * fires, its message becomes a dead letter, as with any `tell`.
 */
export interface Timers<out Self> {
  /** Tells this actor `message` in `ms` milliseconds. */
  after(key: string, ms: number, message: MessageOf<Self>): void;
  /** Tells this actor `message` every `ms` milliseconds, the first time after the first interval. */
  every(key: string, ms: number, message: MessageOf<Self>): void;
  /** Forgets a timer; nothing happens when there is none. */
  cancel(key: string): void;
}
