/** The restart policy of an actor that ended: OTP's three kinds of restart, as one pure function. */
import type { ExitReason } from "../exit-reason.ts";
import { isAbnormal } from "../exits.ts";
import type { Restart } from "./actor-options.ts";

export function wantsRestart(restart: Restart, reason: ExitReason): boolean {
  switch (restart) {
    case "permanent":
      return reason.kind !== "shutdown";
    case "transient":
      return isAbnormal(reason);
    case "temporary":
      return false;
  }
}
