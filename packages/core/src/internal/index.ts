/** What `@pneumatic/actors` builds on. Not part of the public interface: it changes without notice. */
export { brand, shown } from "../errors.ts";
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
export { type Clock, currentClock, systemClock, Timer, UnheldTimer } from "./clock.ts";
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
