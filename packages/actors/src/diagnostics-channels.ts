/**
 * Publishes the events of diagnostics.ts, which cost a look at a property while nobody subscribes. Subscribers are called later,
 * in the order of the events: they may throw, or call back into the system, and neither meets it in the middle of a step.
 */
import type { Channel } from "node:diagnostics_channel";
import { channel } from "node:diagnostics_channel";
import type { ActorEvent, DiagnosticsEvents } from "./diagnostics.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { DeadLetterReason } from "./mailbox/dead-letter.ts";

/** The channel of one kind of event. */
class Events<K extends keyof DiagnosticsEvents> {
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
/** The channel of messages itself, since the turn looks at it for each message. */
export const messages: Channel = channel("pneumatic:message");

/** An actor, as events name it. */
export interface Observed {
  readonly path: string;
  readonly id: number;
  readonly life: { readonly generation: number; readonly reason: ExitReason };
}

/** Publishes the events of one system. */
export class Diagnostics {
  readonly #system: string;

  constructor(system: string) {
    this.#system = system;
  }

  spawned(actor: Observed, definition: string): void {
    if (spawned.isWanted) spawned.publish({ ...this.#identity(actor), definition });
  }

  /** `after` is the exit reason of the incarnation before, if there was one. */
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

  /** Publishes a message; the caller checks `messages.hasSubscribers` first. */
  message(actor: Observed & { readonly attempt: number }, type: string, isAsk: boolean): void {
    new Events("pneumatic:message").publish({ ...this.#identity(actor), type, isAsk, attempt: actor.attempt });
  }

  #identity({ path, id, life }: Observed): ActorEvent {
    return { system: this.#system, path, id, generation: life.generation };
  }
}
