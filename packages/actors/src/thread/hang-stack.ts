/**
 * Where a thread is that does not turn its event loop. A session of the inspector is opened for it, so this costs nothing
 * before; the thread is paused, which works in the middle of a loop, of a regular expression and of `Atomics.wait`, and lets go
 * again. Nothing is known of one that is in native code, and on a thread that is not the main one there is no such session.
 *
 *     enable ─► attached to each worker: the one with this id ─► pause ─► paused: frames, whose work it is ─► resume
 */
import type { Debugger } from "node:inspector";
import { Session } from "node:inspector";
import { systemClock as platformClock, UnheldTimer } from "@pneumatic/core/internal";
import { BLAME } from "./here.ts";

const MOST_FRAMES = 30;

/**
 * The stack of a thread, innermost call first, one line each as in `error.stack`; undefined when it cannot be had within
 * `limitMs`. On the way the thread says in its words whose work it is at. Never rejects.
 */
export function stackOf(threadId: number, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const session = new Session();
    const finish = (stack?: string): void => {
      timer.stop();
      resolve(stack);
      disconnect(session);
    };
    const timer = new UnheldTimer(limitMs, finish, platformClock);
    try {
      session.connect();
      pause(session, threadId, finish);
    } catch {
      finish(); // no inspector in this build, or no permission to use it
    }
  });
}

/** Calls `done` once the thread has been paused, or cannot be. */
function pause(session: Session, threadId: number, done: (stack?: string) => void): void {
  session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }) => {
    if (!workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
    const urls = new Map<string, string>();
    let last = 0;
    const tell = (method: string, params = {}): void => {
      const message = JSON.stringify({ id: ++last, method, params });
      session.post("NodeWorker.sendMessageToWorker", { sessionId, message });
    };
    let stack: string | undefined;
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
      if (params.sessionId !== sessionId) return;
      const said = JSON.parse(params.message);
      if (said.method === "Debugger.scriptParsed") {
        urls.set(said.params.scriptId, said.params.url);
      } else if (said.method === "Debugger.paused") {
        const frames: readonly Debugger.CallFrame[] = said.params.callFrames;
        stack = frames.slice(0, MOST_FRAMES).map(lineWith(urls)).join("\n");
        const { callFrameId } = frames[0] ?? {};
        tell("Debugger.evaluateOnCallFrame", { callFrameId, expression: BLAME, silent: true });
        tell("Debugger.resume");
      } else if (said.method === "Debugger.resumed") {
        done(stack);
      }
    });
    tell("Debugger.enable");
    tell("Debugger.pause");
  });
  session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) => {
    if (error !== null) done();
  });
}

/** A line as in `error.stack`. The frames of Chrome's protocol count lines and columns from 0, and know their script by its id. */
function lineWith(urls: ReadonlyMap<string, string>): (frame: Debugger.CallFrame) => string {
  return ({ functionName, location: { scriptId, lineNumber, columnNumber = 0 } }) => {
    const place = `${urls.get(scriptId) || "<anonymous>"}:${lineNumber + 1}:${columnNumber + 1}`;
    return functionName === "" ? `    at ${place}` : `    at ${functionName} (${place})`;
  };
}

function disconnect(session: Session): void {
  try {
    session.disconnect();
  } catch {
    // It was never connected.
  }
}
