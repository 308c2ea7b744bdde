/** The loop of the dashboard, in virtual time: what it draws and when, and how it ends. */
import { PassThrough } from "node:stream";
import type { Sender } from "@pneumatic/core";
import { UseAfterDropError } from "@pneumatic/core";
import { describe, expect, it } from "vitest";
import type { Summary } from "../../../examples/dashboard-tick/src/dashboard.ts";
import { runDashboard } from "../../../examples/dashboard-tick/src/dashboard.ts";
import type { DashboardEvent, Load } from "../../../examples/dashboard-tick/src/events.ts";
import type { Model } from "../../../examples/dashboard-tick/src/model.ts";
import type { Source } from "../../../examples/dashboard-tick/src/source.ts";
import { whenStopped } from "../../../examples/dashboard-tick/src/source.ts";
import { keys } from "../../../examples/dashboard-tick/src/sources/keys.ts";
import { load } from "../../../examples/dashboard-tick/src/sources/load.ts";
import { log } from "../../../examples/dashboard-tick/src/sources/log.ts";
import { flush } from "../../support/pending.ts";
import type { VirtualClock } from "../../support/virtual-clock.ts";
import { installClock } from "../../support/virtual-clock.ts";

const FRAME_MS = 100;
const line = (text: string): DashboardEvent => ({ type: "line", text });
const Q: DashboardEvent = { type: "key", key: "q" };

/** A source that the test sends with, until it is stopped, and says `last` words then. */
function hand(last: readonly DashboardEvent[] = []): Source & { send(...events: DashboardEvent[]): void } {
  let sender: Sender<DashboardEvent> | undefined;
  const source: Source = async (events, stop) => {
    sender = events;
    await new Promise<void>((resolve) => whenStopped(stop, resolve));
    for (const event of last) events.send(event);
  };
  return Object.assign(source, {
    send: (...events: DashboardEvent[]) => {
      for (const event of events) sender?.send(event);
    },
  });
}

interface Show {
  readonly drawn: Model[];
  readonly stop: AbortController;
  readonly summary: Promise<Summary>;
}

function show(sources: Readonly<Record<string, Source>>, draw: (model: Model) => void = () => {}): Show {
  const drawn: Model[] = [];
  const stop = new AbortController();
  const screen = {
    draw: (model: Model): void => {
      drawn.push(model);
      draw(model);
    },
  };
  const summary = runDashboard({ sources, screen, frameMs: FRAME_MS, stop });
  summary.catch(() => {}); // whoever wants to know awaits it
  return { drawn, stop, summary };
}

async function frames(clock: VirtualClock, count: number): Promise<void> {
  for (let frame = 0; frame < count; frame++) {
    await flush();
    clock.advance(FRAME_MS);
    await flush();
  }
}

