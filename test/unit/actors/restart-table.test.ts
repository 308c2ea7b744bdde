/** What follows the end of an actor: every row of the table, written by hand from its documentation and OTP's `do_restart`. */
import type { ExitReason, Restart } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import type { Exit } from "../../../packages/actors/src/cell/directive.ts";
import { DECIDE, FINISH, SUSPEND } from "../../../packages/actors/src/cell/termination.ts";
import type { Decision, Supervision } from "../../../packages/actors/src/supervisor/restart-policy.ts";
import { decide, isStartFailure } from "../../../packages/actors/src/supervisor/restart-policy.ts";

const BAD = new Error("bad");
const REASONS = {
  normal: { kind: "normal" },
  shutdown: { kind: "shutdown" },
  killed: { kind: "killed" },
  panicked: { kind: "panicked", error: BAD, message: undefined },
  startFailed: { kind: "startFailed", error: BAD },
  exit: { kind: "crashed", cause: "exit" },
  outOfMemory: { kind: "crashed", cause: "outOfMemory" },
  hung: { kind: "crashed", cause: "hung" },
  loadFailed: { kind: "crashed", cause: "loadFailed" },
  uncaught: { kind: "crashed", cause: "uncaught" },
  hostLost: { kind: "crashed", cause: "hostLost" },
  terminated: { kind: "crashed", cause: "terminated" },
} as const satisfies Record<string, ExitReason>;
type End = keyof typeof REASONS;
const ENDS = Object.keys(REASONS) as End[];
const KINDS = ["permanent", "transient", "temporary"] as const satisfies Restart[];

/** An end of an actor that has started, can be reached, and of which nobody has asked anything. */
function after(end: End, restart: Restart, exit: Partial<Exit> = {}, supervision: Partial<Supervision> = {}): Decision {
  return decide(
    {
      reason: REASONS[end],
      afterExit: DECIDE,
      deadLetterReason: "stopped",
      isNeeded: true,
      isFailedStart: false,
      starts: 1,
      handled: 0,
      startedAt: 0,
      ...exit,
    },
    restart,
    { isReplacement: false, isAwaited: false, isRoutee: false, ...supervision },
  );
}

/** Permanent, transient, temporary. */
const OTP: Readonly<Record<End, readonly [Decision, Decision, Decision]>> = {
  normal: ["restart", "stop", "stop"],
  shutdown: ["stop", "stop", "stop"],
  killed: ["restart", "restart", "stop"],
  panicked: ["restart", "restart", "stop"],
  startFailed: ["restart", "restart", "stop"],
  exit: ["restart", "restart", "stop"],
  outOfMemory: ["restart", "restart", "stop"],
  hung: ["restart", "restart", "stop"],
  loadFailed: ["restart", "restart", "stop"],
  uncaught: ["restart", "restart", "stop"],
  hostLost: ["restartUncounted", "restartUncounted", "stop"],
  terminated: ["restart", "restart", "stop"],
};

describe.each(ENDS)("after %s", (end) => {
  test.each(KINDS)("a %s actor restarts or stops as under OTP", (restart) => {
    expect(after(end, restart)).toBe(OTP[end][KINDS.indexOf(restart)]);
  });

  test.each(KINDS)("a %s actor that was asked to finish stops", (restart) => {
    for (const isNeeded of [true, false])
      for (const isAwaited of [true, false])
        expect(after(end, restart, { afterExit: FINISH, isNeeded }, { isAwaited })).toBe("stop");
  });

  test.each(KINDS)("a %s actor that nobody can reach, with nothing left to do, stops", (restart) => {
    for (const afterExit of [DECIDE, SUSPEND] as const)
      for (const isAwaited of [true, false])
        expect(after(end, restart, { afterExit, isNeeded: false }, { isAwaited })).toBe("stop");
  });

  test.each(KINDS)("a %s actor that was asked to suspend is suspended", (restart) => {
    for (const isAwaited of [true, false])
      expect(after(end, restart, { afterExit: SUSPEND }, { isAwaited })).toBe("suspend");
  });
});

describe("a start that fails", () => {
  const failed = (starts: number): Partial<Exit> => ({ isFailedStart: true, starts });
  const FAILURES = ["startFailed", "loadFailed", "exit", "hostLost", "killed"] as const;

  test.each([
    ["startFailed", "stop"],
    ["loadFailed", "stop"],
    ["exit", "restart"],
    ["outOfMemory", "restart"],
    ["hung", "restart"],
    ["uncaught", "restart"],
    ["terminated", "restart"],
    ["hostLost", "restartUncounted"],
  ] as const)("for the first time, by %s, is followed by %s", (end, decision) => {
    expect(after(end, "permanent", failed(0))).toBe(decision);
    expect(after(end, "transient", failed(0))).toBe(decision);
    expect(after(end, "temporary", failed(0))).toBe("stop");
  });

  test.each(FAILURES)(
    "for the first time stops an actor that was asked to suspend, unless a thread was lost: %s",
    (end) => {
      const isOwnFault = end === "startFailed" || end === "loadFailed" || end === "killed";
      expect(after(end, "permanent", { ...failed(0), afterExit: SUSPEND })).toBe(isOwnFault ? "stop" : "suspend");
    },
  );

  test.each(FAILURES)("of an actor that has started before is like any other end: %s", (end) => {
    for (const restart of KINDS) expect(after(end, restart, failed(1))).toBe(after(end, restart));
  });

  test.each(FAILURES)("of an actor in the place of another one is like any other end: %s", (end) => {
    for (const restart of KINDS)
      expect(after(end, restart, failed(0), { isReplacement: true })).toBe(after(end, restart));
  });

  test.each([
    ["startFailed", 1, "failSupervisor"],
    ["startFailed", 0, "stop"],
    ["loadFailed", 0, "stop"],
    ["loadFailed", 1, "restart"],
    ["exit", 0, "failSupervisor"],
    ["exit", 1, "restart"],
    ["hostLost", 0, "failSupervisor"],
    ["hostLost", 1, "restartUncounted"],
  ] as const)("that the supervisor awaits, by %s after %i starts, is followed by %s", (end, starts, decision) => {
    expect(after(end, "permanent", failed(starts), { isAwaited: true })).toBe(decision);
  });
});

test.each(["normal", "shutdown", "killed", "panicked"] as const)(
  "an end by %s of an actor whose start is awaited is like any other",
  (end) => {
    for (const restart of KINDS)
      expect(after(end, restart, { starts: 0 }, { isAwaited: true })).toBe(after(end, restart, { starts: 0 }));
  },
);

test.each(ENDS)("isStartFailure of %s", (end) => {
  const isCrash = REASONS[end].kind === "crashed";
  expect(isStartFailure(REASONS[end], 0)).toBe(end === "startFailed" || isCrash);
  expect(isStartFailure(REASONS[end], 1)).toBe(end === "startFailed");
});

describe("a routee", () => {
  test.each(ENDS.flatMap((end) => KINDS.map((kind, at) => ({ end, kind, otp: OTP[end][at] as Decision }))))(
    "that is $kind and ends by $end restarts as any child, uncounted if its job has failed",
    ({ end, kind, otp }) => {
      const isJob = (end === "panicked" || end === "killed") && otp === "restart";
      expect(after(end, kind, {}, { isRoutee: true })).toBe(isJob ? "restartAfterJob" : otp);
    },
  );
});
