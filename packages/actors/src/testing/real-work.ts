/**
 * Work of the process that no simulation controls: I/O, and timers that are not the system's. Told by what keeps the process
 * alive beyond what kept it alive at the beginning.
 */
// The real one, also where a test has put its own in the place of the global.
import { setTimeout } from "node:timers";

const POLL_MS = 1;
/** What is there without anything being under way: the standard streams, which open when first used, and what listens. */
const NO_WORK = new Set([
  "Immediate",
  "PipeWrap",
  "TTYWrap",
  "TCPServerWrap",
  "PipeServerWrap",
  "SignalWrap",
  "FSEventWrap",
  "StatWatcher",
]);

export class RealWork {
  readonly #before = countWithOutput();

  get isPending(): boolean {
    for (const [type, now] of activeResources()) {
      const lasting = type.includes("Req") ? 0 : (this.#before.get(type) ?? 0); // a request from before is over by itself
      if (now > lasting) return true;
    }
    return false;
  }

  /** Calls `then` a little later. Keeps the process meanwhile: when the work is done, nothing else may. */
  poll(then: () => void): void {
    setTimeout(then, POLL_MS);
  }
}

/** The streams are made when they are first looked at, and then count for ever: what is printed later is no work. */
function countWithOutput(): Map<string, number> {
  void [process.stdout, process.stderr];
  return activeResources();
}

function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    if (!NO_WORK.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
