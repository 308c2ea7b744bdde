/** Whether an actor that ended is started again: OTP's three kinds of restart, as one pure function. */
import type { ExitReason } from "../exit-reason.ts";
import { isAbnormal } from "../exit-reason.ts";

/** `permanent`: always; `transient`: after an abnormal end; `temporary`: never. As in OTP. */
export type Restart = "permanent" | "transient" | "temporary";

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
