/** The states of an actor: which steps are legal, all of them, and what may change within one state. */
import { describe, expect, test } from "vitest";
import { SUSPENDED } from "../../../packages/actors/src/cell/directive.ts";
import type { Phase, RunningPhase, State } from "../../../packages/actors/src/cell/state.ts";
import {
  AWAITING,
  AWAITING_STATE,
  BUSY,
  BUSY_STATE,
  become,
  DOWN,
  DUE,
  dueAfter,
  ENDING,
  FINISHING,
  isLegal,
  isStep,
  NEW,
  NEW_STATE,
  QUEUED,
  QUEUED_STATE,
  READY,
  READY_STATE,
  STARTING,
  STOPPED,
  startingAfter,
  transition,
} from "../../../packages/actors/src/cell/state.ts";
import type { AfterExit, Termination } from "../../../packages/actors/src/cell/termination.ts";
import { DECIDE, FINISH, SUSPEND, stopRequest } from "../../../packages/actors/src/cell/termination.ts";
import { KILLED, NORMAL, SHUTDOWN } from "../../../packages/actors/src/exits.ts";

const PHASES = { NEW, DUE, STARTING, READY, QUEUED, BUSY, AWAITING, DOWN, ENDING, FINISHING, STOPPED } as const;
type Name = keyof typeof PHASES;

/** By hand, from the drawing. */
const STEPS: Readonly<Record<Name, string>> = {
  NEW: "DUE FINISHING",
  DUE: "STARTING ENDING",
  STARTING: "READY ENDING",
  READY: "QUEUED ENDING",
  QUEUED: "BUSY ENDING",
  BUSY: "READY QUEUED AWAITING ENDING",
  AWAITING: "READY ENDING",
  DOWN: "DUE FINISHING",
  ENDING: "DUE DOWN FINISHING",
  FINISHING: "STOPPED",
  STOPPED: "",
};

const names = Object.keys(PHASES) as Name[];
const termination: Termination = {
  reason: NORMAL,
  afterExit: DECIDE,
  deadLetterReason: "stopped",
  isNeeded: true,
  isFailedStart: false,
  starts: 1,
  handled: 0,
  startedAt: 0,
  graceful: false,
  isDueToChild: false,
};
const request = (afterExit: AfterExit) => ({ ...stopRequest(), afterExit });

const actorIn = (state: State) => ({ path: "/a", state });

/** A running actor of which nobody has asked anything. */
function running(phase: RunningPhase): State {
  const actor = actorIn(startingAfter(NORMAL));
  for (const next of [READY_STATE, QUEUED_STATE, BUSY_STATE, AWAITING_STATE]) {
    become(actor, next);
    if (next.phase === phase) break;
  }
  return actor.state;
}

/** The state of an actor in that phase. */
function stateOf(phase: Phase): State {
  switch (phase) {
    case NEW:
    case DOWN:
      return { phase, reason: NORMAL, backoff: undefined };
    case DUE:
      return dueAfter(NORMAL);
    case STARTING:
      return startingAfter(NORMAL);
    case ENDING:
      return { phase, reason: NORMAL, directive: SUSPENDED, termination };
    case FINISHING:
    case STOPPED:
      return { phase, reason: NORMAL };
    default:
      return running(phase);
  }
}

describe.each(names)("from %s", (from) => {
  test.each(names.filter((to) => to !== from))("the step to %s is legal if it is in the drawing", (to) => {
    const isDrawn = STEPS[from].split(" ").includes(to);
    expect(isStep(PHASES[from], PHASES[to])).toBe(isDrawn);
    expect(isLegal(stateOf(PHASES[from]), stateOf(PHASES[to]))).toBe(isDrawn);
  });
});

describe.each(["DUE", "FINISHING", "STOPPED"] as const)("while %s", (name) => {
  test("nothing changes", () => {
    expect(isLegal(stateOf(PHASES[name]), { ...stateOf(PHASES[name]) })).toBe(false);
  });
});

