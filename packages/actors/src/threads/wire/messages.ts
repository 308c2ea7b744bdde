/**
 * The records between the two sides of a host, over a connection of core. Messages are prefetched: they are sent ahead
 * of their turn, and stay queued on the parent's side until the thread has handled them, so that a lost thread takes
 * none with it.
 */
import type { MessagePort } from "node:worker_threads";
import type { DefinitionOrigin } from "../../runtime-definition.ts";
import type { WireError, WireReason } from "./errors.ts";
import type { AddressDescriptor, Marshalled, SparseAttached } from "./marshal.ts";

/** The task of a host, with which its thread starts. */
export interface HostTask {
  readonly port: MessagePort;
  readonly words: Int32Array;
  readonly beatMs: number;
  readonly logLevel: string;
}

/** A record from the parent to the thread. `id` is the incarnation. */
export type ToWorker =
  | {
      readonly op: "start";
      readonly id: number;
      readonly origin: DefinitionOrigin;
      readonly args: Marshalled;
      readonly identity: Identity;
      readonly self: AddressDescriptor;
      readonly incarnationWords: Int32Array;
    }
  | {
      readonly op: "handle";
      readonly id: number;
      /** How often the prefetch window was reset. */
      readonly epoch: number;
      /** The number of the first message; the others follow it. */
      readonly first: number;
      readonly messages: readonly { readonly type: string }[];
      /** How often the first was started, this time included; the others never were. */
      readonly attempt: number;
      /** The asks, by their position in `messages`. */
      readonly asks: readonly number[];
      /** The ticks of timers, each by its position in `messages` and the number of its timer, one behind the other. */
      readonly ticks: readonly number[];
      /** The addresses in messages, by the position in `messages`. */
      readonly attached: SparseAttached;
    }
  /** The caller of an ask has given up. */
  | { readonly op: "cancel"; readonly id: number; readonly seq: number }
  | { readonly op: "stop"; readonly id: number; readonly reason: WireReason }
  /** The actor was asked to stop, which stands in the words of the incarnation as well. */
  | { readonly op: "stopping"; readonly id: number }
  /** Nothing more is to be done: the thread ends its task when what was printed is written. */
  | { readonly op: "end" }
  /** The incarnation has ended; it gets no more records. */
  | { readonly op: "forget"; readonly id: number }
  | ToImports;

/** A record from the parent to the imports of a thread. */
export type ToImports =
  /** The reply to an ask. */
  | { readonly op: "answered"; readonly n: number; readonly reply: Marshalled }
  /** An ask or a send has failed. */
  | { readonly op: "refused"; readonly n: number; readonly error: WireError }
  /** The outcome of a send. */
  | { readonly op: "sent"; readonly n: number; readonly outcome: "ok" | "full" | "disconnected" | "timeout" }
  /** The credits of the thread for an actor that it has numbered itself. */
  | { readonly op: "credits"; readonly id: number; readonly credits: Int32Array }
  /** An actor has ended for good. */
  | { readonly op: "ended"; readonly id: number; readonly reason: WireReason }
  | { readonly op: "hasStarted"; readonly id: number; readonly error: WireError | undefined };

/** A record from the imports of a thread to the parent. `by` is the actor that sends, if it is known. */
export type FromImports =
  | { readonly op: "tell"; readonly to: number; readonly message: Marshalled }
  | {
      readonly op: "ask";
      readonly n: number;
      readonly to: number;
      readonly by: number | undefined;
      readonly message: Marshalled;
    }
  | {
      readonly op: "send";
      readonly n: number;
      readonly to: number;
      readonly by: number | undefined;
      readonly message: Marshalled;
      readonly timeout: number;
    }
  /** A message for which the thread has taken a credit. */
  | { readonly op: "sendOnCredit"; readonly to: number; readonly message: Marshalled }
  | { readonly op: "requestCredits"; readonly id: number }
  /** The caller of that ask or send has given up. */
  | { readonly op: "giveUp"; readonly n: number }
  /** So many strong addresses of an actor are gone: all that had come by then. */
  | { readonly op: "released"; readonly id: number; readonly count: number }
  /** A weak address was made a strong one. */
  | { readonly op: "upgraded"; readonly id: number }
  /** So many addresses of an actor are gone, and with them the imported actor. */
  | { readonly op: "forgotten"; readonly id: number; readonly refCount: number }
  | { readonly op: "awaitStart"; readonly id: number };

/** A record from the thread to the parent. */
export type ToParent =
  | { readonly op: "started"; readonly id: number; readonly types: readonly string[] }
  | { readonly op: "startFailed"; readonly id: number; readonly error: WireError }
  /** An ask was handled. */
  | { readonly op: "replied"; readonly id: number; readonly seq: number; readonly reply: Marshalled }
  /** The tick of the timer with number `n` of the incarnation. */
  | { readonly op: "tick"; readonly id: number; readonly n: number; readonly message: Marshalled }
  /** The handler of an ask has given up along with the caller, or a tick is stale. */
  | { readonly op: "gaveUp"; readonly id: number; readonly seq: number }
  /** The handler of a message has broken off, since the actor was asked to stop. */
  | { readonly op: "brokeOff"; readonly id: number; readonly seq: number }
  /** A message was stashed by its handler. */
  | { readonly op: "stashed"; readonly id: number; readonly seq: number }
  /** The stashed messages go first after that message: the prefetch window is reset behind it. */
  | { readonly op: "unstash"; readonly id: number; readonly seq: number; readonly epoch: number }
  /** An ask was cancelled before it was started. */
  | { readonly op: "skipped"; readonly id: number; readonly seq: number }
  /** This incarnation starts nothing after that message, which is 0 if it was at none. */
  | { readonly op: "panicked"; readonly id: number; readonly seq: number; readonly error: WireError }
  /** The words of the incarnation acknowledge more messages. */
  | { readonly op: "acknowledged"; readonly id: number }
  | { readonly op: "stopped"; readonly id: number; readonly error: WireError | undefined }
  /** One more message is awaited, under a number of its own. */
  | { readonly op: "await"; readonly id: number; readonly n: number }
  /** A message that the actor itself has asked for: the one awaited under `n`, if it was. */
  | { readonly op: "deliver"; readonly id: number; readonly message: Marshalled; readonly n: number | undefined }
  /** A child, by the number that the thread has given to it. */
  | {
      readonly op: "spawn";
      readonly id: number;
      readonly child: number;
      readonly path: string;
      readonly origin: DefinitionOrigin;
      readonly options: Marshalled;
    }
  | { readonly op: "stopSelf"; readonly id: number }
  /** A line of `ctx.log`. */
  | { readonly op: "log"; readonly line: string }
  | FromImports;

/** A record about one incarnation. */
export type FromIncarnation = Exclude<ToParent, FromImports | { readonly op: "log" }>;

/** The identity of an actor on a thread. */
export interface Identity {
  readonly path: string;
  readonly actorId: number;
  readonly generation: number;
}
