/**
 * Work of the process that no simulation controls: I/O, and timers that are not the system's. It shows in the resources
 * that keep the process alive, beyond those of the beginning.
 */
// The real timer, even if a test has replaced the global.
import { setTimeout } from "node:timers";

const POLL_MS = 1;
/** Resources that are no work: the standard streams, which open when first used, and listening sockets. */
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
      const lasting = type.includes("Req") ? 0 : (this.#before.get(type) ?? 0); // an earlier request ends by itself
      if (now > lasting) return true;
    }
    return false;
  }

  /** Calls `then` a little later, and keeps the process alive meanwhile: once the work is done, nothing else may do so. */
  poll(then: () => void): void {
    setTimeout(then, POLL_MS);
  }
}

/** The streams are made when they are first read, and then count for ever: later output is no work. */
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