test.each(["NEW", "DOWN"] as const)("while %s a backoff may begin and be given up", (name) => {
  expect(isLegal(stateOf(PHASES[name]), stateOf(PHASES[name]))).toBe(true);
});

describe.each(["STARTING", "READY", "QUEUED", "BUSY", "AWAITING"] as const)("while %s", (name) => {
  const asked = (afterExit: AfterExit): State => ({ ...stateOf(PHASES[name]), requested: request(afterExit) }) as State;

  test.each([DECIDE, SUSPEND, FINISH] as const)("an end may be asked for that is followed by %i", (afterExit) => {
    expect(isLegal(stateOf(PHASES[name]), asked(afterExit))).toBe(true);
  });

  test.each([
    [DECIDE, DECIDE, true],
    [DECIDE, FINISH, true],
    [SUSPEND, SUSPEND, true],
    [SUSPEND, FINISH, true],
    [SUSPEND, DECIDE, false],
    [FINISH, SUSPEND, false],
    [FINISH, DECIDE, false],
  ] as const)("a request for %i may be replaced by one for %i: %s", (one, other, may) => {
    expect(isLegal(asked(one), asked(other))).toBe(may);
  });

  test("a request is not taken back", () => {
    expect(isLegal(asked(DECIDE), stateOf(PHASES[name]))).toBe(false);
  });
});

describe("while ENDING", () => {
  const ending = stateOf(ENDING);
  const final = { restart: false, deadLetterReason: "stopped" } as const;

  test("a restart may be given up, with another reason", () => {
    expect(isLegal(ending, { phase: ENDING, reason: SHUTDOWN, directive: final, termination })).toBe(true);
  });

  test("a restart may wait for the supervisor after all", () => {
    const atOnce: State = { phase: ENDING, reason: NORMAL, directive: { restart: true, delayMs: 0 }, termination };
    expect(isLegal(atOnce, { ...atOnce, directive: SUSPENDED })).toBe(true);
  });

  test("what has ended for good stays so", () => {
    const forGood: State = { phase: ENDING, reason: KILLED, directive: final, termination };
    expect(isLegal(forGood, { ...forGood, directive: SUSPENDED })).toBe(false);
  });

  test("no second end begins", () => {
    expect(isLegal(ending, { phase: ENDING, reason: KILLED, directive: final, termination: { ...termination } })).toBe(
      false,
    );
  });
});

describe("states without data", () => {
  test("are shared", () => {
    expect(dueAfter(NORMAL)).toBe(dueAfter(NORMAL));
    expect(startingAfter(NORMAL)).toBe(startingAfter(NORMAL));
    for (const phase of [READY, QUEUED, BUSY, AWAITING] as const) expect(running(phase)).toBe(running(phase));
    expect(NEW_STATE).toEqual({ phase: NEW, reason: NORMAL, backoff: undefined });
  });
});

describe("a step", () => {
  test("that is legal is taken", () => {
    const actor = actorIn(NEW_STATE);
    transition(actor, dueAfter(NORMAL));
    transition(actor, startingAfter(NORMAL));
    become(actor, READY_STATE);
    expect(actor.state.phase).toBe(READY);
  });

  test("that is not legal throws, and changes nothing", () => {
    const actor = actorIn(NEW_STATE);
    expect(() => transition(actor, stateOf(STOPPED))).toThrow(/"\/a": no step/);
    expect(() => become(actor, READY_STATE)).toThrow(/"\/a": no step/);
    expect(actor.state).toBe(NEW_STATE);
  });

  test("from one running phase to the next keeps what was asked for", () => {
    const requested = request(FINISH);
    const actor = actorIn({ phase: STARTING, reason: NORMAL, requested });
    for (const next of [READY_STATE, QUEUED_STATE, BUSY_STATE, AWAITING_STATE, READY_STATE]) {
      become(actor, next);
      expect(actor.state).toEqual({ phase: next.phase, requested });
    }
  });
});
