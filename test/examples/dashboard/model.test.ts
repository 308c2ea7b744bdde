/** What each event does to what is shown. */
import { describe, expect, it } from "vitest";
import type { DashboardEvent } from "../../../examples/dashboard-tick/src/events.ts";
import { EMPTY, LOADS_SHOWN, update } from "../../../examples/dashboard-tick/src/model.ts";

const key = (name: string): DashboardEvent => ({ type: "key", key: name });
const load = (processes: number): DashboardEvent => ({ type: "load", load: { processes, memory: 0 } });

describe("a model", () => {
  it("counts changes of files by what happened, and keeps the last ones", () => {
    const changes = (["added", "changed", "changed", "removed", "added"] as const).map(
      (change, n): DashboardEvent => ({ type: "file", change, path: `${n}` }),
    );
    const model = changes.reduce(update, EMPTY);
    expect(model.files).toEqual({ added: 2, changed: 2, removed: 1 });
    expect(model.changes).toEqual(["changed 1", "changed 2", "removed 3", "added 4"]);
  });

  it("keeps as many measurements as are shown", () => {
    const model = Array.from({ length: 100 }, (_, n) => load(n)).reduce(update, EMPTY);
    expect(model.loads).toHaveLength(LOADS_SHOWN);
    expect(model.loads.at(-1)?.processes).toBe(99);
  });

  it("is emptied by c, but for the measurements and that it ends", () => {
    const events = [load(1), { type: "line", text: "a" } as const, key("q"), key("c")];
    const { loads, ...rest } = events.reduce(update, EMPTY);
    expect(loads).toHaveLength(1);
    expect({ ...rest, loads: [] }).toEqual({ ...EMPTY, isEnding: true });
  });

  it("is the same one after a key that has no meaning", () => {
    expect(update(EMPTY, key("x"))).toBe(EMPTY);
  });
});
