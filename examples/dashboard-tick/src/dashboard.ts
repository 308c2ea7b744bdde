/**
 * The loop. Sources send into one channel when they like; at each tick the loop takes what is there, applies it to the model,
 * and draws once, if the model has changed. It ends by itself when no source is left to send.
 *
 * The channel is unbounded, so that nothing outside ever waits for a frame, least of all the key that quits: it holds what
 * comes within one frame.
 */
import { channel, tick } from "@pneumatic/core";
import type { DashboardEvent } from "./events.ts";
import type { Model } from "./model.ts";
import { EMPTY, update } from "./model.ts";
import type { Source } from "./source.ts";
import { run } from "./source.ts";

/** Where a model is shown. */
export interface Screen {
  draw(model: Model): void;
}

export interface DashboardOptions {
  readonly sources: Readonly<Record<string, Source>>;
  readonly screen: Screen;
  readonly frameMs: number;
  /** Aborted, by a key or from outside, it stops the sources; with the last of them the dashboard ends. */
  readonly stop: AbortController;
}

/** What it took. */
export interface Summary {
  readonly events: number;
  readonly frames: number;
  /** Of the frames, those in which something had changed. */
  readonly drawn: number;
}

/** Resolves when all sources have ended, and what they sent was shown. */
export async function runDashboard({ sources, screen, frameMs, stop }: DashboardOptions): Promise<Summary> {
  const [tx, rx] = channel<DashboardEvent>();
  using events = rx;
  using frames = tick(frameMs);
  const running = Object.entries(sources).map(([name, source]) => run(name, source, tx.clone(), stop.signal));
  tx.drop(); // only sources can send now
  const count = { events: 0, frames: 0, drawn: 0 };
  try {
    for (let model = EMPTY, isLast = false; !isLast; ) {
      await frames.recv();
      isLast = events.isClosed; // asked first: whoever sends after this is heard in the next frame
      const arrived = events.drain();
      const next = arrived.reduce(update, model);
      if (next !== model) screen.draw(next);
      if (next.isEnding) stop.abort();
      count.events += arrived.length;
      count.frames += 1;
      count.drawn += next === model ? 0 : 1;
      model = next;
    }
  } finally {
    stop.abort();
    await Promise.all(running);
  }
  return count;
}
