/** What a handler sees of its actor and its system. */
import type { Logger } from "pino";
import type { Definition } from "../actor.ts";
import type { Address, WeakAddress } from "../address/address.ts";
import type { MessageOf } from "../protocol.ts";
import type { Route } from "../routing/address.ts";
import type { SupervisorAddress } from "../supervisor/address.ts";
import type { ChildSpecs, SupervisorSpec } from "../supervisor/child-spec.ts";
import type { SpawnArguments } from "../supervisor/spawn-options.ts";

/** The context of `state`, before there is a state. */
export interface StartContext<out Self> {
  /** This actor; does not keep it alive. Messages to it wait their turn like any others. */
  readonly self: WeakAddress<Self>;
  /** The place of this actor in its system. */
  readonly path: string;
  /** Which start this is: 1, and one more after every restart. */
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
  spawn<P, Args>(definition: Definition<P, Args>, ...options: SpawnArguments<Args>): Address<P>;
  /** Starts a supervisor as a child. The caller owns the address. */
  supervise<C extends ChildSpecs>(spec: SupervisorSpec<C>): SupervisorAddress<C>;
  /** Starts a router as a child. The caller owns the address. */
  readonly route: Route;
  /** Takes over an address from a message: it is dropped when this incarnation ends. */
  own<A extends Disposable>(address: A): A;
  /** Stops this actor once the current message is handled; its restart policy applies, with reason `normal`. */
  stop(): void;
}

/** The context of handlers and hooks; one for each incarnation. */
export interface Context<out State, out Self> extends StartContext<Self> {
  readonly state: State;
  /** How often the message has been begun, this time included. */
  readonly attempt: number;
}

/** Timers by key: setting one that is set replaces it. They hold this actor weakly. */
export interface Timers<out Self> {
  /** Tells this actor `message` in `ms` milliseconds. */
  after(key: string, ms: number, message: MessageOf<Self>): void;
  /** Tells this actor `message` every `ms` milliseconds, the first time after the first interval. */
  every(key: string, ms: number, message: MessageOf<Self>): void;
  /** Forgets a timer; nothing happens when there is none. */
  cancel(key: string): void;
}
