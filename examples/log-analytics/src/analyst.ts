/**
 * An analyst: a chunk in, its summary out. It runs on a thread, which loads this module by its default export, reads its part of
 * the file itself, and keeps nothing in between: so it can be killed at any moment, and its chunk be given to another.
 */
import { implement } from "@pneumatic/actors";
import type { Chunk } from "./chunk.ts";
import { linesOf } from "./chunk.ts";
import type { Summary } from "./summary.ts";
import { summaryOf } from "./summary.ts";

export interface Analyst {
  analyze(payload: Chunk): Summary;
}

export interface AnalystArgs {
  /** How probable it is that a chunk takes the thread with it. */
  readonly exitChance: number;
}

const analyst = implement<Analyst>()({
  name: "analyst",
  state: ({ exitChance }: AnalystArgs) => ({ exitChance }),
  on: {
    analyze: ({ state }, chunk) => {
      const summary = summaryOf(linesOf(chunk));
      if (Math.random() < state.exitChance) process.exit(1);
      return summary;
    },
  },
});
export default analyst;
