/**
 * Every error that users of actors see, each with a literal `code`. The message names the failed operation, the actor
 * and the remedy. They are branded like the errors of core, so two copies of this package agree on `instanceof`.
 */
import { brand } from "@pneumatic/core/internal";
import type { CrashCause, ExitReason } from "./exit-reason.ts";
import { isAbnormal } from "./exits.ts";
import { describe, listed, shortened, textOf } from "./wording.ts";

const PACKAGE = "@pneumatic/actors";

/** The reply did not come in time. If it was accepted, the message may have been handled: retry only if it may be done twice. */
export class AskTimeoutError extends Error {
  static {
    brand(AskTimeoutError, "AskTimeoutError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_ASK_TIMEOUT" as const;
  /** False if the message waited for room until the end: then the addresses in it are still the caller's. */
  readonly accepted: boolean;
  constructor(path: string, type: string, timeoutMs: number, accepted = true) {
    super(
      `Actor "${shortened(path)}" did not reply to "${shortened(type)}" within ${timeoutMs} ms. ask(message, { timeout }) waits longer`,
    );
    this.accepted = accepted;
  }
}

/**
 * The actor ended before it handled the message, is ending, or had ended already; `reason` says why. A retry cannot succeed,
 * unless the actor was killed and starts again: then its message says so.
 */
export class ActorStoppedError extends Error {
  static {
    brand(ActorStoppedError, "ActorStoppedError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_STOPPED" as const;
  readonly reason: ExitReason;
  /** False if the actor never took the message that was asked: then the addresses in it are still the caller's. */
  readonly accepted: boolean = true;
  constructor(
    path: string,
    reason: ExitReason,
    stage: "ending" | "interrupted" | "restarting" | "stopped" = "stopped",
  ) {
    super(`Actor "${shortened(path)}" ${stoppedText(reason, stage)}`);
    this.reason = reason;
  }
}

function stoppedText(reason: ExitReason, stage: "ending" | "interrupted" | "restarting" | "stopped"): string {
  if (stage === "interrupted")
    return `was asked to stop (${describe(reason)}), and its handler has broken off, as ctx.stopping told it. Repeat the message only if it may be handled twice`;
  if (stage === "restarting")
    return `has ended (${describe(reason)}) before the message was handled to its end, and starts again under the same address. Repeat the message only if it may be handled twice`;
  if (stage === "ending" && reason.kind === "normal")
    return "is ending and takes no new messages: its last address was dropped. Hold one for as long as it is needed";
  if (stage === "ending")
    return `is ending (${describe(reason)}) and takes no new messages: it handles what it has, then it stops`;
  return `has stopped (${describe(reason)}) and takes no messages. ${stoppedRemedy(reason)}`;
}

function stoppedRemedy(reason: ExitReason): string {
  if (reason.kind === "normal")
    return "It stopped itself, or the last address that kept it was dropped: hold one for as long as it is needed";
  const when = isAbnormal(reason) ? " when the cause is mended" : "";
  return `Spawn it anew${when}; ctx.watch() and address.exited tell of an end as it comes`;
}

/** The handler threw an error, which is the `cause`. Supervision restarts the actor or stops it. */
export class ActorPanickedError extends Error {
  static {
    brand(ActorPanickedError, "ActorPanickedError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_PANICKED" as const;
  /** True: the runtime drops the addresses in the message, as far as its handler has not taken them. */
  readonly accepted = true as const;
  constructor(path: string, type: string, cause: unknown) {
    super(`Actor "${shortened(path)}" panicked while handling "${shortened(type)}": ${textOf(cause)}`, { cause });
  }
}

/** The mailbox had no room, and its policy does not wait. The message was not handled: a retry is safe. */
export class MailboxFullError extends Error {
  static {
    brand(MailboxFullError, "MailboxFullError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_MAILBOX_FULL" as const;
  /**
   * False if the mailbox refused the message: then the addresses in it are still the caller's. True if the mailbox gave it up,
   * as `dropOldest` and `dropNewest` do.
   */
  readonly accepted: boolean;
  constructor(path: string, capacity: number, accepted = true) {
    const remedies = 'Try again later; with the overflow "wait", the sender waits for room instead';
    super(`Cannot send to actor "${shortened(path)}": mailbox is full at ${capacity}. ${remedies}`);
    this.accepted = accepted;
  }
}

/** `state` or `started` threw an error, which is the `cause`. */
export class StartFailedError extends Error {
  static {
    brand(StartFailedError, "StartFailedError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_START_FAILED" as const;
  constructor(path: string, cause: unknown) {
    super(`Actor "${shortened(path)}" could not start: ${textOf(cause)}`, { cause });
  }
}

/** `state` and `started` did not settle in time, or the module of the actor did not load. The start has failed. */
export class StartTimeoutError extends Error {
  static {
    brand(StartTimeoutError, "StartTimeoutError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_START_TIMEOUT" as const;
  constructor(path: string, timeoutMs: number) {
    super(
      `Actor "${shortened(path)}" did not start within ${timeoutMs} ms: its module, \`state\` or \`started\` did not settle. The option startTimeoutMs allows longer`,
    );
  }
}

/** The actor has no handler of that name. Only untyped code can cause it. */
export class UnknownMessageError extends Error {
  static {
    brand(UnknownMessageError, "UnknownMessageError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_UNKNOWN_MESSAGE" as const;
  /** True: the message is a dead letter, and the system owns the addresses in it. */
  readonly accepted = true as const;
  constructor(path: string, type: string, handlers: readonly string[] = []) {
    super(`Actor "${shortened(path)}" has no handler for "${shortened(type)}"${listed(handlers)}`);
  }
}

/** Misuse: the value to send is no message. Nothing was sent. */
export class InvalidMessageError extends TypeError {
  static {
    brand(InvalidMessageError, "InvalidMessageError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_INVALID_MESSAGE" as const;
  /** False: nothing was sent, and the addresses in the message are still the caller's. */
  readonly accepted = false as const;
  constructor(path: string, given: unknown) {
    const what =
      given === null ? "null" : typeof given === "object" ? 'an object without a string as its "type"' : typeof given;
    super(`Cannot send ${what} to actor "${shortened(path)}": a message is an object whose "type" names a handler`);
  }
}

/** Misuse: a definition, a child specification or an option has the wrong shape. */
export class InvalidDefinitionError extends TypeError {
  static {
    brand(InvalidDefinitionError, "InvalidDefinitionError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_INVALID_DEFINITION" as const;
}

/** Misuse: a sibling of that name is alive. Nothing was spawned. */
export class DuplicateNameError extends Error {
  static {
    brand(DuplicateNameError, "DuplicateNameError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_DUPLICATE_NAME" as const;
  constructor(path: string) {
    super(`Cannot spawn "${shortened(path)}": an actor of that name is alive. Choose another name, or leave it out`);
  }
}

/** Misuse: another living actor is registered under that key; `holder` is its path. */
export class DuplicateKeyError extends Error {
  static {
    brand(DuplicateKeyError, "DuplicateKeyError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_DUPLICATE_KEY" as const;
  readonly holder: string;
  constructor(key: string, path: string, holder: string) {
    super(
      `Cannot register "${shortened(path)}" under "${shortened(key)}": "${shortened(holder)}" is registered. End that registration first, or make another key`,
    );
    this.holder = holder;
  }
}

/** Misuse: the address of a broadcast was asked, which has no single reply. Nothing was sent. */
export class BroadcastAskError extends Error {
  static {
    brand(BroadcastAskError, "BroadcastAskError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_BROADCAST_ASK" as const;
  /** False: nothing was sent, and the addresses in the message are still the caller's. */
  readonly accepted = false as const;
  constructor(path: string, type: string) {
    super(
      `Cannot ask router "${shortened(path)}" for "${shortened(type)}": a broadcast has no single reply. Use tell(), with an address to reply to`,
    );
  }
}

/** The `key` of a router threw an error, which is the `cause` then, or returned no string. Nothing was sent. */
export class RoutingKeyError extends Error {
  static {
    brand(RoutingKeyError, "RoutingKeyError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_ROUTING_KEY" as const;
  /** False: nothing was sent, and the addresses in the message are still the caller's. */
  readonly accepted = false as const;
  constructor(path: string, type: string, how: string, cause?: unknown) {
    super(
      `Cannot route "${shortened(type)}" at router "${shortened(path)}": its key ${how}`,
      cause === undefined ? undefined : { cause },
    );
  }
}

/** Misuse: the system was shut down, or the actor that spawns has ended. */
export class SpawnRefusedError extends Error {
  static {
    brand(SpawnRefusedError, "SpawnRefusedError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_SPAWN_REFUSED" as const;
  constructor(path: string, why: string) {
    super(`Cannot spawn "${shortened(path)}": ${why}`);
  }
}

/**
 * Actors wait for each other. `path` leads from the actor whose wait was given up back to itself. Its message is not
 * handled, unless its handler has started. Pass a promise that need not be awaited to `ctx.background`.
 */
export class DeadlockError extends Error {
  static {
    brand(DeadlockError, "DeadlockError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_DEADLOCK" as const;
  readonly path: readonly string[];
  /** False if the message that was asked waited for room: then the addresses in it are still the caller's. */
  readonly accepted: boolean = true;
  constructor(path: readonly string[]) {
    const [first, ...others] = path.map((each) => `"${shortened(each)}"`);
    const cycle = path.length === 2 ? "itself" : others.join(", which waits for ");
    const remedies =
      "Do not await it in the handler: call a function instead, tell(), or hand the promise to ctx.pipeToSelf()";
    super(`Deadlock: actor ${first} waits for ${cycle}. ${remedies}`);
    this.path = path;
  }
}

/** Misuse: no message is being handled, so there is none to set aside. */
export class NothingToStashError extends Error {
  static {
    brand(NothingToStashError, "NothingToStashError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_NOTHING_TO_STASH" as const;
  constructor(path: string) {
    super(`Actor "${shortened(path)}" handles no message that ctx.stash() could set aside`);
  }
}

/**
 * The thread that an actor ran on was lost. `how` is the `cause` of its exit reason. If the thread hung, `stack` is
 * its own stack, as far as that could be had.
 */
export class ThreadLostError extends Error {
  static {
    brand(ThreadLostError, "ThreadLostError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_THREAD_LOST" as const;
  readonly how: CrashCause;
  constructor(how: CrashCause, detail: string, cause?: unknown) {
    super(`The thread was lost (${how}): ${detail}`, cause === undefined ? undefined : { cause });
    this.how = how;
  }
}

/**
 * The module of an actor on a thread could not be loaded, or does not export one. The message says what to do about
 * it; the error of Node is the `cause`. It is itself the `cause` of the `StartFailedError`. The actor is not started
 * again.
 */
export class LoadFailedError extends Error {
  static {
    brand(LoadFailedError, "LoadFailedError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_LOAD_FAILED" as const;
  /** The URL of the module. */
  readonly url: string;
  constructor(message: string, url: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.url = url;
  }
}

/** Misuse: an operation that an actor on a thread does not have. */
export class ThreadLimitError extends Error {
  static {
    brand(ThreadLimitError, "ThreadLimitError", PACKAGE);
  }
  readonly code = "ERR_ACTOR_THREAD_LIMIT" as const;
}
