/** An actor: so many requests a minute. Its protocol is written first, because it sends to itself. */
import { implement } from "@pneumatic/actors";

const MINUTE_MS = 60_000;

export interface Quota {
  /** Whether there is one left, which is taken. */
  take(): boolean;
  refill(): void;
}

export const quota = implement<Quota>()({
  state: (perMinute: number, { timers }) => {
    timers.every("refill", MINUTE_MS, { type: "refill" });
    return { perMinute, left: perMinute };
  },
  on: {
    take: ({ state }) => {
      if (state.left === 0) return false;
      state.left -= 1;
      return true;
    },
    refill: ({ state }) => {
      state.left = state.perMinute;
    },
  },
});
