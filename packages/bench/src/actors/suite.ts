/** The suite of actors, in the order in which it is run and shown. */
import type { Suite } from "../runner/suite.ts";
import { PACKAGES } from "./catalogue.ts";
import { asking } from "./workloads/ask.ts";
import { askActor } from "./workloads/ask-actor.ts";
import { eventLoops } from "./workloads/event-loop.ts";
import { exploring } from "./workloads/explore.ts";
import { forkJoin } from "./workloads/fork-join.ts";
import { memory } from "./workloads/memory.ts";
import { restart } from "./workloads/restart.ts";
import { ring } from "./workloads/ring.ts";
import { selfTell } from "./workloads/self-tell.ts";
import { spawn } from "./workloads/spawn.ts";
import { telling } from "./workloads/tell.ts";

export const actors: Suite = {
  name: "actors",
  workloads: [
    ...telling,
    selfTell,
    ...asking,
    askActor,
    ring,
    spawn,
    forkJoin,
    restart,
    ...eventLoops,
    memory,
    exploring,
  ],
  packages: PACKAGES,
};
