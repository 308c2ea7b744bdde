/** The reason why an actor ended: one closed union, so that a `switch` over `kind` is exhaustive. */
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

/** The way in which a thread was lost. */
export type CrashCause = "exit" | "outOfMemory" | "hung" | "loadFailed" | "uncaught" | "hostLost" | "terminated";
