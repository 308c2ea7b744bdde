/**
 * A worker. It runs on a thread, which loads this module by its default export, and tells each result straight to the
 * collector whose address came with the job.
 */
import { blocking, implement } from "@pneumatic/actors";
import { digestFile } from "./digest.ts";
import type { Digester } from "./protocols.ts";

export interface DigesterArgs {
  /** How probable it is that a job takes its thread with it the first time, before or after it has told its result. */
  readonly exitChance: number;
}

const digester = implement<Digester>()({
  name: "digester",
  state: ({ exitChance }: DigesterArgs) => ({ exitChance }),
  on: {
    digest: ({ state, attempt }, { path, collector }) => {
      using to = collector; // was this the last job, the collector ends
      const exits = attempt === 1 && Math.random() < state.exitChance;
      const early = Math.random() < 0.5;
      const digest = blocking(() => digestFile(path)); // a large file may take its time, and is no hang
      if (exits && early) process.exit(1);
      to.tell({ type: "digested", path, digest });
      if (exits) process.exit(1);
    },
  },
});
export default digester;
