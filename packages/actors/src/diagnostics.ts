/**
 * The steps in the life of actors, as channels of `node:diagnostics_channel`. An event is plain data and tells of a change
 * that has happened; diagnostics-channels.ts publishes it.
 */
import { subscribe as subscribeTo, unsubscribe } from "node:diagnostics_channel";
import type { CrashCause, ExitReason } from "./exit-reason.ts";
import type { DeadLetterReason } from "./mailbox/dead-letter.ts";

/** The actor that an event is about, and its incarnation. */
export interface ActorEvent {
  /** The name of the system. */
  readonly system: string;
  readonly path: string;
  readonly id: number;
  /** The number of the start: 1, and one more after every restart; 0 before the first. */
  readonly generation: number;
}

/**
 * The events, by the name of their channel.
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
  /** An actor was spawned; it has not started yet. */
  "pneumatic:actor:spawned": ActorEvent & { readonly definition: string };
  /** An actor has started for the first time: `state` and `started` are done. */
  "pneumatic:actor:started": ActorEvent;
  /** An incarnation ended by a failure: `panicked`, `crashed` or `startFailed`. `restarts` is true if another follows. */
  "pneumatic:actor:panicked": ActorEvent & { readonly reason: ExitReason; readonly restarts: boolean };
  /** The next incarnation has started. `after` is the exit reason of the one before. */
  "pneumatic:actor:restarted": ActorEvent & { readonly after: ExitReason };
  /** An actor has ended for good. */
  "pneumatic:actor:stopped": ActorEvent & { readonly reason: ExitReason };
  /** A message will not be handled; `type` is its type. It is in `system.deadLetters()`. */
  "pneumatic:dead-letter": ActorEvent & { readonly type: string; readonly reason: DeadLetterReason };
  /**
   * A worker thread was lost. `path`, `id` and `generation` are undefined if no actor can be blamed; `hit` lists the
   * paths of the other actors on it.
   */
  "pneumatic:host:lost": Partial<Omit<ActorEvent, "system">> & {
    readonly system: string;
    readonly thread: number | undefined;
    readonly cause: CrashCause;
    readonly hit: readonly string[];
  };
  /**
   * A message is given to its handler. While somebody subscribes, this event costs something for each message, as no
   * other does.
   */
  "pneumatic:message": ActorEvent & { readonly type: string; readonly isAsk: boolean; readonly attempt: number };
}

type Name = keyof DiagnosticsEvents;

/**
 * Calls `listener` with each event of that name until the result is disposed of: `subscribe` of
 * `node:diagnostics_channel`, typed. An error that a listener throws is an uncaught exception.
 */
export function subscribe<K extends Name>(name: K, listener: (event: DiagnosticsEvents[K]) => void): Disposable {
  const untyped = listener as (event: unknown) => void;
  const called = (event: unknown): void => untyped(event);
  subscribeTo(name, called);
  return { [Symbol.dispose]: () => void unsubscribe(name, called) };
}
