/**
 * The collector of one round. Every job has an address of it, so it lives exactly as long as one of them is to be done, or
 * may be done once more; with the last one gone it stops, and hands over what came.
 */
import { implement } from "@pneumatic/actors";
import type { Sender } from "@pneumatic/core";
import type { Collector, Digest } from "./protocols.ts";

/** Results by file: one that comes a second time, since its worker died right after it had told it, is the same. */
export type Digests = ReadonlyMap<string, Digest>;

export interface CollectorArgs {
  readonly results: Sender<Digests>;
  /** Called for each result. */
  readonly onDigest: () => void;
}

export const collector = implement<Collector>()({
  name: "collector",
  state: (args: CollectorArgs) => ({ ...args, digests: new Map<string, Digest>() }),
  on: {
    digested: ({ state }, { path, digest }) => {
      state.digests.set(path, digest);
      state.onDigest();
    },
  },
  stopped: ({ state: { results, digests } }) => {
    results.send(digests);
    results.drop();
  },
});
