/** What goes with its owner. */
import type { Logger } from "pino";
import { report } from "../report.ts";

/** Drops all of `owned`. One that throws keeps neither the others nor the end of their owner from going on. */
export function dropAll(owned: Iterable<Disposable>, logger: () => Logger): void {
  for (const each of owned) {
    try {
      each[Symbol.dispose]();
    } catch (error) {
      report(logger(), "error", { err: error }, "something that was owned threw when it was dropped");
    }
  }
}
