/** The context of an actor on a worker thread. What concerns the actor as a whole goes to the parent's side. */
import { currentClock } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import type { Message } from "../address/handle.ts";
import { checked } from "../address/handle.ts";
import type { ExitReason } from "../cell/exit-reason.ts";
import { NORMAL } from "../cell/exit-reason.ts";
import { dropAll } from "../cell/owned.ts";
import { Sleeps } from "../cell/sleeps.ts";
import { MessageTimers } from "../cell/timers.ts";
import { ActorStoppedError, ThreadLimitError } from "../errors.ts";
import type { About } from "./wire.ts";

/** The way to the parent's side. */
interface Parent {
  tell(message: Message): void;
  stop(): void;
}

/** What `ctx.self` can do on a thread. */
interface Self {
  readonly path: string;
  tell(message: Message): void;
  trySend(): never;
  send(): never;
  ask(): never;
}

export class ThreadContext {
  state: unknown = undefined;
  attempt = 1;
  readonly path: string;
  readonly generation: number;
  readonly log: Logger;
  readonly timers: MessageTimers;
  readonly #sleeps: Sleeps;
  readonly self: Self;
  readonly #parent: Parent;
  readonly #owned = new Set<Disposable>();
  readonly #life = new AbortController();
  /** Of the message that is being handled. */
  #caller: AbortController | undefined = undefined;
  #ended = false;

  constructor({ path, actorId, generation }: About, log: Logger, parent: Parent) {
    this.path = path;
    this.generation = generation;
    this.log = log.child({ actor: path, id: actorId, generation });
    const tell = (message: unknown): void => this.#tell(message as Message);
    this.timers = new MessageTimers((message) => structuredClone(checked(path, message)), tell, currentClock());
    this.#sleeps = new Sleeps(currentClock());
    this.#parent = parent;
    const cannot = (): never => this.#cannot("await itself");
    this.self = { path, tell: (message) => tell(checked(path, message)), trySend: cannot, send: cannot, ask: cannot };
  }

  get signal(): AbortSignal {
    return (this.#caller ?? this.#life).signal;
  }

  // What is called is handed out as a function of its own, since handlers take their context apart.

  get sleep(): Sleeps["start"] {
    return (ms, options) => this.#sleeps.start(ms, options);
  }

  get spawn(): () => never {
    return () => this.#cannot("spawn");
  }

  get supervise(): () => never {
    return () => this.#cannot("supervise");
  }

  get route(): () => never {
    return () => this.#cannot("route");
  }

  get stash(): () => never {
    return () => this.#cannot("stash");
  }

  get unstashAll(): () => never {
    return () => this.#cannot("unstashAll");
  }

  get watch(): () => never {
    return () => this.#cannot("watch");
  }

  get pipeToSelf(): () => never {
    return () => this.#cannot("pipeToSelf");
  }

  get background(): <P>(promise: P) => P {
    return (promise) => promise; // nothing is asked from a thread, so nothing there can deadlock
  }

  get own(): <A extends Disposable>(value: A) => A {
    return (value) => {
      if (this.#ended) value[Symbol.dispose]();
      else this.#owned.add(value);
      return value;
    };
  }

  get stop(): () => void {
    return () => {
      if (!this.#ended) this.#parent.stop();
    };
  }

  /** A message is about to be handled; an ask, if somebody waits for the reply. */
  begin(attempt: number, isAsk: boolean): void {
    this.attempt = attempt;
    this.#caller = isAsk ? new AbortController() : undefined;
  }

  /** Nobody waits for the reply any more. */
  abort(): void {
    this.#caller?.abort();
  }

  /** The incarnation is about to end: only its `stopped` hook is left. */
  cancel(reason: ExitReason): void {
    this.timers.end();
    this.#sleeps.end(() => new ActorStoppedError(this.path, reason));
    this.#life.abort();
    this.#caller?.abort();
  }

  /** The incarnation has ended. */
  end(): void {
    this.#ended = true;
    this.cancel(NORMAL);
    dropAll(this.#owned, () => this.log);
  }

  #tell(message: Message): void {
    if (!this.#ended) this.#parent.tell(message);
  }

  #cannot(what: string): never {
    throw new ThreadLimitError(`Actor "${this.path}" is on a thread and cannot ${what} there`);
  }
}
