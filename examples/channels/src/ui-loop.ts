/**
 * A user interface: at each frame it applies what came in from outside since the last one, then draws once.
 *
 * The outside (network, sensors, other windows) sends when it likes and never waits. The loop never waits for it either:
 * `drain` takes what is there now, so a flood of events costs one frame, not one frame each. (After the frame loops of
 * Rust's immediate-mode interfaces, which call `try_iter`.)
 */
import type { Receiver, Sender } from "@pneumatic/core";
import { after, channel, tick } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** Draws a frame every `frameMs` until nobody can send events any more. Returns how many frames it drew. */
export async function runInterface<Event>(
  events: Receiver<Event>,
  frameMs: number,
  draw: (frame: number, events: readonly Event[]) => void,
): Promise<number> {
  using rx = events;
  using frames = tick(frameMs);
  for (let frame = 1; ; frame++) {
    await frames.recv();
    const isLast = rx.isClosed; // asked before drawing: what is sent meanwhile is for the next frame
    draw(frame, rx.drain());
    if (isLast) return frame;
  }
}

/** Presses these keys, with a pause of so many milliseconds before each. */
export async function press(
  keys: Sender<string>,
  presses: readonly (readonly [pauseMs: number, key: string])[],
): Promise<void> {
  using tx = keys;
  for (const [pauseMs, key] of presses) {
    if (pauseMs > 0) await after(pauseMs).recv();
    tx.send(key);
  }
}

if (isMain(import.meta.url)) {
  const [keys, rx] = channel<string>();
  let text = "";
  const draw = (_frame: number, pressed: readonly string[]) => {
    text += pressed.join("");
    if (pressed.length > 0) console.log(`> ${text}_`);
  };
  const typed = press(keys, [
    [0, "h"],
    [50, "e"],
    [0, "l"],
    [0, "l"],
    [50, "o"],
  ]);
  await Promise.all([typed, runInterface(rx, 16, draw)]);
}
