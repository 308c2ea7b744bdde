/** The suites there are. */
import { actors } from "./actors/suite.ts";
import { channels } from "./channels/suite.ts";
import type { Suite } from "./runner/suite.ts";
import { threads } from "./threads/suite.ts";

export const suites: readonly Suite[] = [channels, actors, threads];
