/** A screen that is a terminal, drawn by Ink: it lays out what the view says, and writes over the frame before. */
import { render } from "ink";
import type { Screen } from "./dashboard.ts";
import { EMPTY } from "./model.ts";
import { Dashboard } from "./view.tsx";

export interface TerminalOptions {
  readonly stdout?: NodeJS.WriteStream;
  /** Writes whole frames one below the other, for tests. */
  readonly debug?: boolean;
}

/** Shows an empty dashboard at once; disposed of, it leaves the last frame where it is. */
export function openTerminal({ stdout = process.stdout, debug = false }: TerminalOptions = {}): Screen & Disposable {
  const app = render(<Dashboard model={EMPTY} />, { stdout, debug, maxFps: 0 }); // the loop decides how often
  return {
    draw: (model) => app.rerender(<Dashboard model={model} />),
    [Symbol.dispose]: () => app.unmount(),
  };
}
