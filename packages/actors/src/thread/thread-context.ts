/** The context of an actor on a worker thread. What concerns the actor as a whole goes to the parent's side. */
import { currentClock } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { MessageTimers } from "../cell/timers.ts";
import { ThreadLimitError } from "../errors.ts";
import type { About } from "./wire.ts";

type Message = { readonly type: string };

/** The way to the parent's side. */
interface Parent {
  tell(message: Message): void;
  stop(): void;
}

export class ThreadContext {
  state: unknown = undefined;
  attempt = 1;
  readonly path: string;
  readonly generation: number;
  readonly log: Logger;
  readonly timers: MessageTimers;
  readonly self: { readonly path: string; tell(message: Message): void; trySend(): never; send(): never; ask(): never };
  readonly #parent: Parent;
  readonly #owned = new Set<Disposable>();
  #controller = new AbortController();
  #ended = false;

  constructor({ path, actorId, generation }: About, log: Logger, parent: Parent) {
    this.path = path;
    this.generation = generation;
    this.log = log.child({ actor: path, id: actorId, generation });
    this.timers = new MessageTimers(path, (message) => parent.tell(message as Message), currentClock());
    this.#parent = parent;
    const cannot = (): never => this.#cannot("await itself");
    this.self = { path, tell: (message) => this.#tell(message), trySend: cannot, send: cannot, ask: cannot };
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  spawn(): never {
    return this.#cannot("spawn");
  }

  supervise(): never {
    return this.#cannot("supervise");
  }

  own<A extends Disposable>(value: A): A {
    if (this.#ended) value[Symbol.dispose]();
    else this.#owned.add(value);
    return value;
  }

  stop(): void {
    if (!this.#ended) this.#parent.stop();
  }

  /** A message is about to be handled. */
  begin(attempt: number): void {
    this.attempt = attempt;
    if (this.#controller.signal.aborted) this.#controller = new AbortController();
  }

  /** Nobody waits for the reply any more. */
  abort(): void {
    this.#controller.abort();
  }

  /** The incarnation is about to end: only its `stopped` hook is left. */
  cancel(): void {
    this.timers.end();
    this.#controller.abort();
  }

  /** The incarnation has ended. */
  end(): void {
    this.#ended = true;
    this.cancel();
    for (const value of this.#owned) value[Symbol.dispose]();
  }

  #tell(message: Message): void {
    if (!this.#ended) this.#parent.tell(message);
  }

  #cannot(what: string): never {
    throw new ThreadLimitError(`Actor "${this.path}" is on a thread and cannot ${what} there`);
  }
}
