/**
 * The context of an actor, in process and on a thread alike: what handlers see, written once. What differs is the port at
 * the end of the class: where messages of its own go, who spawns, which message is in hand.
 *
 *     handler ──► ContextBase ──► port ─┬─ Incarnation (incarnation.ts): the cell
 *                                       └─ ThreadContext (threads/worker/thread-context.ts): the parent's side
 *
 * 1. Every member but the state is made when it is first read: an idle actor has none of them.
 * 2. What is called is handed out as a bound function, since handlers take their context apart.
 * 3. An incarnation first gives up what waits (`giveUpWaits`), then nothing comes of late work (`hasEnded`): callbacks are
 *    ignored, and the context refuses. In process both happen before the `stopped` hook, on a thread the second after it.
 *
 * Above the limits: it has the members that the contract of a handler has, and the port; half of its fields are caches.
 */
import type { Clock } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import type { WeakAddressTo } from "../address/address.ts";
import { giveTo, weakAddress } from "../address/handle.ts";
import type { AnyAsk, Message, Target } from "../address/target.ts";
import { targetOf } from "../address/target.ts";
import type { Watch } from "../address/watch.ts";
import { startWatch } from "../address/watch.ts";
import { inNeutralContext } from "../async-context.ts";
import { ActorStoppedError, InvalidDefinitionError, NothingToStashError, SpawnRefusedError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Tick } from "../mailbox/tick.ts";
import { shortened } from "../wording.ts";
import { DisposableSet, dropAll } from "./disposable-set.ts";
import { isBreakingOff } from "./giving-up.ts";
import type { SleepOptions } from "./sleeps.ts";
import { Sleeps } from "./sleeps.ts";
import { MessageTimers } from "./timers.ts";

/** The real one, whatever a promise says its own is. */
const { then } = Promise.prototype;

/** Makes a message of the actor itself; may throw. */
export type MakeMessage = () => unknown;

export abstract class ContextBase {
  abstract readonly path: string;
  abstract readonly actorId: number;
  abstract readonly attempt: number;
  readonly generation: number;
  state: unknown = undefined;
  protected hasEnded = false;
  /** Why it gave up what waits. */
  #endsFor: ExitReason | undefined = undefined;
  #self: WeakAddressTo<Message, AnyAsk> | undefined = undefined;
  #log: Logger | undefined = undefined;
  #life: AbortController | undefined = undefined;
  #stopping: AbortController | undefined = undefined;
  #timers: MessageTimers | undefined = undefined;
  #sleeps: Sleeps | undefined = undefined;
  #owned: DisposableSet | undefined = undefined;
  #watches: Set<Watch> | undefined = undefined;

  constructor(generation: number) {
    this.generation = generation;
  }

  get self(): WeakAddressTo<Message, AnyAsk> {
    this.#self ??= weakAddress(this.target);
    return this.#self;
  }

  get log(): Logger {
    const { path, actorId, generation } = this;
    this.#log ??= this.systemLog.child({ actor: shortened(path), id: actorId, generation });
    return this.#log;
  }

