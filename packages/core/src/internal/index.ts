/** What `@pneumatic/actors` builds on. Not part of the public interface: it changes without notice. */
export { brand, shown } from "../brand.ts";
export type { Clock } from "../clock.ts";
export { followSignal, ignoreSignal } from "./abort.ts";
export { overspent, putOff } from "./budget.ts";
export {
  Channel,
  DISCONNECTED,
  FULL,
  type ParkedSend,
  PUSHED,
  type Pushed,
  type Waker,
} from "./channel.ts";
export { currentClock, systemClock, Timer, UnheldTimer } from "./clock.ts";
export {
  abortSignal,
  callback,
  checkArgument,
  checkOptions,
  count,
  flag,
  ignored,
  integer,
  type MakeError,
  milliseconds,
  misuseOf,
  type OptionKind,
  type OptionTable,
  oneOf,
  required,
  within,
} from "./options.ts";
export { type Fifo, Queue } from "./queue.ts";
export { unboundedSender } from "./senders.ts";
export { CLOSED, NOTHING, OPEN } from "./source.ts";
export { refuse, soon, Wait } from "./wait.ts";
export { WaitList, type WaitNode } from "./wait-list.ts";
export {
  isContainer,
  isPlain,
  type Path,
  PRUNE,
  type Reach,
  replace,
  STOP,
  type Visit,
  type WalkOptions,
  walk,
} from "./walk.ts";
