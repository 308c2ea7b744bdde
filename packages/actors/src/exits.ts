/** The exit reasons that say nothing but their kind, and which kinds are failures. */
import type { ExitReason } from "./exit-reason.ts";

export const NORMAL: ExitReason = Object.freeze({ kind: "normal" });
export const SHUTDOWN: ExitReason = Object.freeze({ kind: "shutdown" });
export const KILLED: ExitReason = Object.freeze({ kind: "killed" });

/** Returns true if supervision counts the end as a failure, as OTP's `transient` does. */
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