describe("the dashboard", () => {
  it("draws once for 10,000 events, with all of them", async () => {
    using clock = installClock();
    const source = hand();
    const { drawn, stop, summary } = show({ source });
    for (let n = 0; n < 10_000; n++) source.send(line(`line ${n}`));
    await frames(clock, 3);
    expect(drawn.map(({ lines, tail }) => [lines, tail.at(-1)])).toEqual([[10_000, "line 9999"]]);
    stop.abort();
    await frames(clock, 1);
    expect(await summary).toEqual({ events: 10_000, frames: 4, drawn: 1 });
  });

  it("draws nothing where nothing has changed, whatever came", async () => {
    using clock = installClock();
    const source = hand();
    const { drawn, stop } = show({ source });
    await frames(clock, 50);
    source.send({ type: "key", key: "x" });
    await frames(clock, 50);
    expect(drawn).toEqual([]);
    stop.abort();
    await frames(clock, 1);
  });

  it("ends on a key: every source stops, what they sent last is shown, and no timer is left", async () => {
    using clock = installClock();
    const [one, two] = [hand([line("last words")]), hand()];
    const { drawn, stop, summary } = show({ one, two });
    two.send(line("first"), Q, line("after"));
    await frames(clock, 1);
    expect(stop.signal.aborted).toBe(true);
    await frames(clock, 1);
    expect(await summary).toEqual({ events: 4, frames: 2, drawn: 2 });
    expect(drawn.at(-1)?.tail).toEqual(["first", "after", "last words"]);
    for (const { send } of [one, two]) expect(() => send(Q)).toThrow(UseAfterDropError); // they were dropped
    expect(clock.pending).toBe(0);
  });

  it("waits for a source that takes its time to stop", async () => {
    using clock = installClock();
    let release = (): void => {};
    const slow: Source = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const { stop, summary } = show({ slow });
    stop.abort();
    await frames(clock, 5);
    release();
    await frames(clock, 1);
    expect((await summary).frames).toBe(6);
  });

  it("ends by itself when no source is left", async () => {
    using clock = installClock();
    const { drawn, summary } = show({ short: async (events) => void events.send(line("all there is")) });
    await frames(clock, 1);
    expect(await summary).toEqual({ events: 1, frames: 1, drawn: 1 });
    expect(drawn[0]?.tail).toEqual(["all there is"]);
  });

  it("says which source has failed, and goes on with the others", async () => {
    using clock = installClock();
    const source = hand();
    const { drawn, stop } = show({ source, log: log("/nowhere/to/be/found.log"), bad: () => Promise.reject("broken") });
    const failures = (): Promise<number | undefined> => frames(clock, 1).then(() => drawn.at(-1)?.failures.length);
    await expect.poll(failures, { timeout: 10_000 }).toBe(2);
    expect(drawn.at(-1)?.failures.toSorted()).toEqual(["bad: broken", expect.stringMatching(/^log: .*ENOENT/)]);
    source.send(line("still here"));
    await frames(clock, 1);
    expect(drawn.at(-1)?.tail).toEqual(["still here"]);
    stop.abort();
    await frames(clock, 1);
  });

  it("stops its sources when it cannot draw", async () => {
    using clock = installClock();
    const source = hand([line("unheard")]);
    const failing = show({ source }, () => {
      throw new Error("no screen");
    });
    source.send(line("first"));
    await frames(clock, 1);
    await expect(failing.summary).rejects.toThrow("no screen");
    expect(() => source.send(Q)).toThrow(UseAfterDropError);
    expect(clock.pending).toBe(0);
  });
});

describe("the sources", () => {
  it("load: one measurement at once and one for each tick", async () => {
    using clock = installClock();
    let processes = 0;
    const measure = (): Load => ({ processes: processes++, memory: 0.5 });
    const { drawn, stop, summary } = show({ load: load(1000, measure) });
    await frames(clock, 35);
    expect(drawn.at(-1)?.loads.map((each) => each.processes)).toEqual([0, 1, 2, 3]);
    stop.abort();
    await frames(clock, 1);
    expect(await summary).toEqual({ events: 4, frames: 36, drawn: 4 });
    expect(clock.pending).toBe(0);
  });

  it.each([
    ["q", "q"],
    ["Ctrl-C", "\x03"],
  ])("keys: %s quits, and the terminal is as it was", async (_name, sequence) => {
    using clock = installClock();
    const modes: boolean[] = [];
    const keyboard = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (isRaw: boolean) => modes.push(isRaw),
    });
    const { drawn, stop, summary } = show({ keys: keys(keyboard) });
    keyboard.write("x\x1b[A");
    await frames(clock, 1);
    expect(drawn).toEqual([]);
    keyboard.write(sequence);
    await frames(clock, 2);
    expect(stop.signal.aborted).toBe(true);
    expect(await summary).toEqual({ events: 3, frames: 3, drawn: 1 });
    expect(modes).toEqual([true, false]);
    expect(keyboard.isPaused()).toBe(true);
  });
});