  get signal(): AbortSignal {
    const { callerSignal } = this;
    if (callerSignal !== undefined) return callerSignal;
    this.#life ??= new AbortController();
    if (this.#endsFor !== undefined) this.#life.abort();
    return this.#life.signal;
  }

  get stopping(): AbortSignal {
    this.#stopping ??= this.newStopping();
    if (this.isStopping || this.#endsFor !== undefined) this.#stopping.abort();
    return this.#stopping.signal;
  }

  get timers(): MessageTimers {
    this.#timers ??= new MessageTimers(
      (message) => this.prepared(message),
      (tick) => this.tick(tick),
      this.clock,
    );
    if (this.#endsFor !== undefined) this.#timers.end();
    return this.#timers;
  }

  get sleep(): (ms: number, options?: SleepOptions) => Promise<void> {
    return (ms, options) => {
      this.#sleeps ??= new Sleeps(this.clock);
      this.#endSleeps();
      return this.#sleeps.start(ms, options, this.callerSignal);
    };
  }

  get spawn(): (definition: unknown, options?: object) => unknown {
    return (definition, options) => {
      this.#refuseIfEnded("an actor");
      return giveTo(this.target, this.spawnChild(definition, options));
    };
  }

  get supervise(): (spec: unknown, options?: object) => unknown {
    return (spec, options) => {
      this.#refuseIfEnded("a supervisor");
      return giveTo(this.target, this.superviseChild(spec, options));
    };
  }

  get route(): (definition: unknown, options: unknown) => unknown {
    return (definition, options) => {
      this.#refuseIfEnded("a router");
      return giveTo(this.target, this.routeChild(definition, options));
    };
  }

  get own(): <A extends Disposable>(value: A) => A {
    return (value) => {
      this.#owned ??= new DisposableSet();
      if (this.hasEnded) value[Symbol.dispose]();
      else this.#owned.add(value);
      return giveTo(this.target, value);
    };
  }

  get stash(): () => void {
    return () => {
      if (!this.hasMessage) throw new NothingToStashError(this.path);
      this.setAside();
    };
  }

  get unstashAll(): () => void {
    return () => {
      if (!this.hasEnded) this.putBackStashed();
    };
  }

  get watch(): (address: unknown, message: (reason: ExitReason) => unknown) => Watch {
    return (address, message) => {
      const target = watchable(address, message);
      this.#watches ??= new Set();
      const watching = this.hasEnded ? undefined : this.#watches;
      return startWatch(target, watching, (reason) => this.deliver(() => message(reason)));
    };
  }

  get pipeToSelf(): (
    promise: unknown,
    done: (value: unknown) => unknown,
    failed?: (error: unknown) => unknown,
  ) => void {
    return (promise, done, failed = raise) => {
      checkPipe(done, failed);
      this.target.waitForGraph.background(this.target, promise);
      const deliver = this.expectMessage();
      then.call(
        Promise.resolve(promise),
        (value) => deliver(() => done(value)),
        (error) => deliver(() => failed(error)),
      );
    };
  }

  get background(): <P>(promise: P) => P {
    return (promise) => {
      this.target.waitForGraph.background(this.target, promise);
      return promise;
    };
  }

  get stop(): () => void {
    return () => {
      if (!this.hasEnded) this.requestStop();
    };
  }

  /** The disposables that `own` took over. */
  get owned(): Iterable<Disposable> {
    return this.#owned ?? [];
  }

  /** Aborts `stopping`: the actor has to end soon. */
  abortStopping(): void {
    if (this.#stopping !== undefined) inNeutralContext(() => this.#stopping?.abort());
  }

  /** Returns true if a handler that threw `error` has only broken off, as `stopping` told it. */
  protected hasBrokenOff(error: unknown): boolean {
    const signal = this.#stopping?.signal;
    return signal?.aborted === true && isBreakingOff(error, signal.reason);
  }

  /** Gives up its timers, sleeps and watches, and aborts its signals. */
  protected giveUpWaits(reason: ExitReason): void {
    this.#endsFor ??= reason;
    this.#timers?.end();
    this.#endSleeps();
    for (const watch of this.#watches ?? []) watch[Symbol.dispose]();
    this.#life?.abort();
    this.#stopping?.abort();
  }

  /** Drops what it owns: its children and its hook are done. */
  dropOwned(): void {
    const owned = this.#owned;
    this.#owned = undefined;
    if (owned !== undefined) dropAll(owned, () => this.log);
  }

  #endSleeps(): void {
    const reason = this.#endsFor;
    if (reason !== undefined) this.#sleeps?.end(() => new ActorStoppedError(this.path, reason));
  }

  #refuseIfEnded(what: string): void {
    if (this.hasEnded) throw new SpawnRefusedError(`${this.path}/…`, `the incarnation that asks for ${what} has ended`);
  }

  // The port

  protected newStopping(): AbortController {
    return new AbortController();
  }

  protected abstract readonly target: Target;
  protected abstract readonly clock: Clock;
  protected abstract readonly systemLog: Logger;
  /** The signal of the ask in hand; undefined while there is none. */
  abstract readonly callerSignal: AbortSignal | undefined;
  /** True if the actor has been asked to stop, or its system. */
  protected abstract readonly isStopping: boolean;
  /** True while a message is in hand. */
  protected abstract readonly hasMessage: boolean;
  /** Lets the message in hand be stashed when its handler has settled. */
  protected abstract setAside(): void;
  protected abstract putBackStashed(): void;
  protected abstract requestStop(): void;
  protected abstract spawnChild(definition: unknown, options: object | undefined): unknown;
  protected abstract superviseChild(spec: unknown, options: object | undefined): unknown;
  protected abstract routeChild(definition: unknown, options: unknown): unknown;
  /** Returns what a timer tells later; throws to refuse it. */
  protected abstract prepared(message: unknown): Message;
  protected abstract tick(tick: Tick): void;
  /** Delivers the message that `make` returns, unless the incarnation has ended. An error is a panic outside of a message. */
  abstract deliver(make: MakeMessage): void;
  /** Keeps the actor until the function that it returns is called, which delivers a message. */
  protected abstract expectMessage(): (make: MakeMessage) => void;
}

/** Returns the actor that is to be watched. */
function watchable(address: unknown, message: unknown): Target {
  const target = targetOf(address);
  if (target === undefined) {
    throw new InvalidDefinitionError("ctx.watch(address, message) takes an address of an actor");
  }
  if (typeof message === "function") return target;
  throw new InvalidDefinitionError(`ctx.watch(address, message) takes a function, not ${typeof message}`);
}

function checkPipe(done: unknown, failed: unknown): void {
  if (typeof done === "function" && typeof failed === "function") return;
  throw new InvalidDefinitionError(
    "ctx.pipeToSelf(promise, done, failed) takes functions, of which `failed` may be left out",
  );
}

function raise(error: unknown): never {
  throw error;
}
