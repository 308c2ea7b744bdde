/** Tests of actors with time and order under control. */

export {
  ExpectationError,
  ExplorationError,
  InjectedPanicError,
  InvariantError,
  StepLimitError,
  UncontrolledWaitError,
} from "./errors.ts";
export { type Exploration, type ExploreOptions, explore, type Scenario } from "./explore.ts";
export type { Fault, FaultKind, Occasion } from "./fault.ts";
export type { Probe, ProbeOptions, ProbeReplies, Within } from "./probe.ts";
export { probe } from "./recording-probe.ts";
export { type TestSystem, type TestSystemOptions, testSystem } from "./test-system.ts";
export { VirtualClock } from "./virtual-clock.ts";
