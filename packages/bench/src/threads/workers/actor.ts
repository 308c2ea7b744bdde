/** The actor on a thread. */
import { actor } from "@pneumatic/actors";
import type { Small } from "../messages.ts";

export const echoing = actor({
  state: () => ({ count: 0 }),
  on: {
    add: (_context, { by, id }: { by: number; id: number }): Small => ({ type: "add", by, id }),
    count: ({ state }, { id }: { id: number }) => {
      if (id !== state.count) throw new Error(`got ${id} instead of ${state.count}`);
      state.count++;
    },
    /** How many were counted since the last time. */
    counted: ({ state }) => {
      const { count } = state;
      state.count = 0;
      return count;
    },
    exit: () => process.exit(1),
    fail: (): void => {
      throw new Error("on purpose");
    },
  },
});
