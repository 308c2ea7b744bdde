/** The suite of threads, in the order in which it is run and shown. */
import type { Suite } from "../runner/suite.ts";
import { PACKAGES } from "./catalogue.ts";
import { blocked } from "./workloads/blocked.ts";
import { fanIn } from "./workloads/fan-in.ts";
import { respawnThread, restartOnThread, spawnThread, threadMemory } from "./workloads/lives.ts";
import { idleRoundTrip, requests } from "./workloads/request.ts";
import { streams } from "./workloads/stream.ts";
import { tell } from "./workloads/tell.ts";

export const threads: Suite = {
  name: "threads",
  workloads: [
    ...streams,
    fanIn,
    ...requests,
    idleRoundTrip,
    blocked,
    tell,
    spawnThread,
    respawnThread,
    restartOnThread,
    threadMemory,
  ],
  packages: PACKAGES,
};
