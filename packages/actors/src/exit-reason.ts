/** Why an actor ended: one closed union, so that a `switch` over `kind` is exhaustive. */
export type ExitReason =
  /** It stopped itself, or its last address was dropped. */
  | { readonly kind: "normal" }
  /** Its system or its parent stopped it. */
  | { readonly kind: "shutdown" }
  /** It was killed without waiting for its handler. */
  | { readonly kind: "killed" }
  /** A handler or a hook threw `error`; `message` is what it was handling, undefined in a hook. */
  | { readonly kind: "panicked"; readonly error: unknown; readonly message: unknown }
  /** The thread it ran on was lost. */
  | { readonly kind: "crashed"; readonly cause: CrashCause }
  /** `state` or `started` threw `error`. */
  | { readonly kind: "startFailed"; readonly error: unknown };

/** How a thread was lost. */
export type CrashCause = "exit" | "outOfMemory" | "hung" | "loadFailed" | "uncaught" | "hostLost" | "terminated";

export const NORMAL: ExitReason = Object.freeze({ kind: "normal" });
export const SHUTDOWN: ExitReason = Object.freeze({ kind: "shutdown" });
export const KILLED: ExitReason = Object.freeze({ kind: "killed" });

/** Whether supervision counts the end as a failure, as OTP's `transient` does. */
export function isAbnormal(reason: ExitReason): boolean {
  switch (reason.kind) {
    case "normal":
    case "shutdown":
      return false;
    case "killed":
    case "panicked":
    case "crashed":
    case "startFailed":
      return true;
  }
}

/** Anything that was thrown as text, also what cannot be printed. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

/** One line for people: `panicked: TypeError: x is not a function`. */
export function describe(reason: ExitReason): string {
  switch (reason.kind) {
    case "panicked":
    case "startFailed":
      return `${reason.kind}: ${textOf(reason.error)}`;
    case "crashed":
      return `${reason.kind}: ${reason.cause}`;
    case "normal":
    case "shutdown":
    case "killed":
      return reason.kind;
  }
}
