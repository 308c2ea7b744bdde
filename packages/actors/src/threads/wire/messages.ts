/**
 * What the two sides of a host say to each other over a line of core. Messages are shipped some way ahead of their turn; they stay
 * queued on the parent's side until the host has handled them, so that a thread that is lost takes none with it.
 */
import type { MessagePort } from "node:worker_threads";
import type { DefinitionOrigin } from "../../runtime-definition.ts";
import type { WireError, WireReason } from "./errors.ts";
import type { AddressDescriptor, Marshalled, SparseDescriptors } from "./marshal.ts";

/** What a host is started with. */
export interface HostTask {
  readonly port: MessagePort;
  readonly words: Int32Array;
  readonly beatMs: number;
  readonly logLevel: string;
}

/** From the parent to the host. `id` is the incarnation. */
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
      /** How often what was shipped ahead has been given back. */
      readonly epoch: number;
      /** The number of the first message; the others follow it. */
      readonly first: number;
      readonly messages: readonly { readonly type: string }[];
      /** How often the first was begun, this time included; the others never were. */
      readonly attempt: number;
      /** Those somebody waits for, by their place in `messages`. */
      readonly asks: readonly number[];
      /** The addresses in those that have some, by their place in `messages`. */
      readonly descriptors: SparseDescriptors;
    }
  /** The caller of an ask has given up. */
  | { readonly op: "cancel"; readonly id: number; readonly epoch: number; readonly seq: number }
  | { readonly op: "stop"; readonly id: number; readonly reason: WireReason }
  /** The incarnation has ended; nothing more is heard of it. */
  | { readonly op: "forget"; readonly id: number }
  | ToImports;

/** From the parent to those on a thread that have addresses. */
export type ToImports =
  /** The reply to an ask. */
  | { readonly op: "answered"; readonly n: number; readonly reply: Marshalled }
  /** An ask or a send has failed. */
  | { readonly op: "refused"; readonly n: number; readonly error: WireError }
  /** What became of a send. */
  | { readonly op: "sent"; readonly n: number; readonly outcome: "ok" | "full" | "disconnected" | "timeout" }
  /** What the thread may use of a mailbox that it has named itself. */
  | { readonly op: "credits"; readonly id: number; readonly credits: Int32Array }
  /** An actor has ended for good. */
  | { readonly op: "ended"; readonly id: number; readonly reason: WireReason }
  | { readonly op: "hasStarted"; readonly id: number; readonly error: WireError | undefined };

/** From those on a thread that have addresses to the parent. `by` is who sends, if that is known. */
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
  /** A message for which the thread has used a slot that it was lent. */
  | { readonly op: "sendOnCredit"; readonly to: number; readonly message: Marshalled }
  | { readonly op: "requestCredits"; readonly id: number }
  /** Nobody waits for that ask or send any more. */
  | { readonly op: "giveUp"; readonly n: number }
  /** Of the strong addresses of an actor that came, so many are gone: all that were known then. */
  | { readonly op: "released"; readonly id: number; readonly count: number }
  /** A weak address was made a strong one. */
  | { readonly op: "upgraded"; readonly id: number }
  /** So many addresses of an actor that came are gone, and with them all that is known of it. */
  | { readonly op: "forgotten"; readonly id: number; readonly refCount: number }
  | { readonly op: "awaitStart"; readonly id: number };

/** From the host to the parent. */
export type ToParent =
  | { readonly op: "started"; readonly id: number; readonly types: readonly string[] }
  | { readonly op: "startFailed"; readonly id: number; readonly error: WireError }
  /** An ask was handled. */
  | { readonly op: "replied"; readonly id: number; readonly seq: number; readonly reply: Marshalled }
  /** A message was set aside by its handler. */
  | { readonly op: "stashed"; readonly id: number; readonly seq: number }
  /** What was set aside goes first after that message: what was shipped behind it is given back. */
  | { readonly op: "unstash"; readonly id: number; readonly seq: number; readonly epoch: number }
  /** An ask was cancelled before it was begun. */
  | { readonly op: "skipped"; readonly id: number; readonly seq: number }
  /** Nothing after that message is begun by this incarnation; 0 when it was at none. */
  | { readonly op: "panicked"; readonly id: number; readonly seq: number; readonly error: WireError }
  /** There is news in the words of the incarnation. */
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

/** What concerns one incarnation. */
export type FromIncarnation = Exclude<ToParent, FromImports | { readonly op: "log" }>;

/** What an actor on a thread knows of itself. */
export interface Identity {
  readonly path: string;
  readonly actorId: number;
  readonly generation: number;
}
