/**
 * Finds the stack of a thread that does not turn its event loop. A session of the inspector is opened for it, so this
 * costs nothing before; the profiler then looks at the thread for a moment, which works in the middle of a loop, of a
 * regular expression and of `Atomics.wait`. Nothing is known of a thread in native code, and a parent that is no main
 * thread has no such session.
 *
 *     enable ─► attached to each worker: the one with this id ─► whose work, its heap ─► profile ─► the call seen most often
 *
 * It is not paused: a thread whose session ends while it is about to pause pauses for ever, is not terminated, and
 * keeps the process from exiting.
 */
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector";
import { platformClock, UnrefTimer } from "@pneumatic/core/internal";
import { BLAME } from "../wire/current-host.ts";

const LOOK_MS = 20;
const SAMPLE_EVERY_US = 500;
const MOST_FRAMES = 30;
const MIB = 2 ** 20;

type After = (ms: number, run: () => void) => void;
type Node = Profiler.ProfileNode;

/** The findings on a thread. */
export interface Findings {
  /**
   * Its stack, innermost call first, one line each as in `error.stack`. The line of the innermost call is where the thread is,
   * those of its callers are where their functions begin; a call that was inlined shows as its caller.
   */
  stack?: string | undefined;
  /** The used size of its heap, in MiB. */
  heapMb?: number;
}

/**
 * Examines a thread for at most `limitMs`; resolves to the findings that could be had by then. On the way the thread
 * writes into its words whose work it is at. Never rejects.
 */
export function findingsOn(threadId: number | undefined, limitMs: number): Promise<Findings> {
  if (threadId === undefined) return Promise.resolve({});
  return new Promise((resolve) => {
    const session = new Session();
    const timers: UnrefTimer[] = [];
    const after = (ms: number, run: () => void): void => void timers.push(new UnrefTimer(ms, run, platformClock));
    const found: Findings = {};
    const done = (): void => {
      for (const timer of timers) timer.stop();
      resolve(found);
      session.disconnect();
    };
    after(limitMs, done);
    try {
      session.connect();
      examine(session, threadId, found, after, done);
    } catch {
      done(); // no inspector in this build, or no permission to use it
    }
  });
}

/** Writes into `found`, and calls `done` when the thread was looked at, or cannot be. */
function examine(session: Session, threadId: number, found: Findings, after: After, done: () => void): void {
  session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }) => {
    if (!workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
    let last = 0;
    const send = (method: string, params = {}): number => {
      const message = JSON.stringify({ id: ++last, method, params });
      session.post("NodeWorker.sendMessageToWorker", { sessionId, message });
      return last;
    };
    send("Runtime.evaluate", { expression: BLAME, silent: true });
    const heap = send("Runtime.getHeapUsage");
    send("Profiler.enable");
    send("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY_US });
    const started = send("Profiler.start");
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
      if (params.sessionId !== sessionId) return;
      const { id, result } = JSON.parse(params.message);
      if (id === heap) found.heapMb = result?.usedSize / MIB;
      else if (id === started) after(LOOK_MS, () => send("Profiler.stop"));
      else if (id > started) {
        found.stack = linesOf(result?.profile?.nodes ?? []);
        done();
      }
    });
  });
  session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) => {
    if (error !== null) done();
  });
}

/** Returns the way to the call that was seen most often; undefined if none was. */
function linesOf(nodes: readonly Node[]): string | undefined {
  const calls = nodes.filter(({ callFrame }) => !callFrame.functionName.startsWith("(")); // (program), (idle) and so on
  const hits = ({ hitCount = 0 }: Node): number => hitCount;
  const innermost = calls.reduce<Node | undefined>(
    (most, node) => (hits(node) > (most?.hitCount ?? 0) ? node : most),
    undefined,
  );
  if (innermost === undefined) return undefined;
  const callers = new Map(calls.flatMap((caller) => (caller.children ?? []).map((id) => [id, caller])));
  const lines: string[] = [];
  for (let at: Node | undefined = innermost; at !== undefined && lines.length < MOST_FRAMES; at = callers.get(at.id))
    lines.push(lineOf(at, at === innermost));
  return lines.join("\n");
}

function lineOf({ callFrame, positionTicks = [] }: Node, isInnermost: boolean): string {
  const seen = isInnermost ? positionTicks.toSorted((a, b) => b.ticks - a.ticks)[0] : undefined;
  const place = `${callFrame.url || "<anonymous>"}:${seen?.line ?? callFrame.lineNumber + 1}`;
  return callFrame.functionName === "" ? `    at ${place}` : `    at ${callFrame.functionName} (${place})`;
}
