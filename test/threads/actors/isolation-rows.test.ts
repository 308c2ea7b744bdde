/**
 * What a thread can suffer, row by row: the actor that did it ends for one reason and is restarted once; its neighbours do not
 * notice, or are hit once and handle what they were at again.
 */
import type { DiagnosticsEvents } from "@pneumatic/actors";
import { subscribe } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import type { Harm } from "../../support/thread-worker.ts";
import { failure, HEARTBEAT_MS, sharing, threadSystem } from "../../support/thread-worker.ts";

/** A busy machine may take its time. */
const NEVER_MS = 60_000;
const forever = { timeout: Number.POSITIVE_INFINITY };

const contained: readonly Harm[] = [
  "throw",
  "reject",
  "overflow",
  "floatingRejection",
  "timerThrow",
  "errorEvent",
  "abort",
  "uncloneable",
];

const lost: readonly (readonly [Harm, string])[] = [
  ["exit", "exit"],
  ["exitLater", "exit"],
  ["outOfMemory", "outOfMemory"],
  ["hang", "hung"],
  ["wait", "hung"],
  ["regexp", "hung"],
  ["hangAfterAwait", "hung"],
  ["hangInTimer", "hung"],
  ["starve", "hung"],
];

type Panic = DiagnosticsEvents["pneumatic:actor:panicked"];

/** Harms one of two actors that share a thread, while both have work in flight and in their queues. */
async function harmed(how: Harm, heartbeatMs: number) {
  await using system = threadSystem({
    name: how,
    threads: { heartbeatMs, resourceLimits: { maxOldGenerationSizeMb: 40 } },
  });
  const panics: Panic[] = [];
  using _panics = subscribe("pneumatic:actor:panicked", (event) => {
    if (event.system === how) panics.push(event);
  });
  const restarts: string[] = [];
  using _restarts = subscribe("pneumatic:actor:restarted", ({ system: name, path }) => {
    if (name === how) restarts.push(path);
  });
  const [culprit, neighbour] = await sharing(system);
  const begun = neighbour.ask({ type: "wait", ms: 200 }, forever);
  const queued = [1, 2, 3].map((n) => neighbour.ask({ type: "see", n }, forever));
  const broken = failure(culprit.ask({ type: "harm", how }, forever));
  const next = [1, 2, 3].map((n) => culprit.ask({ type: "see", n }, forever));
  const results = {
    error: await broken,
    next: await Promise.all(next),
    attempt: await begun,
    queued: await Promise.all(queued),
    culprit: await culprit.ask({ type: "about" }, forever),
    neighbour: await neighbour.ask({ type: "about" }, forever),
  };
  culprit.drop();
  neighbour.drop();
  await system.shutdown();
  const warned = system.lines.filter(({ level }) => (level as number) >= 40);
  const lines = warned.map(({ actor, msg }) => ({ actor, msg }));
  return { ...results, lines, panics, restarts, ledger: system.ledger() };
}

const seen = [1, 2, 3].map((n) => ({ n, attempt: 1 }));

describe.each(contained)("an actor on a thread that suffers %s", (how) => {
  it("panics once, and its neighbours do not notice", async () => {
    const { error, lines, panics, restarts, ledger, ...results } = await harmed(how, NEVER_MS);
    expect(results).toMatchObject({
      next: seen,
      attempt: 1,
      queued: seen,
      culprit: { generation: 2 },
      neighbour: { generation: 1 },
    });
    expect(error.name).toBe("ActorPanickedError");
    expect(error.cause).toBeInstanceOf(Error);
    expect(panics).toMatchObject([{ path: "/culprit", generation: 1, reason: { kind: "panicked" }, restarts: true }]);
    expect(restarts).toEqual(["/culprit"]);
    expect(lines).toEqual([{ actor: "/culprit", msg: expect.stringContaining("actor panicked: ") }]);
    expect(ledger).toMatchObject({ accepted: 10, handled: 9, panicked: 1, expired: 0, deadLettered: {} });
  });
});

describe.each(lost)("an actor on a thread that suffers %s", (how, cause) => {
  // Who hangs after an await is found with the inspector, which may need more than its 250 ms on a busy machine.
  it("crashes once, and its neighbours are hit once", { retry: 9 }, async () => {
    const { error, lines, panics, restarts, ledger, ...results } = await harmed(
      how,
      cause === "hung" ? HEARTBEAT_MS : NEVER_MS,
    );
    expect(results).toMatchObject({
      next: seen,
      attempt: 2,
      queued: seen,
      culprit: { generation: 2 },
      neighbour: { generation: 2 },
    });
    expect(error.cause).toMatchObject({ code: "ERR_ACTOR_THREAD_LOST", how: cause });
    expect(panics).toHaveLength(2);
    expect(panics).toContainEqual(
      expect.objectContaining({ path: "/culprit", generation: 1, reason: { kind: "crashed", cause }, restarts: true }),
    );
    expect(panics).toContainEqual(
      expect.objectContaining({ path: "/neighbour", generation: 1, reason: { kind: "crashed", cause: "hostLost" } }),
    );
    expect(restarts.toSorted()).toEqual(["/culprit", "/neighbour"]);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({ actor: undefined, msg: expect.stringContaining(`The thread was lost (${cause}): `) });
    expect(lines).toContainEqual({ actor: "/culprit", msg: `actor crashed: ${cause}: restarting in 0 ms` });
    expect(lines).toContainEqual({ actor: "/neighbour", msg: "actor crashed: hostLost: restarting in 0 ms" });
    expect(ledger).toMatchObject({ accepted: 10, handled: 9, panicked: 1, expired: 0, deadLettered: {} });
  });
});
