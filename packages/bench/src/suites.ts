/** The suites there are. */
import { channels } from "./channels/suite.ts";
import type { Suite } from "./runner/suite.ts";

export const suites: readonly Suite[] = [channels];
