/** The context of an actor on a worker thread. What concerns the actor as a whole goes to the parent's side. */
import { currentClock } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import type { WeakAddressTo } from "../../address/address.ts";
import { giveTo, weakAddress } from "../../address/handle.ts";
import { checked } from "../../address/sending.ts";
import type { AnyAsk, Message } from "../../address/target.ts";
import { dropAddresses, forEachHandle } from "../../address/walk.ts";
import type { Watch } from "../../address/watch.ts";
import { startWatch } from "../../address/watch.ts";
import { DisposableSet, dropAll } from "../../cell/disposable-set.ts";
import { checkPipe, raise, watchable } from "../../cell/incarnation.ts";
import { Sleeps } from "../../cell/sleeps.ts";
import { MessageTimers } from "../../cell/timers.ts";
import { ActorStoppedError, NothingToStashError, SpawnRefusedError, ThreadLimitError } from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { NORMAL } from "../../exits.ts";
import { copyFor } from "../wire/marshal.ts";
import type { Identity } from "../wire/messages.ts";
import type { ChildSpawner } from "./children.ts";
import type { ImportedActor } from "./imported-actor.ts";

/** The way to the parent's side. */
export interface Parent {
  /** Accepts a message that the actor itself has asked for: the one awaited under `n`, if it was. */
  deliver(message: Message | undefined, n: number | undefined): void;
  /** One more message is awaited, under a number of its own. */
  await(n: number): void;
  unstashAll(): void;
  stop(): void;
  /** What was to become a message could not be made. */
  failed(error: unknown): void;
}

/** The real one, whatever a promise says its own is. */
const { then } = Promise.prototype;

export class ThreadContext {
  state: unknown = undefined;
  attempt = 1;
  /** Whether the message in flight will be set aside. */
  isStashing = false;
  readonly path: string;
  readonly generation: number;
  readonly log: Logger;
  readonly timers: MessageTimers;
  readonly self: WeakAddressTo<Message, AnyAsk>;
  readonly #sleeps: Sleeps;
  readonly #target: ImportedActor;
  readonly #parent: Parent;
  readonly #childSpawner: ChildSpawner;
  readonly #owned = new DisposableSet();
  readonly #watches = new Set<Watch>();
  readonly #life = new AbortController();
  /** Of the message that is being handled. */
  #caller: AbortController | undefined = undefined;
  /** The addresses that it has for its whole life. */
  readonly #args: unknown;
  /** How many promises were given to `pipeToSelf`. */
  #piped = 0;
  #ended = false;

  constructor(
    { path, actorId, generation }: Identity,
    log: Logger,
    args: unknown,
    target: ImportedActor,
    parent: Parent,
    childSpawner: ChildSpawner,
  ) {
    this.path = path;
    this.generation = generation;
    this.log = log.child({ actor: path, id: actorId, generation });
    this.#target = target;
    this.self = weakAddress(target, target);
    this.timers = new MessageTimers(
      (message) => copyFor(path, checked(path, message)),
      (message) => this.self.tell(message as Message),
      currentClock(),
    );
    this.#sleeps = new Sleeps(currentClock());
    this.#parent = parent;
    this.#childSpawner = childSpawner;
    this.#args = args;
    forEachHandle(args, (handle) => giveTo(target, handle));
  }

  get signal(): AbortSignal {
    return (this.#caller ?? this.#life).signal;
  }

  // What is called is handed out as a function of its own, since handlers take their context apart.

  get sleep(): Sleeps["start"] {
    return (ms, options) => this.#sleeps.start(ms, options);
  }

  get spawn(): (definition: unknown, options?: object) => unknown {
    return (definition, options) => {
      if (this.#ended)
        throw new SpawnRefusedError(`${this.path}/…`, "the incarnation that asks for an actor has ended");
      return giveTo(this.#target, this.#childSpawner.spawn(definition, options));
    };
  }

  get supervise(): () => never {
    return () => this.#cannot("supervise");
  }

  get route(): () => never {
    return () => this.#cannot("route");
  }

  get stash(): () => void {
    return () => {
      if (this.#ended || this.#target.work === undefined) throw new NothingToStashError(this.path);
      this.isStashing = true;
    };
  }

  get unstashAll(): () => void {
    return () => {
      if (!this.#ended) this.#parent.unstashAll();
    };
  }

  get watch(): (address: unknown, message: (reason: ExitReason) => unknown) => Watch {
    return (address, message) => {
      const target = watchable(address, message);
      return startWatch(target, this.#ended ? undefined : this.#watches, (reason) =>
        this.#deliver(() => message(reason)),
      );
    };
  }

  get pipeToSelf(): (
    promise: unknown,
    done: (value: unknown) => unknown,
    failed?: (error: unknown) => unknown,
  ) => void {
    return (promise, done, failed = raise) => {
      checkPipe(done, failed);
      if (this.#ended) return;
      const n = ++this.#piped;
      this.#parent.await(n);
      then.call(
        Promise.resolve(promise),
        (value) => this.#deliver(() => done(value), n),
        (error) => this.#deliver(() => failed(error), n),
      );
    };
  }

  get background(): <P>(promise: P) => P {
    return (promise) => {
      this.#target.waitForGraph.background(this.#target, promise);
      return promise;
    };
  }

  get own(): <A extends Disposable>(value: A) => A {
    return (value) => {
      if (this.#ended) value[Symbol.dispose]();
      else this.#owned.add(value);
      return giveTo(this.#target, value);
    };
  }

  get stop(): () => void {
    return () => {
      if (!this.#ended) this.#parent.stop();
    };
  }

  /** A message is about to be handled; an ask, if somebody waits for the reply. */
  begin(work: unknown, attempt: number, isAsk: boolean): void {
    this.attempt = attempt;
    this.#target.work = work;
    this.#caller = isAsk ? new AbortController() : undefined;
  }

  /** It was handled. */
  finish(): void {
    this.isStashing = false;
    this.#target.work = undefined;
  }

  /** Nobody waits for the reply any more. */
  abort(): void {
    this.#caller?.abort();
  }

  /** The incarnation is about to end: only its `stopped` hook is left. */
  cancel(reason: ExitReason): void {
    this.timers.end();
    this.#sleeps.end(() => new ActorStoppedError(this.path, reason));
    for (const watch of [...this.#watches]) watch[Symbol.dispose]();
    this.#life.abort();
    this.#caller?.abort();
  }

  /** The incarnation has ended. */
  end(): void {
    this.#ended = true;
    this.finish();
    this.cancel(NORMAL);
    dropAll(this.#owned, () => this.log);
    dropAddresses(this.#args);
  }

  /** An error is a panic outside of a message. */
  #deliver(make: () => unknown, n?: number): void {
    if (this.#ended) return;
    try {
      this.#parent.deliver(checked(this.path, make()), n);
    } catch (error) {
      this.#parent.failed(error);
    }
  }

  #cannot(what: string): never {
    throw new ThreadLimitError(`Actor "${this.path}" is on a thread and cannot ${what} there`);
  }
}
