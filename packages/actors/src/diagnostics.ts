/**
 * The steps in the life of actors, for whoever subscribes: channels of `node:diagnostics_channel`, which cost a look at a
 * property where nobody does. An event is plain data and tells of a change that has happened. Subscribers are called later,
 * in the order of the events: they may throw, or call back into the system, and neither meets it in the middle of a step.
 */
import type { Channel } from "node:diagnostics_channel";
import { channel, subscribe as subscribeTo, unsubscribe } from "node:diagnostics_channel";
import type { CrashCause, ExitReason } from "./exit-reason.ts";
import type { DeadLetterReason } from "./mailbox/ledger.ts";

/** Which incarnation of which actor. */
export interface ActorEvent {
  /** The name of the system. */
  readonly system: string;
  readonly path: string;
  readonly id: number;
  /** Which start: 1, and one more after every restart; 0 before the first. */
  readonly generation: number;
}

/**
 * What is published, by the name of the channel.
 *
 * @example
 * ```ts
 * import { ActorSystem, actor, subscribe } from "@pneumatic/actors";
 *
 * using subscription = subscribe("pneumatic:actor:restarted", ({ path, generation, after }) => {
 *   console.log(path, generation, after.kind);
 * });
 * const fragile = actor({
 *   on: {
 *     fail: () => {
 *       throw new Error("bad");
 *     },
 *     get: () => "alive",
 *   },
 * });
 * await using system = new ActorSystem({ logLevel: "silent" });
 * using address = system.spawn(fragile, { name: "fragile" });
 * address.tell({ type: "fail" });
 * console.log(await address.ask({ type: "get" })); // /fragile 2 panicked, then alive
 * ```
 */
export interface DiagnosticsEvents {
  /** An actor is there; it has yet to start. */
  "pneumatic:actor:spawned": ActorEvent & { readonly definition: string };
  /** `state` and `started` are through for the first time. */
  "pneumatic:actor:started": ActorEvent;
  /** An incarnation ended by a failure: `panicked`, `crashed` or `startFailed`. `restarts` tells whether another follows. */
  "pneumatic:actor:panicked": ActorEvent & { readonly reason: ExitReason; readonly restarts: boolean };
  /** The next incarnation has started; `after` is why the one before ended. */
  "pneumatic:actor:restarted": ActorEvent & { readonly after: ExitReason };
  /** An actor has ended for good. */
  "pneumatic:actor:stopped": ActorEvent & { readonly reason: ExitReason };
  /** A message will not be handled; `type` is the message's. It is to be found in `system.deadLetters()`. */
  "pneumatic:dead-letter": ActorEvent & { readonly type: string; readonly reason: DeadLetterReason };
  /** A worker thread was lost. Undefined are those of a culprit that is not known; `hit` are the paths of the others on it. */
  "pneumatic:host:lost": Partial<Omit<ActorEvent, "system">> & {
    readonly system: string;
    readonly thread: number | undefined;
    readonly cause: CrashCause;
    readonly hit: readonly string[];
  };
  /** A message is given to its handler. The only event that costs something for each message, while it is subscribed to. */
  "pneumatic:message": ActorEvent & { readonly type: string; readonly isAsk: boolean; readonly attempt: number };
}

type Name = keyof DiagnosticsEvents;

/** `subscribe` of `node:diagnostics_channel` with the types of these events. What a listener throws is uncaught. */
export function subscribe<K extends Name>(name: K, listener: (event: DiagnosticsEvents[K]) => void): Disposable {
  const untyped = listener as (event: unknown) => void;
  const called = (event: unknown): void => untyped(event);
  subscribeTo(name, called);
  return { [Symbol.dispose]: () => void unsubscribe(name, called) };
}

/** A channel of one kind of event. */
class Events<K extends Name> {
  readonly #channel: Channel;

  constructor(name: K) {
    this.#channel = channel(name);
  }

  get isWanted(): boolean {
    return this.#channel.hasSubscribers;
  }

  publish(event: DiagnosticsEvents[K]): void {
    queueMicrotask(() => this.#channel.publish(event));
  }
}

const spawned = new Events("pneumatic:actor:spawned");
const started = new Events("pneumatic:actor:started");
const panicked = new Events("pneumatic:actor:panicked");
const restarted = new Events("pneumatic:actor:restarted");
const stopped = new Events("pneumatic:actor:stopped");
const deadLetter = new Events("pneumatic:dead-letter");
const hostLost = new Events("pneumatic:host:lost");
/** The channel itself, since the turn asks it for each message. */
export const messages: Channel = channel("pneumatic:message");

/** An actor, as its events name it. */
export interface Observed {
  readonly path: string;
  readonly id: number;
  readonly life: { readonly generation: number; readonly reason: ExitReason };
}

/** What one system publishes. */
export class Diagnostics {
  readonly #system: string;

  constructor(system: string) {
    this.#system = system;
  }

  spawned(actor: Observed, definition: string): void {
    if (spawned.isWanted) spawned.publish({ ...this.#identity(actor), definition });
  }

  /** `after` is why the incarnation before ended, if there was one. */
  started(actor: Observed, after: ExitReason): void {
    if (actor.life.generation > 1) {
      if (restarted.isWanted) restarted.publish({ ...this.#identity(actor), after });
    } else if (started.isWanted) started.publish(this.#identity(actor));
  }

  panicked(actor: Observed, reason: ExitReason, restarts: boolean): void {
    if (panicked.isWanted) panicked.publish({ ...this.#identity(actor), reason, restarts });
  }

  stopped(actor: Observed): void {
    if (stopped.isWanted) stopped.publish({ ...this.#identity(actor), reason: actor.life.reason });
  }

  deadLetter(actor: Observed, type: string, reason: DeadLetterReason): void {
    if (deadLetter.isWanted) deadLetter.publish({ ...this.#identity(actor), type, reason });
  }

  hostLost(loss: Omit<DiagnosticsEvents["pneumatic:host:lost"], "system">): void {
    if (hostLost.isWanted) hostLost.publish({ system: this.#system, ...loss });
  }

  /** For each message; `messages.hasSubscribers` is asked before. */
  message(actor: Observed & { readonly attempt: number }, type: string, isAsk: boolean): void {
    new Events("pneumatic:message").publish({ ...this.#identity(actor), type, isAsk, attempt: actor.attempt });
  }

  #identity({ path, id, life }: Observed): ActorEvent {
    return { system: this.#system, path, id, generation: life.generation };
  }
}
