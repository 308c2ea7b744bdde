/**
 * Work of the process that no simulation controls: I/O, and timers that are not the system's. Told by what keeps the process
 * alive beyond what kept it alive at the beginning.
 */
// The real one, also where a test has put its own in the place of the global.
import { setTimeout } from "node:timers";

const POLL_MS = 1;

export class RealWork {
  readonly #before = countWithOutput();

  get isPending(): boolean {
    for (const [type, now] of count()) if (now > (this.#before.get(type) ?? 0)) return true;
    return false;
  }

  /** Calls `then` a little later. Does not keep the process, which the work does. */
  poll(then: () => void): void {
    setTimeout(then, POLL_MS).unref();
  }
}

/** The streams are made when they are first looked at, and then count for ever: what is printed later is no work. */
function countWithOutput(): Map<string, number> {
  void [process.stdout, process.stderr];
  return count();
}

function count(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    if (type !== "Immediate") counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
