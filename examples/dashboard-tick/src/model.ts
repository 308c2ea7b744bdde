/**
 * What the dashboard shows, and what each event does to it. Nothing here knows of terminals or channels. An event that
 * changes nothing returns the very same model, which is how the loop knows that there is nothing to draw.
 */
import type { DashboardEvent, FileChange, Load } from "./events.ts";

export interface Model {
  readonly files: { readonly [Change in FileChange]: number };
  /** The last changes, the latest at the end. */
  readonly changes: readonly string[];
  /** How many lines the log has got. */
  readonly lines: number;
  /** The last of them. */
  readonly tail: readonly string[];
  readonly loads: readonly Load[];
  readonly failures: readonly string[];
  readonly isEnding: boolean;
}

const CHANGES_SHOWN = 4;
const LINES_SHOWN = 6;
export const LOADS_SHOWN = 30;

export const EMPTY: Model = {
  files: { added: 0, changed: 0, removed: 0 },
  changes: [],
  lines: 0,
  tail: [],
  loads: [],
  failures: [],
  isEnding: false,
};

export function update(model: Model, event: DashboardEvent): Model {
  switch (event.type) {
    case "file": {
      const { change, path } = event;
      const files = { ...model.files, [change]: model.files[change] + 1 };
      return { ...model, files, changes: withLast(model.changes, `${change} ${path}`, CHANGES_SHOWN) };
    }
    case "line":
      return { ...model, lines: model.lines + 1, tail: withLast(model.tail, event.text, LINES_SHOWN) };
    case "load":
      return { ...model, loads: withLast(model.loads, event.load, LOADS_SHOWN) };
    case "failed":
      return { ...model, failures: [...model.failures, `${event.source}: ${event.error}`] };
    case "key":
      return press(model, event.key);
  }
}

function press(model: Model, key: string): Model {
  switch (key) {
    case "q":
    case "ctrl-c":
      return { ...model, isEnding: true };
    case "c":
      return { ...EMPTY, loads: model.loads, isEnding: model.isEnding };
    default:
      return model;
  }
}

function withLast<T>(list: readonly T[], value: T, limit: number): readonly T[] {
  return [...list, value].slice(-limit);
}
