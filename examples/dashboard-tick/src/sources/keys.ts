/** Keys of a terminal, each as soon as it is pressed; without a terminal, characters of the standard input. */
import type { Key } from "node:readline";
import { emitKeypressEvents } from "node:readline";
import type { Readable } from "node:stream";
import type { Source } from "../source.ts";
import { whenStopped } from "../source.ts";

export interface Keyboard extends Readable {
  readonly isTTY?: boolean;
  /** Of terminals: no line to be ended by Enter, and Ctrl-C is a key as any other. */
  setRawMode?(isRaw: boolean): unknown;
}

export function keys(keyboard: Keyboard): Source {
  return async (events, stop) => {
    const press = (_text: unknown, { ctrl, name, sequence }: Key): void => {
      const key = name ?? sequence ?? "";
      events.send({ type: "key", key: ctrl === true ? `ctrl-${key}` : key });
    };
    emitKeypressEvents(keyboard);
    keyboard.on("keypress", press);
    if (keyboard.isTTY === true) keyboard.setRawMode?.(true);
    keyboard.resume();
    await new Promise<void>((resolve) => whenStopped(stop, resolve));
    if (keyboard.isTTY === true) keyboard.setRawMode?.(false);
    keyboard.off("keypress", press).pause(); // it holds the process no more
  };
}
